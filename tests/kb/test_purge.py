"""A purge leaves no byte of the text in any file of the folder."""

import threading

import pytest

from domain.settings import Settings
from kb import open_base

SECRET = "Quixotic zirconium valvuloplasty xylophone in Ouagadougou was observed by Professor Featherstonehaugh. "
WORDS = [b"quixotic", b"zirconium", b"xylophone", b"ouagadougou", b"featherstonehaugh"]
"""Words of the text, and with them their stems."""
OTHER = "The regurgitant orifice shrank in twelve patients after the device was implanted. "


def bytes_left(folder):
    """Which words stand in which files, upper and lower case, as UTF-8 and UTF-16."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            data = file.read_bytes().lower()
            for word in WORDS:
                if word[:7] in data or word.decode().encode("utf-16-le")[:14] in data:
                    found.append((str(file.relative_to(folder)), word))
    return found


@pytest.mark.parametrize("others", [0, 3])
def test_no_byte_is_left(base, result, others):
    base.add([result(f"/{n}.txt", f"{OTHER} {n}" * 5) for n in range(others)])
    doc_id = base.add([result("/secret.txt", SECRET * 40, title=SECRET, first_author="Featherstonehaugh")])[0].doc_id
    base.save("answers", "a1", {"quote": SECRET}, doc_ids=[doc_id])
    base.save("answers", "a2", {"quote": OTHER}, doc_ids=["someone else"])
    base.search("zirconium xylophone")
    assert bytes_left(base.path), "the search for bytes must be able to find them"
    base.remove(doc_id, purge=True)
    assert bytes_left(base.path) == []
    assert base.saved("answers") == ["a2"]
    assert base.verify() == []
    assert all("zirconium" not in hit.passage.text for hit in base.search("zirconium xylophone"))


def test_replaced_and_removed_first_then_another_purged(base, result):
    base.add([result("/secret.txt", SECRET * 5), result("/other.txt", OTHER)])
    base.add([result("/secret.txt", OTHER * 2)])
    base.remove("/other.txt", purge=True)
    assert bytes_left(base.path) == []


def test_plain_removal_already_leaves_no_byte_where_nobody_reads(base, result):
    base.add([result("/secret.txt", SECRET * 5), result("/other.txt", OTHER)])
    base.remove("/secret.txt")
    # Chroma's file may hold what was in the process's memory (kb/clean_build.py): only a purge promises more
    assert [found for found in bytes_left(base.path) if not found[0].startswith("chroma/")] == []


def test_a_purge_while_another_reader_has_the_base_open(base, result, reopen):
    base.add([result("/secret.txt", SECRET * 5), result("/other.txt", OTHER)])
    reader = reopen()
    assert reader.search("zirconium")
    base.remove("/secret.txt", purge=True)
    assert bytes_left(base.path) == []
    assert all("zirconium" not in hit.passage.text for hit in reader.search("zirconium"))


def test_a_purge_that_was_interrupted_is_finished_by_the_next_writer(base, result):
    base.add([result("/secret.txt", SECRET * 5), result("/other.txt", OTHER)])
    base._catalogue.remove(base.document("/secret.txt").doc_id, purge=True)  # and here the process dies
    base.close()
    assert bytes_left(base.path)
    again = open_base(base.path, Settings())
    assert again.verify() == []
    assert bytes_left(base.path) == []
    again.close()


def leave_text_in_memory():
    """Fill memory with the text and let it go, in the main thread and in threads whose memory others get next."""

    def fill():
        kept = [(SECRET * 2000).encode()[:size] for size in [*range(1000, 200_000, 3000), *range(179_600, 181_200, 16)]]
        del kept

    threads = [threading.Thread(target=fill) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fill()


def test_what_the_process_had_in_its_memory_is_not_written_after_a_purge(base, result):
    base.add([result("/secret.txt", SECRET * 5), result("/other.txt", OTHER)])
    leave_text_in_memory()
    base.remove("/secret.txt", purge=True)
    leave_text_in_memory()
    assert base.verify() == []
    assert bytes_left(base.path) == []
    leave_text_in_memory()
    base.add([result(f"/{n}.txt", f"{OTHER} {n}" * 50) for n in range(9)])
    assert bytes_left(base.path) == []

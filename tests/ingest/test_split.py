"""Passages are verbatim, of one section, within the budget, and cover their section's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sentences import sentence_spans
from ingest.assemble import assemble
from ingest.draft import Block, Draft
from ingest.split import split

_TEXT = st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x2FFF), min_size=1, max_size=400)


def count_letters(texts: Sequence[str]) -> list[int]:
    return [2 + len(text) // 3 for text in texts]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["prose", "heading", "table", "caption"]), _TEXT), min_size=1),
    st.integers(4, 60),
)
def test_passages_hold_their_promises(parts: list[tuple[str, str]], most: int) -> None:
    blocks = [Block(role=role, text=" ".join(text.split())) for role, text in parts]  # type: ignore[arg-type]
    blocks.append(Block(role="prose", text="A last sentence."))
    document = assemble(Draft(blocks=blocks, title="t"), "x.txt", b"x")
    passages, warnings = split(document, count_letters, most)
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert count_letters([passage.text])[0] <= most
        assert any(part.start <= passage.start and passage.end <= part.end for part in document.sections)
    covered = "".join("".join(passage.text.split()) for passage in passages)
    wanted = "".join("".join(document.text[part.start : part.end].split()) for part in document.sections)
    assert covered == wanted
    cut = any(
        count_letters([document.text[start:end]])[0] > most
        for part in document.sections
        for start, end in sentence_spans(document.text, part.start, part.end)
    )
    assert bool(warnings) == cut


@settings(max_examples=200, deadline=None)
@given(_TEXT)
def test_sentences_cover_every_word(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b <= c for (a, b), (c, _) in pairwise(spans))
    inside = {at for start, end in spans for at in range(start, end)}
    assert all(char.isspace() or char == "•" for at, char in enumerate(text) if at not in inside)


def test_a_list_bullet_is_not_part_of_the_sentence() -> None:
    text = "Changes were:\n\n• The annulus shrank.\n\n• Nothing else."
    assert [text[a:b] for a, b in sentence_spans(text)] == ["Changes were:", "The annulus shrank.", "Nothing else."]


def test_paragraphs_stay_in_one_piece_where_they_fit(count: Callable[[Sequence[str]], list[int]]) -> None:
    blocks = [Block(role="prose", text=f"Paragraph {n} is short. It has two sentences.") for n in range(12)]
    document = assemble(Draft(blocks=blocks, title="t"), "x.txt", b"x")
    passages, _ = split(document, count, 64)
    assert all(passage.text.startswith("Paragraph") and passage.text.endswith("sentences.") for passage in passages)

"""Where known documents stand today: moved, gone, or said to be retracted since they were read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from domain.reading import AddStatus, ReadResult
from kb.catalogue import Catalogue


def is_gone(path: str) -> bool:
    """Whether there is certainly no file at `path`; one that cannot be looked at may still be there."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def recognise(catalogue: Catalogue, result: ReadResult) -> tuple[AddStatus, str | None]:
    """Note where a known document stands and what is now said of it: its status, and the path that it moved from.

    A retraction that nobody mentions any more stays: silence is no withdrawal of it.
    """
    document = result.document
    assert document is not None
    earlier: list[str] = []
    if not is_gone(result.path):
        earlier = [path for path in catalogue.paths_of(document.doc_id) if path != result.path and is_gone(path)]
    replaced = catalogue.repoint(result.path, document.doc_id)
    for path in earlier:
        catalogue.forget_path(path)
    known = catalogue.documents([document.doc_id])[document.doc_id]
    restated = document.retraction is not None and document.retraction != known.retraction
    if restated:
        catalogue.restate(document)
    if replaced:
        return "replaced", None
    if earlier:
        return "moved", earlier[0]
    return "updated" if restated else "unchanged", None


def gone_from(catalogue: Catalogue, folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Path and doc_id of what was read in or below these absolute folders and is no longer there, sorted by path."""
    found = {path: doc_id for folder in folders for path, doc_id in catalogue.below(str(folder))}
    return [(path, doc_id) for path, doc_id in sorted(found.items()) if is_gone(path)]

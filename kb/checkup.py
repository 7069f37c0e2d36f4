"""The checkup: whether a base is what its catalogue says, each problem in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from domain.errors import ChordaeError
from kb.catalogue import Catalogue
from kb.embed import sha256_of
from kb.writer import FILES, Writer

UNIT_TOLERANCE = 1e-3
"""How far a stored vector's length may be from one."""
SAME_VECTOR = 1e-5
"""How far a number may differ between the catalogue and Chroma."""


def check_catalogue(folder: Path, catalogue: Catalogue) -> list[str]:
    """What is wrong with the truth itself: rows, spans, vectors, originals. No index can mend these."""
    problems = catalogue.check()
    for doc_id, document in catalogue.documents().items():
        for passage in catalogue.passages_of(document):
            if document.text[passage.start : passage.end] != passage.text:
                problems.append(f"passage {passage.passage_id} is not a slice of its document.")
        about = catalogue.about(doc_id)
        if about is not None and about.original is not None:
            original = folder / FILES / about.original
            if not original.is_file():
                problems.append(f"{FILES}/{about.original}: the original of {document.title!r} is not there.")
            elif sha256_of(original) != about.source_sha256:
                problems.append(f"{FILES}/{about.original}: it is not the file that {document.title!r} was read from.")
    return problems


def check_vectors(catalogue: Catalogue) -> list[str]:
    """Passages whose stored vector is absent, of the wrong length, or not of length one."""
    dimension = int(catalogue.meta()["dimension"])
    problems: list[str] = []
    for doc_id, passage_ids in catalogue.passage_ids().items():
        try:
            matrix = catalogue.vectors(passage_ids)
        except (KeyError, ValueError):
            problems.append(f"{doc_id}: passages without a vector.")
            continue
        if passage_ids and matrix.shape[1:] != (dimension,):
            problems.append(f"{doc_id}: vectors that do not have {dimension} numbers.")
        elif not np.allclose(np.linalg.norm(matrix, axis=1), 1.0, atol=UNIT_TOLERANCE):
            problems.append(f"{doc_id}: vectors that are not of length one.")
    return problems


def check_indexes(folder: Path, catalogue: Catalogue) -> list[str]:
    """Where the indexes do not hold exactly the passages that may be found; building them anew mends these."""
    held = catalogue.passage_ids(searched=True)
    expected = sorted(passage_id for passage_ids in held.values() for passage_id in passage_ids)
    problems: list[str] = []
    writer = Writer(folder, catalogue)
    try:
        for name in ("lexical", "chroma"):
            if not (folder / catalogue.meta()[name]).is_dir():
                problems.append(f"{name}: the index is not there.")
                continue
            try:
                found = writer.lexical.ids() if name == "lexical" else writer.vectors.ids()
            except (ChordaeError, ValueError, OSError) as problem:
                problems.append(f"{name}: the index cannot be read ({problem}).")
                continue
            lacking, extra = len(set(expected) - set(found)), len(found) - len(set(found) & set(expected))
            if lacking or extra:
                problems.append(f"{name}: {lacking} passages are absent and {extra} are there that should not be.")
            elif name == "chroma" and expected:
                differing = np.abs(writer.vectors.matrix(expected) - catalogue.vectors(expected)).max(axis=1)
                wrong = int((differing > SAME_VECTOR).sum())
                problems += [f"chroma: {wrong} vectors differ from the catalogue's."] if wrong else []
    finally:
        writer.close()
    return problems

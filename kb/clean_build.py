"""Build the vector store in a process of its own: `python -m kb.clean_build BASE NAME`.

Chroma writes its index with whatever the process had in that memory before (seen: text that the process had read, in
`data_level0.bin`). A purge therefore builds it where no text was ever read, with memory that is overwritten when given.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from domain.errors import BaseDamaged
from kb.catalogue import FILE, Catalogue
from kb.vectors import Vectors


def fill(catalogue: Catalogue, folder: Path) -> None:
    """Put the vector of every passage that may be found into a new store in `folder`."""
    store = Vectors(folder)
    try:
        for doc_id, passage_ids in catalogue.passage_ids(searched=True).items():
            store.append(passage_ids, [doc_id] * len(passage_ids), catalogue.vectors(passage_ids))
    finally:
        store.close()


def fill_apart(base: Path, name: str) -> None:
    """The same in a process of its own; BaseDamaged when it fails."""
    command = [sys.executable, "-m", "kb.clean_build", str(base), name]
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "MALLOC_PERTURB_": "165"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BaseDamaged(f"{base}: the vector store could not be built anew ({done.stderr.strip()[-300:]}).")


if __name__ == "__main__":
    fill(Catalogue(Path(sys.argv[1]) / FILE), Path(sys.argv[1]) / sys.argv[2])

"""What ran: enough to repeat an evaluation, and to see why two of them differ."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.settings import VERSION, Settings
from eval.bootstrap import DRAWS, SEED

if TYPE_CHECKING:
    from kb import Base


def run_info(
    *, base: Base | None = None, settings: Settings | None = None, files: tuple[Path, ...] = (), **more: Any
) -> Mapping[str, Any]:
    """Version, time (UTC), machine, seeds, sha256 of the inputs (16 digits), fingerprints of base and settings."""
    info: dict[str, Any] = {
        "version": VERSION,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "bootstrap": {"seed": SEED, "draws": DRAWS},
        "inputs": {path.name: file_hash(path) for path in files},
    }
    if base is not None:
        info["base"] = {"fingerprint": base.fingerprint, "generation": base.generation}
        info["embedding_model"] = base.embedder.model_id
        info["weights"] = base.embedder.fingerprint
    if settings is not None:
        info["settings"] = settings.fingerprint
        info["engine"] = f"llm:{settings.llm}" if settings.llm else "extractive"
    return info | more


def file_hash(path: Path) -> str:
    """The first 16 hex digits of the sha256 of a file, or of all files below a folder in sorted order."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file.name.encode() + b"\0")
        with file.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()[:16]

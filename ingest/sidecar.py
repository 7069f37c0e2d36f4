"""What was noted beside a fetched article: NAME.json next to NAME.xml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def sidecar(path: Path) -> dict[str, Any]:
    """The identifiers, licence and status noted beside a fetched file; empty when there is nothing readable."""
    try:
        stated = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stated if isinstance(stated, dict) and "pmcid" in stated else {}

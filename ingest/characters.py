"""Characters as a person reads them: ligatures opened, odd blanks made plain, what cannot be shown taken out."""

from __future__ import annotations

import re
import unicodedata

from ingest.draft import SENTINELS

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFB00, 0xFB07), 0x0132, 0x0133)}
_BLANKS = dict.fromkeys([0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x0009, 0x000B], " ")
_NOTHING = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x09), *range(0x0E, 0x20), 0x7F])
_BREAKS = dict.fromkeys([0x0085, 0x2028, 0x2029], "\n")
_TABLE: dict[int, str | None] = {**_LIGATURES, **_BLANKS, **_NOTHING, **_BREAKS, **SENTINELS}
_TABLE.update(dict.fromkeys([*range(0xFDD3, 0xFDF0), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]))
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_ACCENT = re.compile(r"[\u0300-\u036f]")


def tidy(text: str) -> str:
    """`text` with ligatures opened, every blank a space, accents composed; lines kept.

    Invisible characters go, and quotation marks typed as two single ones become double ones.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    text = double_quotes(text)
    return unicodedata.normalize("NFC", text) if _ACCENT.search(text) else text


def double_quotes(text: str) -> str:
    """Quotation marks typed as two single ones, as double ones."""
    return text.replace("‘‘", "“").replace("’’", "”").replace("``", "“")


def drop_unreadable(text: str) -> tuple[str, int]:
    """`text` without private-use glyphs and replacement characters, and how many were dropped."""
    kept = _PRIVATE.sub("", text).replace("\ufffd", "")
    return kept, len(text) - len(kept)

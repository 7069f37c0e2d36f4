"""Bytes to text: what the bytes declare, then UTF-8, then what charset-normalizer finds likely."""

from __future__ import annotations

import charset_normalizer

from domain.errors import EmptyFile, UnknownEncoding

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"))
_MARKS_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAMPLE = 200_000
"""Bytes on which an encoding is guessed; a longer text has the same encoding throughout."""
_MOST_CONTROLS = 0.01
_WESTERN_SIGNS = frozenset("‘’“”–—…•°±µ×÷²³¹½¼¾®©™·§£€«»¡¿†‡\xa0")
_MOST_ODD = 0.15
"""Share of letters outside ASCII: German and French stay below 0.06, Cyrillic text is nearly all."""


def decode(data: bytes, path: str) -> tuple[str, str]:
    """The text and the encoding's name. Raises EmptyFile without a byte, UnknownEncoding when nothing fits."""
    if not data.strip(b"\x00 \t\r\n\x0c"):
        raise EmptyFile(path, "it is empty", "Check that the file was saved completely.")
    for mark, name in (*_MARKS, *_MARKS_16):
        if data.startswith(mark):
            return _strict(data, name, path), name
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if _controls(text) <= _MOST_CONTROLS:
            return text, "utf-8"
    western = _western(data)
    if western is not None:
        return western, "cp1252"
    best = charset_normalizer.from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise _unknown(path)
    text = _strict(data, best.encoding, path)
    if _controls(text) > _MOST_CONTROLS:
        raise _unknown(path)
    return text, best.encoding


def _western(data: bytes) -> str | None:
    """The text as Windows-1252 where it reads as a Western language: mostly ASCII, the rest its letters and signs.

    The library cannot tell its single-byte relatives apart on a page of English or German.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    odd = [char for char in text if char > "~"]
    fits = all(char.isalpha() or char in _WESTERN_SIGNS for char in odd)
    return text if fits and len(odd) < _MOST_ODD * len(text) and _controls(text) <= _MOST_CONTROLS else None


def _strict(data: bytes, name: str, path: str) -> str:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        raise _unknown(path) from None


def _controls(text: str) -> float:
    strange = sum(1 for char in text if char < " " and char not in "\t\n\r\f\x0b")
    return strange / max(1, len(text))


def _unknown(path: str) -> UnknownEncoding:
    return UnknownEncoding(path, "its bytes are not text in any likely encoding", "Save it as UTF-8 and read it again.")

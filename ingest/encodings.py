"""Bytes to text: what the bytes declare, then UTF-8, then what charset-normalizer finds likely."""

from __future__ import annotations

import charset_normalizer

from domain.errors import EmptyFile, UnknownEncoding

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"))
_MARKS_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAMPLE = 200_000
"""Bytes on which an encoding is guessed; a longer text has the same encoding throughout."""
_MOST_CONTROLS = 0.01
_WESTERN = frozenset({"cp1252", "latin_1", "iso8859_15"})
_AS_LIKELY = 0.05
"""Difference in the library's measure of disorder (0-1) within which the encoding of Western Windows is preferred."""


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
    likely = charset_normalizer.from_bytes(data[:_SAMPLE])
    best = likely.best()
    if best is None:
        raise _unknown(path)
    western = any(match.encoding in _WESTERN and match.chaos <= best.chaos + _AS_LIKELY for match in likely)
    name = "cp1252" if western or set(best.could_be_from_charset) & _WESTERN else best.encoding
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        name = best.encoding
        text = _strict(data, name, path)
    if _controls(text) > _MOST_CONTROLS:
        raise _unknown(path)
    return text, name


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

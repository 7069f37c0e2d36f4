"""The ingest street: paths become read results, one a file, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from domain.document import Document
from domain.errors import DamagedFile, EmptyFile, ReadError, TooLarge, UnsupportedFormat
from domain.reading import ReadResult
from ingest.assemble import assemble, doc_id_of
from ingest.draft import Draft
from ingest.split import split

CountTokens = Callable[[Sequence[str]], list[int]]
Held = Callable[[str], Document | None]
"""What the base holds under a doc_id; None when it holds nothing."""
MAX_BYTES = 300_000_000
"""A file larger than this is not read: the largest scanned textbooks stay below it."""
RECORD_ENDINGS = frozenset({".yaml", ".yml"})
_PLAIN, _MARKDOWN = ("plain_text", "read_plain_text"), ("markdown", "read_markdown")
_JATS, _HTML = ("jats", "read_jats"), ("html", "read_html")
READERS = {
    ".txt": _PLAIN,
    ".text": _PLAIN,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".pdf": ("pdf", "read_pdf"),
    ".xml": _JATS,
    ".nxml": _JATS,
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": _HTML,
    ".docx": ("docx", "read_docx"),
}
"""Module and function of the reader for each ending."""


def read(
    paths: Iterable[str | Path], count_tokens: CountTokens, *, max_tokens: int, held: Held | None = None
) -> Iterator[ReadResult]:
    """Read each file, and each readable file below each folder, into a document with its passages or an error.

    Folders are walked in sorted order and give only files that a reader exists for; a file named directly and not
    readable is an error. `count_tokens` counts as the embedder does, so that no passage is above `max_tokens`. One
    broken file yields its error and the rest go on. Bytes that are `held` are not read again.
    """
    for path in walk(paths):
        yield read_file(path, count_tokens, max_tokens=max_tokens, held=held)


def walk(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The files to read, absolute, each once, in order; a folder's hidden files are passed over.

    So are YAML files that begin with an underscore: lists that belong to records, not records.
    """
    seen: set[Path] = set()
    for given in paths:
        top = Path(given).expanduser().absolute()
        found = sorted(_below(top)) if top.is_dir() else [top]
        for path in found:
            if path not in seen:
                seen.add(path)
                yield path


def _below(folder: Path) -> Iterator[Path]:
    endings = {*READERS, *RECORD_ENDINGS}
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        hidden = hidden or (path.suffix.lower() in RECORD_ENDINGS and path.name.startswith("_"))
        if not hidden and path.suffix.lower() in endings and path.is_file():
            yield path


def read_file(path: Path, count_tokens: CountTokens, *, max_tokens: int, held: Held | None = None) -> ReadResult:
    """Read one file; whatever is wrong with it comes back as the result's error."""
    name = str(path)
    data = b""
    try:
        data = _bytes_of(path)
        known = held(doc_id_of(data)) if held is not None else None
        if known is not None:
            return ReadResult(path=name, document=_restated(known, path), data=data, held=True)
        if path.suffix.lower() in RECORD_ENDINGS:
            return _read_record(name, data)
        draft, document = _understand(path, data)
        passages, warnings = split(document, count_tokens, max_tokens)
    except ReadError as error:
        return ReadResult(path=name, error=error)
    except RecursionError:
        return ReadResult(
            path=name, error=TooLarge(name, "it is nested too deeply", "Save it again in a simpler form.")
        )
    except MemoryError:
        return ReadResult(path=name, error=TooLarge(name, "it needs too much memory", "Split it into smaller files."))
    except Exception as error:  # what no reader foresaw is a damaged file, and the rest go on
        why = f"it is damaged in a way its reader does not know ({type(error).__name__}: {str(error)[:80]})"
        return ReadResult(path=name, error=DamagedFile(path, why, "Save it again, or get it anew from its publisher."))
    return ReadResult(path=name, document=document, passages=passages, data=data, warnings=(*draft.warnings, *warnings))


def _understand(path: Path, data: bytes) -> tuple[Draft, Document]:
    """The draft and the document of a file's bytes."""
    draft = _reader_for(path)(str(path), data)
    _take_over(draft, path)
    return draft, assemble(draft, str(path), data)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise TooLarge(
                path, f"it has {size // 1_000_000} MB", f"Split it: files up to {MAX_BYTES // 1_000_000} MB."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError(path, "there is no such file", "Check the path.") from None
    except OSError as error:
        raise ReadError(path, f"it cannot be opened ({error.strerror})", "Check its permissions.") from None
    if not data:
        raise EmptyFile(path, "it is empty", "Check that the file was saved completely.")
    return data


def _stated(path: Path) -> dict[str, Any]:
    """What the service said of a fetched file: identifiers, licence, retraction or correction; it stands beside it."""
    if path.suffix.lower() != ".xml" or not path.with_suffix(".json").is_file():
        return {}
    from ingest.sidecar import sidecar

    return sidecar(path)


def _restated(document: Document, path: Path) -> Document:
    """A document that is known, with what is said of it today."""
    status = _stated(path).get("status")
    return replace(document, retraction=str(status)) if status else document


def _take_over(draft: Draft, path: Path) -> None:
    stated = _stated(path)
    draft.pmid = draft.pmid or stated.get("pmid")
    draft.doi = draft.doi or stated.get("doi")
    draft.licence = draft.licence or stated.get("licence")
    draft.retraction = stated.get("status") or draft.retraction


def _read_record(name: str, data: bytes) -> ReadResult:
    from ingest.record import read_record, render

    record = read_record(name, data)
    document, passages = render(record, doc_id_of(data))
    return ReadResult(path=name, document=document, passages=passages, record=record, data=data)


def _reader_for(path: Path) -> Callable[[str, bytes], Draft]:
    """The reader for a file's ending; imported when first needed."""
    which = READERS.get(path.suffix.lower())
    if which is None:
        endings = ", ".join(sorted({*READERS, *RECORD_ENDINGS}))
        raise UnsupportedFormat(path, "there is no reader for this ending", f"Readable are {endings}.")
    module, function = which
    reader: Callable[[str, bytes], Draft] = getattr(import_module(f"ingest.{module}"), function)
    return reader

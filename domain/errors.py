"""What can go wrong, and who can mend it.

```
ChordaeError
├── CallError               the call was wrong: an option, a name, a value (exit code 2)
├── ReadError               one file cannot be read; the others can
│   ├── EmptyFile           it holds no text
│   ├── UnsupportedFormat   no reader for this ending, or the bytes are not what the ending says
│   ├── DamagedFile         truncated or malformed
│   ├── EncryptedFile       needs a password
│   ├── NoTextLayer         pages are pictures
│   ├── UnknownEncoding     bytes that are no text in any likely encoding
│   ├── TooLarge            a bomb or a giant: a limit was passed
│   └── InvalidRecord       an evidence record breaks its schema; names file, field and cure
├── BaseError               the knowledge base cannot serve
│   ├── BaseMissing         no base in that folder
│   ├── BaseBusy            another process is writing
│   ├── BaseDamaged         the folder is not what the catalogue says; names the repair
│   ├── ModelMismatch       the base was built with another embedding model
│   └── UnknownDocument     no such document in this base
├── WeightsError            an embedding model's weights are absent or not the published ones
├── UnlocatedQuote          a quote that is not a slice of its passage: our bug, never shown as a citation
├── ModelError              the chosen language model failed; `retryable` says whether again may help
├── FetchError              the literature service failed or has not what was asked
├── ExportError             a quiz set cannot be written in that form
└── DatasetError            an evaluation file is not in a known form; names file and line
```

Every message names the file, option or id, says why, and says what to do.
"""

from __future__ import annotations

from pathlib import Path


class ChordaeError(Exception):
    """Any failure that a person can act on. Its text is meant to be shown as it is."""


class CallError(ChordaeError):
    """The call itself was wrong: exit code 2."""


class ReadError(ChordaeError):
    """One file cannot be read.

    `path` is the file; the message already names it.
    """

    def __init__(self, path: str | Path, why: str, cure: str) -> None:
        self.path = str(path)
        self.why = why
        self.cure = cure
        super().__init__(f"{path}: {why}. {cure}")


class EmptyFile(ReadError):
    """The file holds no text at all."""


class UnsupportedFormat(ReadError):
    """No reader for this ending, or the bytes are not what the ending promises."""


class DamagedFile(ReadError):
    """Truncated or malformed beyond reading."""


class EncryptedFile(ReadError):
    """The file needs a password."""


class NoTextLayer(ReadError):
    """A PDF whose pages are pictures."""


class UnknownEncoding(ReadError):
    """Bytes that are not text in any likely encoding."""


class TooLarge(ReadError):
    """A limit on size, depth, pages or expansion was passed."""


class InvalidRecord(ReadError):
    """An evidence record breaks its schema."""


class BaseError(ChordaeError):
    """The knowledge base cannot serve."""


class BaseMissing(BaseError):
    """There is no base in that folder."""


class BaseBusy(BaseError):
    """Another process is writing to the base."""


class BaseDamaged(BaseError):
    """The folder is not what the catalogue says."""


class ModelMismatch(BaseError):
    """The base was built with another embedding model."""


class UnknownDocument(BaseError):
    """No such document in this base."""


class WeightsError(ChordaeError):
    """The embedding model's weights are absent, or not the published ones."""


class UnlocatedQuote(ChordaeError):
    """A quote that is not a slice of its passage."""


class ModelError(ChordaeError):
    """The chosen language model failed; `retryable` says whether the same call may succeed later."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        self.retryable = retryable
        super().__init__(message)


class FetchError(ChordaeError):
    """The literature service failed, or has not what was asked for."""


class ExportError(ChordaeError):
    """A quiz set cannot be written in that form."""


class DatasetError(ChordaeError):
    """An evaluation file is not in a known form."""

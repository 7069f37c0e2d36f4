"""The base that the pages read, opened once for all visitors, and stocked on first use."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from domain.errors import ChordaeError
from domain.settings import Settings
from pages.parts import markup

if TYPE_CHECKING:
    from domain.reading import AddReport
    from kb import Base


@dataclass(slots=True)
class Opening:
    """A base on its way to being open: what is being done, and what came of it."""

    step: str = "Opening the knowledge base"
    files: int = 0
    of: int = 0
    base: Base | None = None
    error: ChordaeError | None = None
    done: threading.Event = field(default_factory=threading.Event)


def settings() -> Settings:
    """The settings of this process, from its environment."""
    return Settings.from_environment()


def the_base() -> Base:
    """The opened base; until then the page says what it is loading. A failure ends the page, in a sentence."""
    opening = _opening(settings())
    if not opening.done.is_set():
        bar = st.progress(0.0, text=opening.step)
        while not opening.done.wait(0.1):
            share = opening.files / opening.of if opening.of else 0.0
            bar.progress(min(share, 1.0), text=opening.step)
        bar.empty()
    if opening.base is None:
        _opening.clear()  # so that the next visit tries again
        st.error(markup.plain(str(opening.error)), icon=":material/error:")
        st.stop()
    return opening.base


@st.cache_resource(show_spinner=False)
def _opening(chosen: Settings) -> Opening:
    """Start opening in the background, once per process and settings: no click can break it off."""
    opening = Opening()
    threading.Thread(target=_open, args=(opening, chosen), name="chordae-opening", daemon=True).start()
    return opening


def _open(opening: Opening, chosen: Settings) -> None:
    try:
        from kb import open_base

        base = open_base(chosen.base, chosen, create=True)
        if chosen.base is None:
            _stock(base, opening)
        opening.base = base
    except ChordaeError as error:
        opening.error = error
    except BaseException as error:
        opening.error = ChordaeError(f"The knowledge base did not open: {error!r}. The terminal shows where.")
        raise
    finally:
        opening.done.set()


def _stock(base: Base, opening: Opening) -> None:
    from ingest import read
    from kb.library import record_paths
    from kb.starter import is_stocked, stock

    if is_stocked(base):
        return
    opening.of = len(record_paths())

    def advance(_: AddReport) -> None:
        opening.files += 1
        opening.step = f"Adding the starter library, {opening.files} of {opening.of}"

    opening.step = "Adding the starter library"
    stock(base, lambda paths: read(paths, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens), advance)

"""Work that outlives a click: it runs in a thread of its own, and the page looks whether it is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import streamlit as st

WORKERS = 2
AT_ONCE = 0.8
"""Seconds to wait before showing that one is waiting: most answers are there sooner."""


def start(key: str, work: Callable[[], Any], *, anew: bool = False, long: bool = False) -> None:
    """Begin `work`, unless this visit has work of that name under way; `anew` lets go of that and begins all the same.

    `long` work waits for its like and never keeps a question waiting.
    """
    if anew or key not in st.session_state:
        st.session_state[key] = _pool("long" if long else "short").submit(work)
        wait([st.session_state[key]], timeout=AT_ONCE)


def under_way(key: str) -> bool:
    """Whether work of that name is running or has a result that nobody took."""
    return key in st.session_state


def take(key: str) -> Future[Any] | None:
    """The finished work, once; None while it runs and when there is none."""
    future: Future[Any] | None = st.session_state.get(key)
    if future is None or not future.done():
        return None
    del st.session_state[key]
    return future


def watch(key: str, show: Callable[[], object]) -> None:
    """Show `show()` again and again until the work of that name is done, then run the page anew."""

    @st.fragment(run_every=0.5)
    def look() -> None:
        future = st.session_state.get(key)
        if future is not None and future.done():
            st.rerun()
        show()

    look()


@st.cache_resource(show_spinner=False)
def _pool(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix=f"chordae-{name}")

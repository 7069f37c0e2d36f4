"""The look of what the pages draw themselves; colours come from the theme, so both themes hold contrast."""

from __future__ import annotations

from typing import Literal

import streamlit as st

CSS = """
.block-container { padding-top: 3.2rem; padding-bottom: 4rem; max-width: 78rem; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; opacity: 1; }
[data-testid="stCaptionContainer"] { opacity: .8; }
[data-testid="stSidebar"] button p { text-align: left; }
.ch-answer p { font-family: "Source Serif", Charter, Georgia, serif; font-size: 1.18rem;
  line-height: 1.62; margin: 0 0 .85rem; max-width: 40rem; }
.ch-rests, .ch-small { font-size: .875rem; line-height: 1.45; opacity: .82; margin: 0 0 .35rem; }
.ch-source a, .ch-answer a, .ch-notice a { color: inherit; text-decoration: underline; }
.ch-mark { display: inline-block; font: 600 .78rem/1.3rem sans-serif; min-width: 1.3rem; text-align: center;
  border-radius: .65rem; padding: 0 .3rem; text-decoration: none !important;
  background: color-mix(in srgb, currentColor 14%, transparent); }
.ch-source, .ch-notice, .ch-abstention, .ch-removed { overflow-wrap: anywhere;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  border-radius: .6rem; padding: .85rem 1rem .6rem; margin: 0 0 .9rem; }
.ch-source p, .ch-notice p, .ch-abstention p, .ch-removed p { margin: 0 0 .4rem; }
.ch-source:target { outline: 2px solid currentColor; outline-offset: 2px; }
.ch-title { font-weight: 600; line-height: 1.35; }
.ch-n { display: inline-block; min-width: 1.5rem; text-align: center; border-radius: .75rem; padding: 0 .35rem;
  font-size: .82rem; background: color-mix(in srgb, currentColor 14%, transparent); }
.ch-quote, .ch-wording { font-size: .95rem; line-height: 1.55; padding-left: .8rem;
  border-left: 3px solid color-mix(in srgb, currentColor 25%, transparent); }
.ch-quote { font-family: "Source Serif", Charter, Georgia, serif; }
.ch-source mark { color: inherit; background: color-mix(in srgb, #f2b705 38%, transparent); border-radius: .15rem;
  padding: .05rem .1rem; }
.ch-source summary { cursor: pointer; }
details.ch-source { padding: .5rem 1rem; margin-bottom: .4rem; }
details.ch-source > summary { font-size: .92rem; line-height: 1.4; }
details.ch-source > div { padding-top: .5rem; }
.ch-source ul { margin: .2rem 0 .4rem; padding-left: 1.1rem; }
.ch-source li { font-size: .875rem; margin: 0; }
.ch-source sup { line-height: 0; font-size: .7em; }
.ch-near { border-style: dotted; }
.ch-item p { line-height: 1.5; margin: 0 0 .5rem; max-width: 52rem; overflow-wrap: anywhere; }
.ch-item ol { list-style: upper-alpha; margin: 0 0 .3rem; padding-left: 1.6rem; }
.ch-item ul { margin: 0 0 .5rem; padding-left: 1.2rem; }
.ch-item li { margin: 0 0 .2rem; font-size: .95rem; line-height: 1.5; }
.ch-kicker { font-size: .8rem; font-weight: 700; letter-spacing: .02em; }
.ch-notice { border-left: 4px solid #c98a0c; }
.ch-abstention { border: 2px dashed color-mix(in srgb, currentColor 40%, transparent); padding: 1.1rem 1.2rem .7rem;
  max-width: 40rem; font-size: 1.05rem; }
.ch-missing { font-weight: 600; }
.ch-doubt { color: color-mix(in srgb, #d1242f 72%, currentColor); font-size: .875rem; }
.ch-grade { display: inline-block; border-radius: .3rem; padding: .05rem .35rem;
  background: color-mix(in srgb, currentColor 10%, transparent); white-space: normal; }
.ch-secondary { background: color-mix(in srgb, #f2b705 26%, transparent); }
"""


DARK = """
[data-testid^="stBaseButton-primary"], [data-testid^="stBaseButton-primary"] p { color: #0f1719; }
"""
"""In the dark theme the accent is light, so what is written on it is dark."""


FRAMED = "framed"
TARGET = "target"


def apply(page: str) -> None:
    """Put the styles on the page; a page that was reached without the frame of app.py goes there first."""
    if FRAMED not in st.session_state:  # the first address asked of a new server may be a page's own
        st.session_state[TARGET] = page
        st.switch_page("app.py")
    st.html(f"<style>{CSS}{DARK if theme() == 'dark' else ''}</style>")


def theme() -> Literal["light", "dark"]:
    """The theme that the visitor sees."""
    return "dark" if st.context.theme.type == "dark" else "light"

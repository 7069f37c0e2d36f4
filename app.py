"""The web face: its frame, its navigation and the notice that stands on every page."""

from __future__ import annotations

import streamlit as st

st.set_page_config(page_title="Chordae", page_icon=":material/cardiology:", layout="wide")

page = st.navigation(
    [
        st.Page("pages/ask.py", title="Ask", icon=":material/forum:", default=True),
        st.Page("pages/library.py", title="Library", icon=":material/local_library:"),
    ]
)
with st.sidebar:
    st.caption(
        "Chordae says what its sources say, and cites them. For learning and research;"
        " not medical advice, and no substitute for clinical judgement."
    )
page.run()

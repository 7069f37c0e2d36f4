"""The web face: its frame, its navigation and the notice that stands on every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

PICTURES = Path(__file__).parent / "docs" / "pictures"
MARK = str(PICTURES / "mark.svg")

# An icon named ":material/…" would be fetched from another host when it becomes the tab's picture.
st.set_page_config(page_title="Chordae", page_icon=MARK, layout="wide")
st.logo(str(PICTURES / "wordmark.svg"), icon_image=MARK, size="large")


page = st.navigation(
    [
        st.Page("pages/ask.py", title="Ask", icon=":material/forum:", default=True),
        st.Page("pages/evidence.py", title="Evidence", icon=":material/table_chart:"),
        st.Page("pages/quiz.py", title="Quiz", icon=":material/quiz:"),
        st.Page("pages/evaluation.py", title="Evaluation", icon=":material/monitoring:"),
        st.Page("pages/library.py", title="Library", icon=":material/local_library:"),
    ]
)
with st.sidebar:
    st.caption(
        "Chordae says what its sources say, and cites them. For learning and research;"
        " not medical advice, and no substitute for clinical judgement."
    )
st.session_state["framed"] = True
if target := st.session_state.pop("target", None):
    st.switch_page(target)
page.run()

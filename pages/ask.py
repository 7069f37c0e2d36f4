"""The Ask page: a question in, a cited answer out, or what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from domain import prose
from domain.answer import Abstention, Answer
from domain.document import KINDS
from domain.errors import ChordaeError
from domain.reference import KIND_WORDS
from pages.parts import house, jobs, markup, page_picture, style

if TYPE_CHECKING:
    from kb import Base

EXAMPLES = (
    ("What was all-cause death at two years in COAPT?", "coapt-2yr"),
    ("Why do COAPT and MITRA-FR disagree?", "mitra-fr-2yr"),
    ("Should TEER be offered in ventricular secondary MR?", "guideline-esc-eacts-2025-vhd"),
    ("What does CRT do to functional mitral regurgitation?", "crt-effect-on-fmr"),
    ("What operative mortality did the Cleveland Clinic report?", "bishay-2000"),
    ("How was the patient in the Oman case report treated?", "oman-carillon-case-report"),
)
"""Questions for a first visit, each shown only where the base holds the record it asks about."""

JOB = "ask-job"
EARLIEST_YEAR = 1950


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked and under which filters; equal asks are one line of the visit's history.

    `read_as` is the question made to stand alone, where it followed up on an earlier one; None otherwise.
    """

    question: str
    read_as: str | None = None
    kinds: tuple[str, ...] = ()
    since: int | None = None
    topics: tuple[str, ...] = ()
    llm: str | None = None


def main() -> None:
    """Read what is asked, have it answered in the background, show what came of it."""
    style.apply("pages/ask.py")
    st.title("Ask the literature", anchor=False)
    base = house.the_base()
    asked = _form(base)
    if asked is not None:
        _begin(base, asked)
    _finish()
    if jobs.under_way(JOB):
        jobs.watch(JOB, lambda: st.info("Reading the passages …", icon=":material/hourglass_top:"))
        return
    shown: tuple[Asked, Answer | Abstention | str] | None = st.session_state.get("shown")
    if shown is None:
        _first_visit(base)
    else:
        _show(base, *shown)
    _history()


def _form(base: Base) -> Asked | None:
    """The question box with its filters; what to ask now, None when nothing new was asked."""
    wanted: Asked | None = st.session_state.pop("wanted", None)
    if wanted is None and "shown" not in st.session_state and st.query_params.get("q"):
        wanted = Asked(question=st.query_params["q"])  # the address holds the question, so a reload asks it again
    if wanted is not None:
        st.session_state["question"] = wanted.question
    with st.form("ask", border=False, enter_to_submit=True):
        box, button = st.columns([6, 1], vertical_alignment="bottom")
        question = box.text_input(
            "Your question on functional (secondary) mitral regurgitation",
            key="question",
            placeholder="What was all-cause death at two years in COAPT?",
        )
        sent = button.form_submit_button("Ask", type="primary", width="stretch")
        with st.expander("Which sources, and who words the answer"):
            left, middle, right = st.columns(3)
            kinds = left.multiselect("Kinds of source", KINDS, format_func=KIND_WORDS.__getitem__, placeholder="All")
            topics = middle.multiselect("Topics", _topics(base, base.generation), placeholder="All")
            since = right.number_input("Published since", EARLIEST_YEAR, 2100, None, placeholder="Any year")
            llm = st.text_input(
                "Language model",
                value=house.settings().llm or "",
                placeholder="none: the answer is made of the sources’ sentences",
                help="A LangChain name such as ollama:llama3. It words the answer; every sentence is still checked "
                "against its passage. Your question and the passages go to that model, wherever it runs.",
            )
    if wanted is not None:
        return wanted
    if not sent or not question.strip():
        return None
    return Asked(
        question=question.strip(), kinds=tuple(kinds), since=since, topics=tuple(topics), llm=llm.strip() or None
    )


@st.cache_data(show_spinner=False)
def _topics(_base: Base, generation: int) -> list[str]:
    """The topics that the base knows at this generation, in alphabetical order."""
    return sorted({topic for document in _base.documents() for topic in document.topics})


def _begin(base: Base, asked: Asked) -> None:
    settings = replace(house.settings(), llm=asked.llm)
    earlier = [before.read_as or before.question for before in st.session_state.get("history", {})]

    def work() -> tuple[Asked, Answer | Abstention | str]:
        from qa.ask import ask
        from qa.chatmodel import asker
        from qa.followup import stand_alone

        read = asked
        try:
            model = asker(asked.llm, timeout=settings.llm_timeout) if asked.llm else None
            question = stand_alone(asked.question, earlier, model)
            read = replace(asked, read_as=question if question != asked.question else None)
            found = ask(base, question, settings, kinds=asked.kinds, since=asked.since, topics=asked.topics)
        except ChordaeError as error:
            return read, str(error)
        return read, found

    jobs.start(JOB, work, anew=True)


def _finish() -> None:
    future = jobs.take(JOB)
    if future is None:
        return
    asked, found = future.result()
    st.session_state["shown"] = (asked, found)
    st.query_params["q"] = asked.read_as or asked.question
    history: dict[Asked, Answer | Abstention | str] = st.session_state.setdefault("history", {})
    history.pop(asked, None)
    history[asked] = found


def _first_visit(base: Base) -> None:
    examples = [question for question, record in EXAMPLES if base.record(record) is not None]
    documents = len(base.documents())
    if not documents:
        st.info("The base holds nothing yet: add articles on the Library page.", icon=":material/local_library:")
    elif not examples:
        st.caption(f"Ask about anything in the {documents} documents of this base.")
    else:
        st.caption("Or begin with one of these")
    with st.container(gap=None):
        for question in examples:
            if st.button(question, type="tertiary", icon=":material/arrow_forward:"):
                st.session_state["wanted"] = Asked(question=question)
                st.rerun()


def _show(base: Base, asked: Asked, found: Answer | Abstention | str) -> None:
    st.subheader(markup.plain(asked.question), anchor=False)
    if asked.read_as is not None:
        st.caption(f"Read as: {markup.plain(asked.read_as)}")
    told = _filters(asked)
    if told:
        st.caption(told)
    if isinstance(found, str):
        st.error(markup.plain(found), icon=":material/error:")
    elif isinstance(found, Abstention):
        _show_abstention(base, found)
    else:
        _show_answer(base, found)


def _show_answer(base: Base, found: Answer) -> None:
    said, sources = st.columns([10, 9], gap="large")
    with said:
        st.html(markup.answer(found))
        st.html(markup.notices(found.notices) or "<span></span>")
        if found.removed:
            with st.expander(f"Taken out: {len(found.removed)} unsupported sentences"):
                st.html(markup.removed(found.removed))
        _keep(base, found)
        _run(found)
    with sources:
        answering = {n for claim in found.claims for n in claim.citations}
        st.markdown("##### Sources")
        for citation in found.citations:
            if citation.n in answering:
                st.html(markup.source(citation, base.record))
                page_picture.show(base, citation)
        beside = [citation for citation in found.citations if citation.n not in answering]
        if beside:
            st.markdown("##### Sources of the notes")
            st.html("".join(markup.source(citation, base.record, folded=True) for citation in beside))


def _show_abstention(base: Base, found: Abstention) -> None:
    st.html(markup.abstention(found))
    if found.nearest and found.reason != "off-topic":
        st.markdown("##### Nearest passages")
        st.caption("They come closest, but they do not answer the question.")
        for hit in found.nearest:
            st.html(markup.near(hit))
    _keep(base, found)
    _run(found)


def _keep(base: Base, found: Answer | Abstention) -> None:
    name = re.sub(r"[^a-z0-9]+", "-", found.question.casefold()).strip("-")[:60] or "answer"
    st.download_button(
        "Keep with references",
        prose.answer(found, base.record),
        file_name=f"{name}.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )


def _run(found: Answer | Abstention) -> None:
    run = found.run
    with st.expander("How this was made"):
        st.caption(
            f"Engine {run.engine}"
            + (f", prompt {run.prompt}" if run.prompt else "")
            + f" · base {run.base_fingerprint or 'none'} · settings {run.settings_fingerprint} · Chordae {run.version}"
            + f" · {run.timings_ms.get('total', 0.0):.0f} ms"
        )


def _filters(asked: Asked) -> str:
    parts = [KIND_WORDS[kind] for kind in asked.kinds] + list(asked.topics)
    if asked.since is not None:
        parts.append(f"since {asked.since}")
    return f"Only: {', '.join(parts)}" if parts else ""


def _history() -> None:
    history: dict[Asked, Answer | Abstention | str] = st.session_state.get("history", {})
    if not history:
        return
    with st.sidebar:
        st.markdown("**This visit**")
    with st.sidebar.container(gap=None):
        for place, (asked, found) in enumerate(reversed(history.items())):
            icon = ":material/chat:" if isinstance(found, Answer) else ":material/help_center:"
            if st.button(markup.plain(asked.question), key=f"history-{place}", type="tertiary", icon=icon):
                st.session_state["shown"] = (asked, found)
                st.rerun()


main()

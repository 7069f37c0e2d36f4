"""The Quiz page: make items, see each with its proof, edit, accept, order, try them, and take them along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from domain.errors import ChordaeError
from domain.quiz import ITEM_KINDS, QuizItem, QuizSet
from pages.parts import house, jobs, markup, style
from pages.parts.quiz_desk import Desk

if TYPE_CHECKING:
    from kb import Base

JOB = "quiz-job"
PER_PAGE = 5
LETTERS = "ABCDEFGHIJ"
KIND_WORDS = {
    "mcq": "Single best answer",
    "tf": "True or false",
    "cloze": "Cloze",
    "short": "Short answer",
    "vignette": "Vignette",
}
FORM_WORDS = {
    "moodle-xml": "Moodle XML",
    "gift": "GIFT",
    "qti": "QTI 2.1 package (Canvas, Moodle)",
    "anki": "Anki deck",
    "pdf": "Printable sheet with a separate key (PDF)",
    "md": "Markdown",
    "csv": "CSV",
    "json": "JSON",
}
BADGES = {"open": ("open", "gray"), "accepted": ("accepted", "green"), "rejected": ("rejected", "red")}


@dataclass(slots=True)
class Making:
    """Items under way: what is being done with them, with how many, of how many."""

    doing: str = "proved"
    made: int = 0
    wanted: int = 0


def main() -> None:
    """Make, review, try, take along."""
    style.apply("pages/quiz.py")
    st.title("Quiz", anchor=False)
    base = house.the_base()
    desk: Desk = st.session_state.setdefault("quiz-desk", Desk())
    _make(base, desk)
    _shelf(base, desk)
    for lost in desk.lost:
        st.warning(f"{markup.plain(lost.stem)}: {markup.plain(' '.join(lost.changes))}", icon=":material/warning:")
    if not desk.items:
        return
    review, attempt, take, covers, drafts = st.tabs(
        ["Review", "Try it", "Take along", "What it covers", "Rejected drafts"]
    )
    with review:
        _review(base, desk)
    with attempt:
        _try(desk)
    with take:
        _take(base, desk)
    with covers:
        _covers(desk)
    with drafts:
        for draft in desk.rejected_drafts:
            st.markdown(f"**{markup.plain(draft.rule)}**: {markup.plain(draft.why)}  \n{markup.plain(draft.stem)}")
        if not desk.rejected_drafts:
            st.caption("No draft was turned down.")


def _make(base: Base, desk: Desk) -> None:
    making: Making = st.session_state.setdefault("quiz-making", Making())
    future = jobs.take(JOB)  # before the form is drawn, so that its button is free again
    busy = jobs.under_way(JOB)
    with st.form("quiz-make", border=False):
        topic, kinds, number, button = st.columns([3, 4, 1.3, 1.3], vertical_alignment="bottom")
        wanted = topic.text_input("Topic", placeholder="TEER, CRT … empty: everything", key="quiz-topic")
        chosen = kinds.multiselect("Kinds", ITEM_KINDS, default=["mcq"], format_func=KIND_WORDS.__getitem__)
        n = number.number_input("How many", 1, 200, 5)
        with st.expander("Who words the stems"):
            llm = st.text_input(
                "Language model",
                value=house.settings().llm or "",
                placeholder="none: the stems are worded by rule",
                help="A LangChain name such as ollama:llama3. It rewords stems; one that says more, less or something "
                "else is not taken. The items go to that model, wherever it runs.",
            )
        if button.form_submit_button("Make", type="primary", width="stretch", disabled=busy):
            _begin(base, making, wanted.strip(), tuple(chosen) or ("mcq",), int(n), llm.strip() or None)
            busy = True
    if busy:
        jobs.watch(JOB, lambda: _progress(making))
    if future is None:
        return
    error = future.exception()
    if isinstance(error, ChordaeError):
        st.error(markup.plain(str(error)), icon=":material/error:")
    elif error is not None:
        raise error
    else:
        desk.lay(future.result())
        if not desk.items:
            st.info("The base carries no item of these kinds on that topic.", icon=":material/quiz:")


def _begin(base: Base, making: Making, topic: str, kinds: tuple[str, ...], n: int, llm: str | None) -> None:
    settings = replace(house.settings(), llm=llm)
    making.doing, making.made, making.wanted = "proved", 0, n

    def progress(made: int, wanted: int) -> None:
        making.made, making.wanted = made, wanted

    def work() -> QuizSet:
        from qa.quiz.generate import generate
        from qa.quiz.polish import polish

        made = generate(base, topic, n=n, kinds=kinds, progress=progress)
        if llm is None:
            return made
        making.doing, making.made = "reworded and checked", 0
        return polish(made, base, settings, progress=progress)

    jobs.start(JOB, work, long=True)


def _progress(making: Making) -> None:
    share = making.made / making.wanted if making.wanted else 0.0
    st.progress(min(share, 1.0), text=f"{making.made} of {making.wanted} items {making.doing}")


def _shelf(base: Base, desk: Desk) -> None:
    """The sets that are kept in the base."""
    from qa.quiz import shelved
    from qa.quiz.stale import stale

    names = shelved.names(base)
    if not names:
        return
    with st.expander(f"Saved sets: {len(names)}"):
        name = st.selectbox("Set", names, key="quiz-saved")
        with st.container(horizontal=True):
            if st.button("Open", key="quiz-open"):
                try:
                    loaded = shelved.load(base, name)
                except ChordaeError as error:
                    st.error(markup.plain(str(error)), icon=":material/error:")
                    return
                desk.lay(loaded.quiz, decision="accepted")
                desk.lost = loaded.lost
                desk.mark(stale(loaded.quiz, base))
                st.rerun()
            if st.button("Forget", key="quiz-forget"):
                shelved.forget(base, name)
                st.rerun()


def _review(base: Base, desk: Desk) -> None:
    accepted = len(desk.accepted.items)
    st.caption(f"{len(desk.items)} items, {accepted} accepted. Only accepted items are saved and exported.")
    if accepted < len(desk.items) and st.button("Accept all that are open", icon=":material/done_all:"):
        for item in desk.items:
            if desk.decision(item) == "open" and not desk.flaws.get(item.item_id):
                desk.decide(item, "accepted")
        st.rerun()
    pages = -(-len(desk.items) // PER_PAGE)
    page = st.pagination(pages, key="quiz-page") if pages > 1 else 1
    for place in range((page - 1) * PER_PAGE, min(page * PER_PAGE, len(desk.items))):
        _item(base, desk, place)


def _item(base: Base, desk: Desk, place: int) -> None:
    item = desk.items[place]
    word, colour = BADGES[desk.decision(item)]
    with st.container(border=True):
        with st.container(horizontal=True):
            st.badge(f"{place + 1}", color="primary")
            st.badge(word, color=colour)  # type: ignore[arg-type]
            st.badge(KIND_WORDS[item.kind], color="gray")
            st.badge(f"{item.difficulty} · {item.bloom}", color="gray", help=markup.plain(item.level_rule) or None)
        st.html(markup.question(item))
        for flaw in desk.flaws.get(item.item_id, ()):
            st.warning(f"**{markup.plain(flaw.rule)}** ({markup.plain(flaw.source)}): {markup.plain(flaw.why)}")
        if item.item_id in desk.stale:
            st.warning(markup.plain(" ".join(desk.stale[item.item_id].changes)), icon=":material/update:")
        with st.expander("Key and proof"):
            st.html(markup.key(item))
            for citation in item.citations:
                st.html(markup.source(citation, base.record, anchor=f"item-{place}-source-"))
        _decide(base, desk, place)


def _decide(base: Base, desk: Desk, place: int) -> None:
    item = desk.items[place]
    with st.container(horizontal=True):
        if st.button("Accept", key=f"accept-{item.item_id}", disabled=desk.decision(item) == "accepted"):
            desk.decide(item, "accepted")
            st.rerun()
        if st.button("Reject", key=f"reject-{item.item_id}", disabled=desk.decision(item) == "rejected"):
            desk.decide(item, "rejected")
            st.rerun()
        if st.button("Edit", key=f"edit-{item.item_id}"):
            _edit(base, desk, place)
        if st.button("", key=f"up-{item.item_id}", icon=":material/arrow_upward:", help="Up", disabled=place == 0):
            desk.move(place, -1)
            st.rerun()
        last = place == len(desk.items) - 1
        if st.button("", key=f"down-{item.item_id}", icon=":material/arrow_downward:", help="Down", disabled=last):
            desk.move(place, 1)
            st.rerun()


@st.dialog("Edit the item", width="large")
def _edit(base: Base, desk: Desk, place: int) -> None:
    from qa.quiz.recheck import edited, recheck

    item = desk.items[place]
    stem = st.text_area("Stem", item.stem)
    options, answer = list(item.options), item.answer
    if item.options:
        options = [line.strip() for line in st.text_area("Options, one a line", "\n".join(options)).split("\n")]
        options = [option for option in options if option]
        right = min(int(item.answer), max(len(options) - 1, 0))
        answer = st.selectbox("Right option", range(len(options)), right, format_func=lambda at: options[at])
    else:
        answer = st.text_input("Answer", str(item.answer))
    rationale = st.text_area("Rationale", item.rationale)
    if st.button("Check and keep", type="primary"):
        try:
            changed = edited(item, stem=stem, options=options, answer=answer, rationale=rationale)
            desk.put(place, changed, recheck(changed, base, among=desk.items))
        except ValueError as error:
            st.error(markup.plain(str(error)), icon=":material/error:")
            return
        st.rerun()


def _try(desk: Desk) -> None:
    """The accepted items as a student would see them, with a score; all of them where none is accepted yet."""
    items = desk.accepted.items or tuple(desk.items)
    with st.form("quiz-try", border=False):
        given = [_answered(number, item) for number, item in enumerate(items, start=1)]
        marked = st.form_submit_button("Mark my answers", type="primary")
    if not marked:
        return
    right = [_is_right(item, answer) for item, answer in zip(items, given, strict=True)]
    st.metric("Score", f"{sum(right)} of {len(items)}")
    for number, (item, correct) in enumerate(zip(items, right, strict=True), start=1):
        show = st.success if correct else st.error
        show(f"{number}. {markup.plain(item.rationale)}")


def _answered(number: int, item: QuizItem) -> int | str | None:
    label = f"{number}. {markup.plain(item.stem)}"
    if item.options:
        letters = [f"{LETTERS[at]}. {markup.plain(option)}" for at, option in enumerate(item.options)]
        return st.radio(label, range(len(letters)), None, format_func=letters.__getitem__, key=f"try-{item.item_id}")
    return st.text_input(label, key=f"try-{item.item_id}")


def _is_right(item: QuizItem, answer: int | str | None) -> bool:
    if isinstance(item.answer, int) or answer is None:
        return answer == item.answer
    return " ".join(str(answer).casefold().split()) == " ".join(item.answer.casefold().split())


def _take(base: Base, desk: Desk) -> None:
    from qa.quiz import shelved
    from qa.quiz.export import FORMS, export

    accepted = desk.accepted
    if not accepted.items:
        st.info("Accept at least one item first.", icon=":material/quiz:")
        return
    left, right = st.columns(2)
    with left:
        st.markdown("##### Export")
        form = st.selectbox("Form", list(FORMS), format_func=lambda name: FORM_WORDS.get(name, name))
        title = st.text_input("Title", accepted.topic or "Functional mitral regurgitation", key="quiz-title")
        st.download_button(
            f"Download {len(accepted.items)} items",
            partial(export, accepted, form, title=title),
            file_name=f"chordae-quiz{FORMS[form].ending}",
            mime=FORMS[form].media_type,
            icon=":material/download:",
            on_click="ignore",
        )
    with right:
        st.markdown("##### Keep in the base")
        name = st.text_input("Name", accepted.topic or "Quiz", key="quiz-name")
        if st.button("Save", disabled=not name.strip()):
            shelved.save(base, name.strip(), accepted)
            st.success("Saved. Purging a document purges the saved items that quote it.")


def _covers(desk: Desk) -> None:
    from qa.quiz.blueprint import DIFFICULTIES, blueprint

    plan = blueprint(desk.items)
    rows = [{"Topic": topic, **dict(zip(DIFFICULTIES, plan.row(topic), strict=True))} for topic in plan.topics]
    st.dataframe(rows, hide_index=True)
    st.caption(
        f"{plan.above_recall:.0%} ask for more than recall; the largest template made {plan.largest_template:.0%}."
        f" By level: {', '.join(f'{level} {count}' for level, count in plan.blooms.items() if count)}."
    )


main()

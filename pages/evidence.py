"""The Evidence page: one outcome, many studies side by side, and no pooled estimate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from domain.conflict import Conflict
from domain.errors import ChordaeError
from domain.evidence import RECOMMENDATION
from domain.reference import CONFIDENCE_WORDS, KIND_WORDS
from pages.parts import house, markup, style
from qa.evidence import EvidenceRow, csv_text, evidence_rows, measures_of, topics_of
from qa.forest import WHY_NOT_POOLED, forest
from qa.related import conflicts_of, recommendations_on

if TYPE_CHECKING:
    from kb import Base

FIRST_MEASURE = "All-cause death"
FIRST_TOPIC = "teer"
EVERY_TOPIC = "Every topic"


def main() -> None:
    """Choose an outcome and a topic, see the studies, take them along."""
    style.apply("pages/evidence.py")
    st.title("Evidence side by side", anchor=False)
    base = house.the_base()
    records = base.records()
    measures = [measure for measure in measures_of(records) if measure != RECOMMENDATION]
    if not measures:
        st.info("This base holds no evidence records: they come with the starter library.", icon=":material/table:")
        return
    left, right = st.columns(2)
    measure = left.selectbox(
        "Outcome", measures, index=measures.index(FIRST_MEASURE) if FIRST_MEASURE in measures else 0
    )
    topics = [EVERY_TOPIC, *topics_of(records)]
    topic = right.selectbox("Topic", topics, index=topics.index(FIRST_TOPIC) if FIRST_TOPIC in topics else 0)
    chosen = None if topic == EVERY_TOPIC else topic
    try:
        rows = evidence_rows(records, measure, chosen)
        advice = recommendations_on(records, chosen) if chosen else []
    except ChordaeError as error:
        st.error(markup.plain(str(error)), icon=":material/error:")
        return
    if not rows:
        st.info("No study in this base reports that outcome for that topic.", icon=":material/table:")
    else:
        _plots(rows, measure)
        _table(rows, measure)
    _advice(advice)
    _conflicts(base, conflicts_of(rows))


def _plots(rows: Sequence[EvidenceRow], measure: str) -> None:
    drawn = forest(rows)
    for ratio, points in drawn.by_ratio.items():
        from pages.parts import forest_chart

        st.markdown(f"##### {ratio}s")
        st.altair_chart(forest_chart.chart(points, ratio, theme=style.theme()), width="stretch")
        name = f"{_slug(measure)}-{_slug(ratio)}"
        with st.container(horizontal=True):
            for form, draw, mime in (
                ("SVG", forest_chart.svg, "image/svg+xml"),
                ("PNG", forest_chart.png, "image/png"),
            ):
                st.download_button(
                    form,
                    partial(draw, points, ratio),  # drawn only when asked for
                    file_name=f"{name}.{form.casefold()}",
                    mime=mime,
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"{form}-{ratio}",
                )
    if drawn.points:
        st.caption(f"Left of 1 there is less of the outcome in the first-named arm of the comparison. {WHY_NOT_POOLED}")
    else:
        st.caption("No study gives a ratio with its interval for this outcome, so there is nothing to draw.")


def _table(rows: Sequence[EvidenceRow], measure: str) -> None:
    st.markdown("##### Studies")
    columns = {
        "Study": [row.study for row in rows],
        "Design": [KIND_WORDS[row.kind] for row in rows],
        "n": [str(row.n or "") for row in rows],
        "Time": [row.timepoint or "" for row in rows],
        "Comparison": [row.contrast or "" for row in rows],
        "Result": [row.value or "" for row in rows],
        "Effect": [row.effect or "" for row in rows],
        "95% CI": [row.ci_95 or "" for row in rows],
        "p": [row.p or "" for row in rows],
        "Population": [row.population or "" for row in rows],
        "Arms": [row.arms for row in rows],
        "Follow-up": [row.follow_up or "" for row in rows],
        "Stands on": [CONFIDENCE_WORDS[row.confidence] for row in rows],
        "Read": [row.source for row in rows],
        "Link": [row.url for row in rows],
    }
    st.dataframe(
        columns,
        hide_index=True,
        column_config={"Link": st.column_config.LinkColumn(display_text="open")},
    )
    st.caption("Chordae’s wording of published figures. What stands on a secondary source says so.")
    st.download_button(
        "CSV",
        csv_text(rows),
        file_name=f"{_slug(measure)}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _advice(rows: Sequence[EvidenceRow]) -> None:
    """What guidelines recommend on the topic, the current first, the superseded marked."""
    if not rows:
        return
    st.markdown("##### What guidelines say on this topic")
    for row in rows:
        st.html(markup.recommendation(row))


def _conflicts(base: Base, touched: Sequence[Conflict]) -> None:
    """The known points on which these studies and others disagree."""
    if not touched:
        return
    st.markdown("##### Where sources disagree")
    for conflict in touched:
        st.html(markup.conflict(conflict, _titles(base, conflict)))


def _titles(base: Base, conflict: Conflict) -> dict[str, str]:
    found = {record_id: base.record(record_id) for record_id in conflict.records}
    return {record_id: record.title for record_id, record in found.items() if record is not None}


def _slug(text: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


main()

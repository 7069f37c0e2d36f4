"""The Evaluation page: the latest runs as pictures, a run of one's own, and two runs compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from domain.errors import ChordaeError
from eval.door import JUDGES, Call, judge
from eval.history import Run, keep, latency_over_runs, quality_over_runs, runs, worst
from eval.report import Plot, Report
from pages.parts import house, jobs, markup, style

if TYPE_CHECKING:
    from kb import Base

JOB = "evaluation-job"
DATA = Path(__file__).resolve().parent.parent / "eval" / "data"
LONG = 60
"""Characters from which a cell is given a wide column."""
ROW = 110
"""Height in pixels of a row of sentences."""
ACROSS = 4
"""Measures to a row."""


@dataclass(slots=True)
class Under:
    """A run under way: how many are done, of how many."""

    what: str
    done: int = 0
    of: int = 0


def main() -> None:
    """Start a run, look at the latest, compare two."""
    style.apply("pages/evaluation.py")
    st.title("Evaluation", anchor=False)
    base = house.the_base()
    _start(base)
    kept = runs(base)
    if not kept:
        st.info("No run is kept in this base yet. Start one above, or in the terminal.", icon=":material/monitoring:")
        return
    latest, over_time, two = st.tabs(["Latest", "Over runs", "Compare two"])
    with latest:
        _latest(kept)
    with over_time:
        _over_runs(kept)
    with two:
        _compare(kept)


def _start(base: Base) -> None:
    if jobs.under_way(JOB):
        future = jobs.take(JOB)
        under: Under = st.session_state["evaluation-under"]
        if future is None:
            jobs.watch(JOB, lambda: _progress(under))
            return
        error = future.exception()
        if error is not None and not isinstance(error, ChordaeError):
            raise error
        st.session_state["evaluation-error"] = None if error is None else str(error)
    if message := st.session_state.get("evaluation-error"):
        st.error(markup.plain(message), icon=":material/error:")
    with st.expander("Start a run"):
        names = [name for name, known in JUDGES.items() if known.needs_base and known.takes in {(), ("FILE",)}]
        what = st.selectbox("What to judge", names, format_func=lambda name: JUDGES[name].summary)
        files = sorted(DATA.glob("questions-*.jsonl")) if JUDGES[what].takes else []
        file = st.selectbox("Questions", files, format_func=lambda path: path.name) if files else None
        if st.button("Start", type="primary"):
            _begin(base, what, file)
            st.rerun()


def _begin(base: Base, what: str, file: Path | None) -> None:
    under = Under(what=what)

    def progress(done: int, of: int) -> None:
        under.done, under.of = done, of

    def work() -> str:
        paths = () if file is None else (file,)
        call = Call(settings=house.settings(), paths=paths, open_base=lambda: base, progress=progress)
        return keep(base, judge(what, call))

    st.session_state["evaluation-under"] = under
    jobs.start(JOB, work, long=True)


def _progress(under: Under) -> None:
    share = under.done / under.of if under.of else 0.0
    told = f": {under.done} of {under.of}" if under.of else " …"
    st.progress(min(share, 1.0), text=f"{under.what}{told}")


def _latest(kept: Sequence[Run]) -> None:
    name = st.selectbox("What was judged", _titles(kept), key="latest-judge")
    run = next(run for run in reversed(kept) if run.report.title == name)
    st.caption(f"The latest run: {_when(run.at)}. Behind “95%” stands a bootstrap interval.")
    for failure in run.report.failures:
        st.error(markup.plain(failure), icon=":material/error:")
    _measures(run.report)
    for plot in run.report.plots:
        _picture(plot)
    rows = worst(run.report)
    if rows:
        st.markdown("##### The worst twenty")
        _texts([_bad(row) for row in rows])
    for note in run.report.notes:
        st.caption(markup.plain(note))


def _measures(report: Report) -> None:
    for start in range(0, len(report.measures), ACROSS):
        for column, found in zip(st.columns(ACROSS), report.measures[start : start + ACROSS], strict=False):
            value, _, interval = found.shown.partition(" [")
            column.metric(found.name.capitalize(), value, help=markup.plain(f"{found.definition} n = {found.n}."))
            column.caption(f"95%: {interval.rstrip(']')}" if interval else f"n = {found.n}")


def _picture(plot: Plot) -> None:
    from eval.charts import chart

    st.markdown(f"##### {markup.plain(plot.name.capitalize())}")
    st.altair_chart(chart(plot, style.theme()), width="stretch")
    st.caption(markup.plain(plot.caption))


def _over_runs(kept: Sequence[Run]) -> None:
    name = st.selectbox("What was judged", _titles(kept), key="over-judge")
    mine = [run for run in kept if run.report.title == name]
    names = list(dict.fromkeys(found.name for run in mine for found in run.report.measures if found.unit == "share"))
    chosen = st.multiselect("Measures", names, default=names[:ACROSS])
    _trend(
        "Quality over runs",
        "a share goes from 0 to 1",
        quality_over_runs(mine, chosen) if chosen else [],
        "value",
        "share",
    )
    _trend("Latency over runs", "on the machine that ran them", latency_over_runs(mine), "ms", "milliseconds")


def _trend(name: str, unit: str, rows: Sequence[dict[str, Any]], y: str, y_title: str) -> None:
    if not rows:
        return
    _picture(
        Plot(
            name=name,
            caption=f"Each point is one run, in the order they ran; {unit}.",
            kind="line",
            rows=tuple({**row, "at": _when(row["at"]).removesuffix(" UTC")} for row in rows),
            x="at",
            y=y,
            x_title="when it ran (UTC)",
            y_title=y_title,
            colour="measure",
        )
    )


def _compare(kept: Sequence[Run]) -> None:
    from eval.compare import side_by_side

    labels = {run.name: run for run in reversed(kept)}

    def label(name: str) -> str:
        return f"{labels[name].report.title}, {_when(labels[name].at)}"

    left, right = st.columns(2)
    first = left.selectbox("A", list(labels), index=min(1, len(labels) - 1), format_func=label)
    second = right.selectbox("B", list(labels), index=0, format_func=label)
    try:
        if first == second:
            st.caption("Choose two runs.")
            return
        if labels[first].report.command != labels[second].report.command:
            st.caption("The two runs are of different judges, so there is nothing to compare.")
            return
        found = side_by_side(labels[first].report, labels[second].report, label(first), label(second))
    except ChordaeError as error:
        st.error(markup.plain(str(error)), icon=":material/error:")
        return
    st.caption(markup.plain(" ".join(found.notes)))
    for table in found.tables:
        if table.rows:
            st.markdown(f"##### {markup.plain(table.name)}")
            cells = [dict(zip(table.columns, map(_cell, row), strict=True)) for row in table.rows]
            st.dataframe(cells, hide_index=True, height="content")
    for plot in found.plots:
        _picture(plot)
    if found.rows:
        st.markdown("##### Questions that changed")
        _texts([{str(name): _cell(value) for name, value in row.items()} for row in found.rows])


def _titles(kept: Sequence[Run]) -> list[str]:
    """What was judged, latest first: runs of one title are runs of the same thing."""
    return list(dict.fromkeys(run.report.title for run in reversed(kept)))


def _when(at: str) -> str:
    """A moment as a person writes it: "26 Nov 2026, 12:19:07 UTC"."""
    return f"{datetime.fromisoformat(at):%-d %b %Y, %H:%M:%S} UTC"


def _bad(row: Any) -> dict[str, str]:
    """A row of low score, as far as it helps to see why."""
    said = (
        row.get("answer")
        or row.get("error")
        or ", ".join(str(part) for part in (row.get("status"), row.get("reason"), row.get("missing")) if part)
    )
    shown = {
        "id": row["id"],
        "score": row["score"],
        "question": row.get("question") or row.get("stem") or row.get("claim"),
        "what was said": said,
    }
    if "not_shown" in row:
        shown["not shown"] = "; ".join(" or ".join(fact) for fact in row["not_shown"])
    if row.get("fact"):
        shown["the fact"] = row["fact"]
    return {name: _cell(value) for name, value in shown.items()}


def _texts(rows: Sequence[dict[str, str]]) -> None:
    """A table of sentences: rows are high enough to read them, and a click opens the whole cell."""
    long = {name for row in rows for name, value in row.items() if len(value) > LONG}
    wide = {name: st.column_config.TextColumn(width="large") for name in long}
    st.dataframe(list(rows), hide_index=True, row_height=ROW, column_config=wide)


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


main()

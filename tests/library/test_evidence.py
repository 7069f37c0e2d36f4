"""The evidence table: what is printed, found by any of its names, never pooled, never unverified."""

import csv
import io
import json
import re

import pytest

from domain.errors import CallError
from domain.evidence import Outcome
from kb.library import measures
from qa.evidence import COLUMNS, csv_text, evidence_rows, measures_of, topics_of
from qa.forest import RATIOS, WHY_NOT_POOLED, forest
from qa.related import conflicts_of, recommendations_on

CONTRACT = (
    "record title kind year n measure timepoint comparison value effect ci_95 p confidence source"  # DESIGN section 5
).split()


@pytest.fixture(scope="module")
def rows(shelf):
    return evidence_rows(shelf)


def test_every_shown_outcome_is_one_row_and_nothing_else(shelf, rows):
    shown = {
        (record.record_id, f"outcomes.{place}"): outcome
        for record in shelf.records()
        for place, outcome in enumerate(record.outcomes)
        if outcome.confidence != "unverified"
    }
    assert {(row.record, row.fact) for row in rows} == set(shown)
    assert len(rows) == len(shown) == 386
    for row in rows:
        outcome = shown[row.record, row.fact]
        for name in ("measure", "timepoint", "comparison", "value", "effect", "ci_95", "p", "confidence"):
            assert getattr(row, name) == getattr(outcome, name)
        assert row.source


def test_rows_carry_the_fields_of_the_contract(rows):
    first = json.loads(json.dumps(rows[0].as_json()))
    assert list(first)[: len(CONTRACT)] == CONTRACT


@pytest.mark.parametrize(
    "name", ["HF hospitalisation", "hf hospitalization", "HFH", "Heart-failure hospitalization", "HF admission"]
)
def test_a_measure_goes_by_its_synonyms_in_any_spelling(shelf, name):
    found = evidence_rows(shelf, measure=name)
    assert found == evidence_rows(shelf, measure="HF hospitalisation")
    assert {row.measure for row in found} == {"HF hospitalisation"}
    assert len(found) == 12


def test_every_name_of_every_measure_is_understood(shelf):
    for measure in measures():
        for name in measure.names:
            assert all(row.measure == measure.name for row in evidence_rows(shelf, name.upper())), name


def test_an_unknown_measure_or_topic_names_near_ones(shelf):
    with pytest.raises(CallError, match=r"mortality.*All-cause death"):
        evidence_rows(shelf, measure="mortality")
    with pytest.raises(CallError, match="All-cause death"):
        evidence_rows(shelf, measure="all-cause deth")
    with pytest.raises(CallError, match="carillon"):
        evidence_rows(shelf, topic="carilon")
    with pytest.raises(CallError, match=r"--measure ''"):
        evidence_rows(shelf, measure="")


def test_a_topic_narrows_and_both_narrow_together(shelf):
    found = evidence_rows(shelf, measure="all-cause mortality", topic="TEER")
    assert found
    assert {row.measure for row in found} == {"All-cause death"}
    teer = {record.record_id for record in shelf.records() if "teer" in record.topics}
    assert {row.record for row in found} <= teer
    assert evidence_rows(shelf, measure="NNT", topic="carillon") == []


def test_an_empty_base_has_no_rows(shelf_of):
    assert evidence_rows([]) == []
    assert evidence_rows(shelf_of(), topic="teer", measure="HFH") == []


def test_stronger_designs_and_newer_studies_come_first(shelf):
    found = evidence_rows(shelf, measure="All-cause death", topic="teer")
    assert [row.kind for row in found] == sorted(
        (row.kind for row in found), key=["meta-analysis", "rct", "registry", "cohort", "review"].index
    )
    trials = [row.year for row in found if row.kind == "rct"]
    assert trials == sorted(trials, reverse=True)


def test_unverified_figures_are_nowhere(shelf, rows):
    text = csv_text(rows)
    assert "55,600" not in text and "1.76" not in text and "26.9 vs 46.6" not in text


def test_recommendations_are_rows_with_class_level_and_successor(shelf):
    found = evidence_rows(shelf, measure="recommendation")
    assert len(found) == 31
    assert all(row.class_cor and row.society and row.guideline_year for row in found)
    assert {row.superseded_by for row in found} == {None, "guideline-esc-eacts-2025-vhd", "guideline-esc-2026-hf"}


def test_the_contrast_says_the_arms_in_words(shelf):
    (row,) = evidence_rows(shelf_records(shelf, "coapt-2yr"), measure="All-cause death")
    assert (row.comparison, row.contrast) == ("device vs control", "MitraClip + GDMT vs GDMT alone")


def shelf_records(shelf, *ids):
    return [record for record in shelf.records() if record.record_id in ids]


def test_csv_reads_back(rows):
    back = list(csv.DictReader(io.StringIO(csv_text(rows))))
    assert len(back) == len(rows)
    assert tuple(back[0]) == COLUMNS
    for told, row in zip(back, rows, strict=True):
        assert told == {name: "" if value is None else str(value) for name, value in row.as_json().items()}


def test_a_forest_has_the_printed_numbers_with_ratios_apart(rows):
    drawn = forest(rows)
    assert len(drawn.points) + len(drawn.left_out) == len(rows)
    by_place = {(row.record, row.fact): row for row in rows}
    for point in drawn.points:
        row = by_place[point.record, point.fact]
        assert f"{point.estimate:g}" in (row.effect or "") or f"{point.estimate}" in (row.effect or "")
        assert 0 < point.low <= point.estimate <= point.high
    assert set(drawn.by_ratio) == set(RATIOS.values())
    for ratio, points in drawn.by_ratio.items():
        assert points and {point.ratio for point in points} == {ratio}
    assert sum(map(len, drawn.by_ratio.values())) == len(drawn.points) > 60
    assert "No pooled estimate" in WHY_NOT_POOLED


def test_a_ratio_without_interval_or_a_difference_is_left_out_not_guessed(shelf):
    grigioni = forest(evidence_rows(shelf_records(shelf, "grigioni-2001")))
    assert grigioni.points == () and len(grigioni.left_out) == 5
    matterhorn = forest(evidence_rows(shelf_records(shelf, "matterhorn")))
    assert matterhorn.points == ()


def test_conflicts_and_recommendations_beneath_the_table(shelf, shelf_of):
    found = conflicts_of(evidence_rows(shelf, measure="All-cause death", topic="teer"))
    assert "c01-coapt-vs-mitra-fr" in [conflict.conflict_id for conflict in found]
    assert all(conflict.shown for conflict in found)
    assert conflicts_of(evidence_rows(shelf_records(shelf, "coapt-2yr"))) == []
    assert conflicts_of([]) == []
    teer = recommendations_on(shelf, "teer")
    assert teer[0].superseded_by is None and teer[0].guideline_year == 2026
    assert all(re.search("TEER|dge-to-edge", f"{row.value} {row.population}") for row in teer)
    superseded = [row.superseded_by is not None for row in teer]
    assert superseded == sorted(superseded) and any(superseded)
    assert len(recommendations_on(shelf)) == 31


def test_measures_and_topics_offered_are_those_with_results(shelf):
    assert measures_of(shelf)[0] == "EROA" and "LVEDVi" not in measures_of(shelf)
    assert topics_of(shelf)[0] == "advanced-hf"
    offered = measures_of(shelf)
    listed = [measure.name for measure in measures()]
    assert offered == [name for name in listed if name in offered]
    assert all(evidence_rows(shelf, measure=name) for name in offered)


def test_recommendations_are_outcomes(shelf):
    assert all(isinstance(shelf.record(row.record).fact(row.fact), Outcome) for row in recommendations_on(shelf))

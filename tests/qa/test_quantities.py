"""Figures as clinical papers print them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.quantities import Quantity, quantities


def one(text: str) -> Quantity:
    found = quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "kind", "values", "unit", "operator"),
    [
        ("2.3%", "percent", (2.3,), "%", "="),
        ("nearly two thirds had died", "percent", (100 * (2 / 3),), "%", "~"),
        ("more than four fifths had it", "percent", (80.0,), "%", ">"),
        ("less than half died", "percent", (50.0,), "%", "<"),
        ("cut by a quarter", "percent", (25.0,), "%", "~"),
        ("73 out of every hundred", "fraction", (73.0, 100.0), "", "="),
        ("two or so in a hundred", "fraction", (2.0, 100.0), "", "="),
        ("about 19 in 20", "fraction", (19.0, 20.0), "", "~"),
        ("four to six of every ten", "range", (40.0, 60.0), "%", "~"),
        ("a quarter of a square centimetre", "measure", (0.25,), "mm2", "~"),
        ("0.3 of a square centimetre", "measure", (0.3,), "mm2", "="),
        ("three quarters of a year", "duration", (0.75,), "d", "~"),
        ("a year and a half", "duration", (1.5,), "d", "~"),
        ("a dozen years", "duration", (12.0,), "d", "="),
        ("over 22 thousand euros", "measure", (22000.0,), "€", ">"),
        ("the pacing guideline of 2021 points out", "year", (2021.0,), "", "="),
        ("under the guidance of 2020", "year", (2020.0,), "", "="),
        ("did not surpass 50%", "percent", (50.0,), "%", "<="),
        ("at or beyond 1.5 mg/dL", "measure", (1.5,), "mg/mL", ">="),
        ("those not yet fifty", "number", (50.0,), "", "<"),
        ("capped at three grams", "measure", (3.0,), "mg", "<="),
        ("about EUR 25,000", "number", (25000.0,), "", "~"),
        ("25 mg once daily", "measure", (25.0,), "mg/d", "="),
        ("25 mg a day", "measure", (25.0,), "mg/d", "="),
        ("300 mg twice daily", "measure", (300.0,), "mg", "="),
        ("65+", "number", (65.0,), "", ">="),
        ("grade three", "grade", (3.0,), "grade", "="),
        ("33 feet", "measure", (33.0,), "mm", "="),
        ("prevalence ratio 0.70", "ratio", (0.7,), "", "="),
        ("2,3 %", "percent", (2.3,), "%", "="),
        ("per cent: 2·3 per cent", "percent", (2.3,), "%", "="),
        ("1,407 pg/mL", "measure", (1407.0,), "mg/mL", "="),
        ("12 345 patients", "count", (12345.0,), "patient", "="),
        ("forty-four patients", "count", (44.0,), "patient", "="),
        ("two hundred and fifty patients", "count", (250.0,), "patient", "="),
        ("p = .04", "p", (0.04,), "", "="),
        ("P<0.001", "p", (0.001,), "", "<"),
        ("P for interaction 0.03", "p", (0.03,), "", "="),
        ("at least 40 mm²", "measure", (40.0,), "mm2", ">="),
        ("no more than 70 mm", "measure", (70.0,), "mm", "<="),
        ("LVEF ≤35%", "percent", (35.0,), "%", "<="),
        ("LVEF <= 35%", "percent", (35.0,), "%", "<="),
        ("65 years or more", "duration", (65.0,), "d", ">="),
        ("about 40%", "percent", (40.0,), "%", "~"),
        ("over 24 months", "duration", (24.0,), "d", "="),
        ("patients older than 65 years", "duration", (65.0,), "d", ">"),
        ("a 24-month result", "duration", (24.0,), "d", "="),
        ("at month 12", "duration", (12.0,), "d", "="),
        ("20-50%", "range", (20.0, 50.0), "%", "="),
        ("83/152", "fraction", (83.0, 152.0), "", "="),
        ("83 of 152 patients", "fraction", (83.0, 152.0), "patient", "="),
        ("one in five patients", "fraction", (1.0, 5.0), "patient", "="),
        ("95% CI 0.46-0.82", "ci", (0.46, 0.82), "", "="),
        ("95% confidence interval, 0.46 to 0.82", "ci", (0.46, 0.82), "", "="),
        ("95% CI = −65.3–135.7", "ci", (-65.3, 135.7), "", "="),
        ("IQR 1,407–5,385", "iqr", (1407.0, 5385.0), "", "="),
        ("hazard ratio for death was 0.62", "ratio", (0.62,), "", "="),
        ("OR 1.16", "ratio", (1.16,), "", "="),
        ("NNT 5.9", "ratio", (5.9,), "", "="),
        ("37.0 per 100 patient-years", "rate", (37.0,), "events/100 patient-years", "="),
        ("67.9% per patient-year", "rate", (67.9,), "events/100 patient-years", "="),
        ("NYHA class III–IV", "class", (3.0, 4.0), "NYHA", "="),
        ("class IIa", "class", (2.1,), "COR", "="),
        ("level of evidence B", "level", (2.0,), "LOE", "="),
        ("MR 3+ or 4+", "grade", (3.0, 4.0), "grade", "="),
        ("MR grade ≥3", "grade", (3.0,), "grade", ">="),
    ],
)
def test_one_figure(text: str, kind: str, values: tuple[float, ...], unit: str, operator: str) -> None:
    found = one(text)
    assert (found.kind, found.values, found.unit, found.operator) == (kind, values, unit, operator)


@pytest.mark.parametrize(
    ("one_way", "other_way"),
    [
        ("0.40 cm²", "40 mm2"),
        ("0.40 cm^2", "40 mm²"),
        ("4.77 cm", "47.7 mm"),
        ("24 months", "2 years"),
        ("24 mo", "2 y"),
        ("2745 pg/mL", "2745 ng/L"),
        ("0.35 events per patient-year", "35 per 100 patient-years"),
        ("35.8% per patient-year", "35.8 events per 100 patient-years"),
        ("307 m", "0.307 km"),
        ("twelve months", "1 year"),
    ],
)
def test_units_convert(one_way: str, other_way: str) -> None:
    a, b = one(one_way), one(other_way)
    assert a.unit == b.unit
    assert math.isclose(a.canonical[0], b.canonical[0], rel_tol=1e-9)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("LVEF rose from 15% to 25%", ["from", "to"]),
        ("EROA 0.70 to 0.40 cm2", ["from", "to"]),
        ("29.1% vs 46.1%", ["first", "second"]),
        ("died in 29.1% of the device group compared with 46.1% of controls", ["first", "second"]),
        ("reduced by 36%", ["by"]),
        ("NYHA III to I", ["from", "to"]),
    ],
)
def test_roles(text: str, roles: list[str]) -> None:
    assert [quantity.role for quantity in quantities(text)] == roles


def test_a_unit_is_shared_by_its_neighbours() -> None:
    assert [quantity.unit for quantity in quantities("EROA 41 vs 31 mm2")] == ["mm2", "mm2"]
    assert [quantity.unit for quantity in quantities("35.8% vs 67.9% per patient-year")] == [
        "events/100 patient-years"
    ] * 2
    assert [quantity.canonical[0] for quantity in quantities("at 1, 2 and 5 years")] == [365.25, 730.5, 1826.25]


def test_a_spread_belongs_to_its_value() -> None:
    for text in ("41 ± 15 mm2", "41 (SD 15) mm2", "41 +/- 15 mm2"):
        found = one(text)
        assert (found.values, found.spread, found.unit) == ((41.0,), 15.0, "mm2")


def test_a_whole_result_line() -> None:
    found = quantities("HR 0.53 (95% CI 0.40-0.70; p<0.001), 54.6% (83/152) at 24 months")
    assert [(q.kind, q.label) for q in found] == [
        ("ratio", "HR"), ("ci", "CI"), ("p", "p"), ("percent", ""), ("fraction", ""), ("duration", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["SGLT2", "RESHAPE-HF2", "6MWT", "NCT01626079", "10.1056/nejmoa1806640", "COVID-19", "2nd"]
)
def test_numbers_in_names_are_not_figures(text: str) -> None:
    assert quantities(f"the {text} thing") == ()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789.,%<>≤≥±-–−()[]/ abcmpvsCIHRto²\n", max_size=60))
def test_spans_are_slices_in_order(text: str) -> None:
    for quantity in quantities(text):
        assert text[quantity.start : quantity.end] == quantity.text
        assert all(math.isfinite(value) for value in quantity.canonical)


@settings(max_examples=100, deadline=None)
@given(st.decimals(min_value=0, max_value=9999, places=2), st.sampled_from(["%", " mm", " cm²", " mL", " months", ""]))
def test_any_value_is_read_back(value: object, unit: str) -> None:
    found = one(f"it was {value}{unit} there")
    assert math.isclose(found.value, float(str(value)))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("half a year later", 0.5, "d"),
        ("two and a half years of follow-up", 2.5, "d"),
        ("two fifths of the patients", 40.0, "%"),
        ("EUR 6.5 million was spent", 6_500_000.0, ""),
    ],
)
def test_parts_and_multiples_in_words(text: str, value: float, unit: str) -> None:
    (figure,) = quantities(text)
    assert figure.value == pytest.approx(value) and figure.unit == unit


def test_an_operator_may_stand_behind_and_a_spread_over_time_is_none() -> None:
    assert [figure.operator for figure in quantities("six months at most")] == ["<="]
    assert [figure.operator for figure in quantities("over a mean of 40.8 months")] == ["="]
    assert [figure.operator for figure in quantities("a little over 4 years")] == [">"]
    assert [figure.operator for figure in quantities("in at least half of the spectra")] == [">="]


def test_a_hundred_at_the_beginning_of_a_sentence():
    assert [figure.value for figure in quantities("A hundred patients were enrolled.")] == [100.0]

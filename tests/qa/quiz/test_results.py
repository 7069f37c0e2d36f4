"""A result taken apart says what the record says, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.evidence import Outcome
from qa.quiz.figures import figure, same
from qa.quiz.results import read_result


def outcome(**values):
    return Outcome(**({"measure": "All-cause death", "value": None, "src": ("A",), "confidence": "primary"} | values))


def test_two_arms_with_effect_and_interval():
    result = read_result(
        outcome(value="29.1% vs 46.1%", comparison="device vs control", effect="HR 0.62", ci_95="0.46-0.82", p="<0.001",
                timepoint="24 mo")
    )  # fmt: skip
    assert result.arms == ("device", "control") and [one.text for one in result.values] == ["29.1%", "46.1%"]
    assert result.effect.text == "0.62" and result.interval == (0.46, 0.82)
    assert result.significant is True and result.months == 24


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("35.8% vs 67.9% per patient-year", ["35.8% per patient-year", "67.9% per patient-year"]),
        ("54.6% (83/152) vs 51.3% (78/152)", ["54.6%", "51.3%"]),
        ("-9 vs +3 mL/m2", ["-9 mL/m2", "+3 mL/m2"]),
        ("49.6 (SD 31.5) vs 46.1 (SD 22.4) mL/m2", ["49.6 mL/m2", "46.1 mL/m2"]),
        ("USD 26,654 vs 38,345", ["USD 26,654", "USD 38,345"]),
        ("median +10 vs +2 points", None),
        ("EUR 36,785 vs 18,944; +1.15 QALY", None),
        ("lower in one than in the other", None),
    ],
)
def test_figures_of_two_arms(value, texts):
    values = read_result(outcome(value=value, comparison="a vs b")).values
    assert (None if values is None else [one.text for one in values]) == texts


@pytest.mark.parametrize(
    ("ci", "effect", "p", "note", "significant"),
    [
        ("0.40-0.70", "HR 0.53", "<0.001", None, True),
        ("0.57-1.01", "HR 0.76", "0.056", None, False),
        ("-17 to 6", "difference -6 points", "<0.001", "p for non-inferiority", False),
        ("-12.16 to 0.15", "mean difference -6.0 mL", "0.005", None, None),  # interval and p disagree
        (None, None, "0.049", None, True),
        (None, None, ">0.05", None, False),
        (None, None, "<0.05", None, True),
        (None, None, "0.03", "p against baseline", None),
        (None, None, "0.014 (12 mo), <0.001 (24 mo)", None, None),
        (None, None, None, None, None),
    ],
)
def test_significance_follows_the_interval_and_is_unknown_when_p_disagrees(ci, effect, p, note, significant):
    assert read_result(outcome(ci_95=ci, effect=effect, p=p, note=note)).significant is significant


def test_a_change_is_no_comparison_of_arms():
    result = read_result(outcome(value="63.3% vs 11.0%", comparison="1 year vs baseline"))
    assert result.values is None and result.arms is None
    assert [one.text for one in result.change] == ["11.0%", "63.3%"]


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    read_result(outcome(value=text, effect=text, ci_95=text, p=text, comparison=text, timepoint=text))
    figure(text)


@given(st.floats(min_value=0.01, max_value=999, allow_nan=False))
def test_a_figure_is_the_same_as_its_rounding(value):
    exact, rounded = figure(f"{value:.3f}%"), figure(f"{value:.1f}%")
    assert exact is not None and rounded is not None
    assert same(exact, rounded) and same(rounded, exact)
    assert not same(exact, figure(f"{value * 1.1 + 1:.3f}%"))

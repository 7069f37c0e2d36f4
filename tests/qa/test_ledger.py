"""Which figure belongs to which measure, and when it was measured."""

import pytest

from qa.ledger import bound, measures_in


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The mitral annulus measured 4.2 cm, the vena contracta 0.6 cm.",
         [("mitral annulus", 4.2), ("vena contracta", 0.6)]),
        ("LVEF improved from 22% to 31%.", [("LVEF", 22.0), ("LVEF", 31.0)]),
        ("There was an ejection fraction (EF) of 18%.", [("LVEF", 18.0)]),
        ("LVEF increased by 9%.", []),
        ("Patients with LVEF <35% were excluded.", []),
        ("The mean change in LVEF was 4%.", []),
        ("The mortality of mice was followed for 3 weeks.", []),
    ],
)  # fmt: skip
def test_a_level_is_bound_to_its_measure(sentence: str, expected: list[tuple[str, float]]) -> None:
    assert [(measure, quantity.value) for measure, quantity in bound(sentence)] == expected


def test_measures_are_named_once_in_order() -> None:
    assert measures_in("Vena contracta, LVEF and again ejection fraction") == ("vena contracta", "LVEF")

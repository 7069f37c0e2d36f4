"""Numbers that stand nowhere in the evidence."""

import pytest

from qa.presence import absent_numbers

EVIDENCE = [
    "Death fell from 46.1% to 29.1% (HR 0.62, 95% CI 0.46-0.82) in 1,954 patients with RESHAPE-HF2 at 24 months."
]


@pytest.mark.parametrize(
    "text",
    [
        "HR 0.62",
        "0·62 and 46.10%",
        "1954 patients",
        "At two years death was 29.1%.",
        "At 2 years death was 29.1%.",
        "RESHAPE-HF2 and SGLT2 and NT-proBNP4",
        "no number at all",
        "95% CI 0.46 to 0.82",
    ],
)
def test_present(text):
    assert absent_numbers(text, EVIDENCE) == ()


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("HR 0.26", ("0.26",)),
        ("99% CI 0.46-0.82", ("99",)),
        ("At 3 years death was 29.1%.", ("3",)),
        ("in 195 patients", ("195",)),
        ("46% died", ("46",)),
        ("HR 062", ("062",)),
        ("It rose to 29.1% in 11 of 12.", ("11", "12")),
    ],
)
def test_absent(text, absent):
    assert absent_numbers(text, EVIDENCE) == absent


def test_plain_words_are_no_address() -> None:
    from qa.claimform import flaw

    passages = "According to registry data: the p value stayed below 0.05 in all 120 patients."
    assert not flaw("According to registry data: the p value stayed below 0.05 in all 120 patients.", passages)
    assert flaw("According to data:text/html the p value stayed below 0.05 in all patients.", passages)
    assert flaw("According to <b onclick=x> the p value stayed below 0.05 in all patients.", passages)

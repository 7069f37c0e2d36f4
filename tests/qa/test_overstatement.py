"""A claim that says more than its passage: of all, as proven, as decided, as a cause, as found."""

import pytest

from qa.contrast_check import check_contrast
from qa.parsed import parse, sentences

MORE = [
    (
        "The ring was intact in all but four of 80 sheep.",
        "The ring was intact in every one of the sheep.",
        "The ring was intact in nearly all of the sheep.",
    ),
    (
        "Papillary approximation may reduce recurrence after annuloplasty.",
        "Papillary approximation has been proven to reduce recurrence after annuloplasty.",
        "Papillary approximation may make recurrence after annuloplasty rarer.",
    ),
    (
        "It is unclear whether the mutation changes transmission of the virus.",
        "The mutation changes transmission of the virus.",
        "Whether the mutation changes transmission of the virus is unknown.",
    ),
    (
        "Coffee drinking was associated with a lower incidence of diabetes; confounding cannot be excluded.",
        "Coffee drinking prevents diabetes.",
        "Coffee drinkers had a lower incidence of diabetes.",
    ),
    (
        "The sample size assumed an event rate of 25% in controls; 14% was seen.",
        "An event rate of 25% in controls was observed.",
        "In controls 14% was observed.",
    ),
]


@pytest.mark.parametrize(("passage", "more", "same"), MORE)
def test_more_than_the_passage_says(passage, more, same):
    (finding,) = check_contrast(parse(more), sentences(passage))
    assert finding.weight == "contradicted" and "“" in finding.reason
    assert not check_contrast(parse(same), sentences(passage))

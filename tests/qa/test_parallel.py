"""Figures that stand side by side: each belongs to the words that only it has beside it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.parallel import check_parallel
from qa.parsed import parse

LISTS = [
    (
        "In sheep with anterior scars the jet measured 4.1 mm and in sheep with lateral scars 6.3 mm.",
        "Lateral scars came with a jet of 6.3 mm.",
        "Lateral scars came with a jet of 4.1 mm.",
    ),
    (
        "Response rates with avelumab, erlotinib and their combination were 41%, 17% and 55%, respectively.",
        "Erlotinib led to a response in 17%.",
        "Avelumab led to a response in 17%.",
    ),
    (
        "Among women, the hazard ratio for relapse was 0.88 (95% CI 0.61 to 1.27); among men it was 0.59.",
        "The hazard ratio for relapse was 0.59 in men.",
        "The hazard ratio for relapse was 0.59 in women.",
    ),
    (
        "The island had 310 seals in 1970, 860 in 1990 and 640 in 2010.",
        "By 2010 the seals numbered 640.",
        "By 2010 the seals numbered 860.",
    ),
    (
        "The positive predictive value was 71% and the negative predictive value 94%.",
        "Its negative predictive value reached 94%.",
        "Its positive predictive value reached 94%.",
    ),
    (
        "Mean gradient was 3.3 mmHg in those with one clip and 4.6 mmHg in those with two.",
        "With two clips the gradient was 4.6 mmHg.",
        "With one clip the gradient was 4.6 mmHg.",
    ),
]


@pytest.mark.parametrize(("passage", "true", "false"), LISTS)
def test_a_figure_goes_with_the_words_of_its_place(passage, true, false):
    assert not check_parallel(parse(true), [parse(passage)])
    (finding,) = check_parallel(parse(false), [parse(passage)])
    assert finding.weight == "contradicted"


def test_the_reason_prints_words_and_not_their_stems():
    (finding,) = check_parallel(parse(LISTS[1][2]), [parse(LISTS[1][0])])
    assert "“erlotinib”" in finding.reason and "“avelumab”" in finding.reason and "41%" in finding.reason


def test_what_is_called_highest_has_the_highest_figure():
    passage = parse("Per year it was 71 for Oslo, 58 for Bergen and 33 for Tromsø.")
    assert check_parallel(parse("Bergen had the highest rate."), [passage])
    assert not check_parallel(parse("Oslo had the highest rate."), [passage])
    assert check_parallel(parse("Oslo had the lowest rate."), [passage])


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        # the other group is what the claim compares with
        (
            "Bleeding occurred in 14% with the clip and in 52% with surgery.",
            "Bleeding, 14%, was rarer than with surgery.",
        ),
        # another sentence gives the figure to whom the claim gives it
        (
            "Pain was noted in 12% on drug and in 30% on placebo. Nausea was noted in 30% on drug.",
            "30% on drug had nausea.",
        ),
        # both figures are told
        ("It was 12% in women and 30% in men.", "In men 30% and in women 12% had it."),
        # what differs is of another kind: a number here, a word there
        ("It was functional in 65% of 727 patients and treated in 5% of functional cases.", "65% were functional."),
    ],
)
def test_what_gives_no_alarm(passage, claim):
    from qa.parsed import sentences

    assert not check_parallel(parse(claim), sentences(passage))


WORDS = "among women men 12% 30% 4.1 mm in with and respectively ring, clip; was (HR 0.5) highest 1990 the of".split()


@given(st.lists(st.sampled_from(WORDS), max_size=16).map(" ".join))
@settings(deadline=None)
def test_no_sentence_is_refuted_by_itself(text):
    sentence = parse(f"It {text}.")
    assert not [finding for finding in check_parallel(sentence, [sentence]) if finding.check == "arm"]

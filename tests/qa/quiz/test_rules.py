"""Each item-writing rule finds the flaw it is named for, and only that."""

import dataclasses

import pytest

from domain.quiz import QuizItem
from qa.quiz.rules import RULES, flaws

GOOD = {
    "kind": "mcq",
    "stem": "COAPT randomised 614 patients with MR. What was the rate of all-cause death with the clip at 24 months?",
    "options": ("29.1%", "34.9%", "46.1%", "55.5%"),
    "answer": 0,
}
WORDS = ("It had no control group", "Its data were incomplete", "Treatment was open label", "Follow-up ended in a year")


def make(citation, **changes):
    values = GOOD | {"rationale": "Because."} | changes
    return QuizItem(citations=(citation("It was 29.1%."),), **values)


def test_a_good_item_breaks_no_rule(citation):
    assert flaws(make(citation)) == ()
    assert flaws(make(citation, stem="A trial in MR. Which limitation does it have?", options=WORDS)) == ()


def test_every_rule_names_its_source():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all("NBME" in rule.source or "Haladyna" in rule.source or "Tarrant" in rule.source for rule in RULES)


def test_names_that_open_with_a_year_are_no_figures(citation):
    names = ("2021 ESC guideline", "2025 ESC/EACTS guideline", "2020 ACC/AHA guideline", "2022 AHA guideline")
    stem = "Several guidelines advise on TEER in patients with MR. Which of them grades it class IIb?"
    assert flaws(make(citation, stem=stem, options=names)) == ()


FLAWED = [
    ("answerable-lead-in", {"stem": "Patients with MR were treated. The rate of death was"}),
    ("answerable-lead-in", {"stem": "In patients with MR, which of the following statements is true?"}),
    ("answerable-lead-in", {"stem": "Which statement is correct?", "options": WORDS}),
    ("negative-stem", {"stem": "In patients with MR, which rate of death was NOT reported at 24 months?"}),
    ("negative-stem", {"stem": "Which of these rates is not a rate of death in patients with MR?"}),
    ("negative-stem", {"stem": "In patients with MR all of these were found, except which rate of death?"}),
    ("negative-stem", {"stem": "Which of these is the least likely rate of death in patients with MR?"}),
    ("all-or-none-of-the-above", {"options": ("29.1%", "34.9%", "46.1%", "None of the above")}),
    ("all-or-none-of-the-above", {"options": (*WORDS[:3], "All of the above")}),
    ("combined-options", {"options": (*WORDS[:3], "A and C"), "stem": "Which limits a trial in MR?"}),
    ("absolute-terms", {"options": (*WORDS[:3], "Treatment always failed")}),
    ("absolute-terms", {"options": (*WORDS[:3], "Every patient was lost")}),
    ("vague-frequency", {"options": (*WORDS[:3], "Treatment often failed")}),
    ("vague-frequency", {"options": (*WORDS[:3], "Treatment rarely failed")}),
    ("option-count", {"options": ("29.1%", "46.1%")}),
    ("option-count", {"options": ("10%", "20%", "30%", "40%", "50%", "60%")}),
    ("homogeneous-grammar", {"options": ("29.1%", "34.9%", "46.1%", "It was not reported")}),
    ("homogeneous-grammar", {"options": (*WORDS[:3], "follow-up ended early")}),
    ("homogeneous-grammar", {"options": (*WORDS[:3], "Follow-up ended early.")}),
    ("homogeneous-grammar", {"options": ("29.1%", "34.9%", "46.1 mL", "55.5%")}),
    ("article-cue", {"stem": "In MR, which was an", "options": ("Apple tree", "Pear", "Orange", "Apricot")}),
    ("homogeneous-length", {"options": (*WORDS[:3], "Follow-up " + "was very short and " * 4 + "ended")}),
    ("longest-option-is-key", {"options": ("It had no control group and few of its patients came back", *WORDS[1:])}),
    ("word-echo", {"stem": "A retrospective study of MR. Why?", "options": ("Its retrospective data", *WORDS[1:])}),
    ("word-echo", {"stem": "A patient with MR has CABG. What next?", "options": ("Surgery with CABG", *WORDS[1:])}),
    ("key-in-stem", {"stem": "REDUCE was a trial of sham care in MR. Which care had controls?",
                     "options": ("Sham care", "Drug care", "Open care", "Late care")}),
    ("numeric-order", {"options": ("29.1%", "46.1%", "34.9%", "55.5%")}),
    ("numeric-distinct", {"options": ("29.1%", "29.2%", "46.1%", "55.5%")}),
    ("numeric-distinct", {"options": ("29.1%", "29%", "46.1%", "55.5%")}),
    ("numeric-overlap", {"options": ("10-20%", "15-25%", "30-40%", "50-60%")}),
    ("one-idea", {"stem": "What was the rate of death in patients with MR? What was it at 5 years?"}),
    ("one-idea", {"stem": "What was the rate of death in patients with MR and how many were treated?"}),
    ("units-given", {"options": ("29", "34", "46", "55"), "stem": "What was the annulus of patients with MR?"}),
    ("population-stated", {"stem": "What was the rate at 24 months?"}),
    ("repeated-opening", {"options": tuple(f"The treatment had an effect that was {n} in kind" for n in "abcd")}),
    ("brevity", {"stem": "Patients with MR " + "were seen and " * 70 + "left. What was the rate of death?"}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes"), FLAWED, ids=[f"{name}-{at}" for at, (name, _) in enumerate(FLAWED)])
def test_the_flaw_is_found_under_its_name(citation, rule, changes):
    found = {flaw.rule: flaw.why for flaw in flaws(make(citation, **changes))}
    assert rule in found, found
    assert len(found[rule]) > 10


def test_every_rule_has_a_flawed_item():
    assert {rule.name for rule in RULES} == {name for name, _ in FLAWED}


def test_words_that_only_look_absolute_or_negative_pass(citation):
    options = ("Fewer all-cause deaths", "Fewer late admissions", "Fewer major strokes", "Fewer device failures")
    item = make(
        citation, stem="In patients with MR not eligible for surgery, what did the clip achieve?", options=options
    )
    assert flaws(item) == ()


def test_true_false_cloze_and_short_have_their_own_form(citation):
    assert flaws(make(citation, kind="tf", stem="In MR, 29.1% of patients died.", options=("True", "False"))) == ()
    wrong = make(citation, kind="tf", stem="In MR, patients did not die.", options=("True", "False"))
    assert [flaw.rule for flaw in flaws(wrong)] == ["negative-stem"]
    assert flaws(make(citation, kind="cloze", stem="In MR, _____ of patients died.", options=(), answer="29.1%")) == ()
    blank = make(citation, kind="cloze", stem="In MR, some patients died.", options=(), answer="29.1%")
    assert [flaw.rule for flaw in flaws(blank)] == ["answerable-lead-in"]
    twice = dataclasses.replace(blank, stem="In MR, _____ of _____ patients died.")
    assert [flaw.rule for flaw in flaws(twice)] == ["one-idea"]

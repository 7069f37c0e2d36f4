"""Reading a question: what it needs, and what only looks like a name or a subject."""

import pytest

from qa.question import missing, read_question


def weights(text: str) -> dict[str, float]:
    return {need.words: need.weight for need in read_question(text).needs}


def test_us_is_no_country_and_the_us_is_one() -> None:
    assert "american" not in {need.concept for need in read_question("What did the trial teach us?").needs}
    assert "american" in {need.concept for need in read_question("What is done in the US?").needs}


@pytest.mark.parametrize("word", ["teach", "fare", "insist", "relevant", "keeps"])
def test_plain_verbs_carry_the_form_of_a_question(word: str) -> None:
    assert weights(f"Does COAPT {word} anything on stroke?")[word] < 0.2


def test_what_describes_a_patient_is_no_name_of_a_study() -> None:
    asked = "My patient has a QRSX of 160 ms and severe MR. Is ZETA-TRIAL of use?"
    assert {need.words for need in read_question(asked).names} == {"ZETA-TRIAL"}
    assert {need.words for need in read_question("Is QRSX in ZETA-TRIAL?").names} == {"QRSX", "ZETA-TRIAL"}
    described = weights("My patient is a smoker and breathless. Is TEER safe?")["smoker"]
    assert described == pytest.approx(0.5 * weights("Is TEER safe in a smoker?")["smoker"])


def test_a_population_counts_wherever_it_is_told() -> None:
    for asked in ("My patient is pregnant. Is TEER safe?", "Is TEER safe in children?", "Did women fare like men?"):
        assert any(need.weight == 1.0 for need in read_question(asked).needs if need.concept not in ("teer", None))


def test_a_plain_word_in_capitals_is_a_trials_name() -> None:
    asked = read_question("What did the REPLACE trial show?")
    assert [need.words for need in asked.names] == ["REPLACE"]
    assert asked.names[0] in missing(asked, "Replacement was not better; to replace is no cure.")
    assert asked.names[0] not in missing(asked, "In REPLACE (2030) nobody died.")
    assert not read_question("WHAT ABOUT SURGERY AFTER SIX MONTHS?").names
    assert not read_question("Is TEER better than CABG?").names


def test_a_class_of_a_measure_is_no_name() -> None:
    assert not read_question("NYHA III-IV before and after the clip?").names
    assert [need.words for need in read_question("What did EVEREST II show?").names] == ["EVEREST II"]


def test_how_often_asks_for_the_rate_of_what_is_named() -> None:
    assert weights("How often was reoperation needed?")["often"] < 0.5
    assert weights("How common is FMR?")["common"] == 1.0


def test_of_two_ideas_in_the_same_words_the_closer_one_counts() -> None:
    needs = {need.concept: need.weight for need in read_question("Did the EROA shrink?").needs}
    assert needs["eroa"] == 1.0
    assert needs["mr-severity"] < 0.5


@pytest.mark.parametrize("word", ["794-patient", "patient-level", "two-arm"])
def test_a_compound_of_plain_words_is_a_plain_word(word: str) -> None:
    assert weights(f"What did the {word} cohort show?")[word] < 0.2


def test_to_refer_is_the_form_of_a_question() -> None:
    assert weights("Should I refer for TEER?")["refer"] < 0.5


@pytest.mark.parametrize(
    ("asked", "none"),
    [
        ("Which RCT of repair in MODERATE secondary MR was neutral?", {"RCT", "MODERATE"}),
        ("How did COAPT-like patients fare in the registry?", {"COAPT-like"}),
        ("Does the 2025 guideline advise a clip when eight months to live are left?", set()),
    ],
)
def test_abbreviations_stress_and_likeness_are_no_names(asked: str, none: set[str]) -> None:
    read = read_question(asked)
    lacking = missing(read, "In COAPT (2018) patients were followed.")
    assert not {need.words for need in lacking if need.name} & none
    assert not read.times


def test_a_clinics_cohort_is_that_of_the_clinic() -> None:
    asked = read_question("What did the Mayo Clinic report on ischaemic MR?")
    assert not [need for need in missing(asked, "The Mayo ischaemic MR cohort (2001): 303 patients.") if need.name]
    assert [need for need in missing(asked, "The Duke cohort (2003): 2057 patients.") if need.name]


def test_what_leads_to_the_question_weighs_less_than_the_question() -> None:
    told = weights("I keep hearing the trial took milder MR. What was the average tenting area?")
    assert told["hearing"] <= 0.15 and told["milder"] < weights("Was the MR milder?")["milder"]
    assert weights("For a talk: what share carries severe MR?").get("talk", 0.0) <= 0.15
    assert weights("TITAN: what share carries severe MR?")["TITAN"] == 1.0


@pytest.mark.parametrize("word", ["can't", "shouldn’t", "didn't", "won't", "they're", "I've", "cannot"])
def test_a_contraction_carries_the_form_of_a_question(word: str) -> None:
    heavy = [need.words for need in read_question(f"Which patients {word} get TEER?").needs if need.weight > 0.5]
    assert heavy == ["TEER"]


def test_values_before_a_colon_describe_a_patient_and_ask_for_advice() -> None:
    question = read_question("LVEF 32%, EROA 0.35 cm2, NYHA III: TEER?")
    assert question.wants == "recommendation"
    assert [need.words for need in question.needs if need.weight == 1.0] == ["TEER"]
    assert read_question("COAPT 2018, MITRA-FR 2018: what differs?").names


@pytest.mark.parametrize("said", ["an undersized annuloplasty", "a ring", "a restrictive annuloplasty"])
def test_a_ring_at_bypass_is_spoken_of_where_the_valve_is_repaired_at_bypass(said: str) -> None:
    question = read_question(f"Does {said} help?")
    assert not [need for need in missing(question, "CABG + mitral repair vs CABG alone") if need.weight == 1.0]
    assert [need for need in missing(question, "transcatheter mitral repair with MitraClip") if need.weight == 1.0]

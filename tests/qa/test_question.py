"""Reading a question: what it needs, and what only looks like a name or a subject."""

import pytest

from qa.question import read_question


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
    described = weights("My patient is pregnant and breathless. Is TEER safe?")["pregnant"]
    assert described == pytest.approx(0.5 * weights("Is TEER safe in a pregnant woman?")["pregnant"])

"""Figures that changed places and words turned into their opposite, in fields that no list of names knows."""

import pytest

from qa.verify import verify

PASSAGE = (
    "Relapse occurred in 12.2% of the coached group and in 21.6% of the leaflet group within a year (risk ratio 0.57)."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Within twelve months 12.2% of the coached and 21.6% of the leaflet group relapsed.",
        "With coaching 12.2% relapsed, and with the leaflet 21.6%.",
        "The leaflet group relapsed in 21.6%, the coached group in 12.2%.",
    ],
)
def test_figures_told_of_their_own_group_are_not_contradicted(claim: str) -> None:
    assert verify(claim, [PASSAGE]).support != "contradicted", claim


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (PASSAGE, "Relapse occurred in 21.6% of the coached group and in 12.2% of the leaflet group."),
        (
            "The test had a sensitivity of 88% and a specificity of 76%.",
            "Its sensitivity was 76% and its specificity 88%.",
        ),
        ("Adherence was 71% at home and 58% in the ward.", "Adherence was 58% at home and 71% in the ward."),
    ],
)
def test_figures_that_changed_places_are_contradicted(passage: str, claim: str) -> None:
    verdict = verify(claim, [passage])
    assert verdict.support == "contradicted" and any("other way round" in reason for reason in verdict.reasons), verdict


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("Implantation was successful in 86% of patients.", "Implantation failed in 86% of patients."),
        ("Screening is advised in asymptomatic adults.", "Screening is advised in symptomatic adults."),
        ("The stable patients were discharged.", "The unstable patients were discharged."),
    ],
)
def test_a_word_turned_into_its_opposite_is_contradicted(passage: str, claim: str) -> None:
    verdict = verify(claim, [passage])
    assert verdict.support == "contradicted" and any("The claim says" in reason for reason in verdict.reasons), verdict


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("Mean age was 71.7 years.", "The mean age was 72."),
        ("At five years, freedom from reoperation was 92%.", "Five years on, 92% had needed no reoperation."),
        ("The stay was 9 days after surgery, 3 days after the clip.", "Nine days after surgery, three after the clip."),
        ("Leads went to 48 people from March 2012 to June 2014.", "Between 2012 and 2014, 48 people had leads."),
        ("Surgery is not recommended when LVEF is below 15%.", "Below an LVEF of 15%, surgery is not recommended."),
        ("It failed in 29 of 116 patients.", "It failed in 25% (29 of 116)."),
        ("It fell at rest by 35% but not during exercise.", "At rest it fell by 35%; during exercise it did not."),
    ],
)  # fmt: skip
def test_the_same_said_otherwise_has_no_finding(passage: str, claim: str) -> None:
    assert verify(claim, [passage]).support != "contradicted"
    assert not [reason for reason in verify(claim, [passage]).reasons if "figure" in reason or "operator" in reason]


def test_a_multiple_that_no_figure_shows_is_not_supported() -> None:
    flat = "Death occurred in 63.8% with the device vs 67.1% with drugs alone (HR 1.01)."
    assert verify("The device halved mortality.", [flat]).support == "unsupported"
    for passage in (
        "Death fell from 40% to 20% with the device.",
        "The device cut death (HR 0.49).",
        "Deaths were halved.",
    ):
        reasons = verify("The device halved deaths.", [passage]).reasons
        assert not any("no figure" in reason for reason in reasons), passage


MEASURED = "Vena contracta width averaged 0.62 cm at baseline and 0.41 cm at follow-up."
COMPARED = "Early surgery was associated with better survival than watchful waiting at 10 years (86% vs 69%)."
WEDGE = "Mean wedge pressure during exercise was 27 mmHg with the drug and 32 mmHg with placebo."
EVENTS = (
    "Stroke occurred in 1 of 75 patients treated with the valve, major bleeding in 6, and acute kidney injury in 4."
)
RATES = "Stroke rates were 1.9 and 2.8 per 100 patient-years with the closure device and warfarin, respectively."
LIST = "Sudden death accounted for 38% of all deaths and pump failure for 29%."
NEUTRAL = "Ablation did not lower the risk of stroke (HR 0.92, 95% CI 0.71-1.19)."
TRIAL = "The composite was 18.2% with the stent and 16.9% with surgery, meeting the criterion for noninferiority."


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (MEASURED, "The vena contracta narrowed from 6.2 to 4.1 mm on average."),
        (
            "Bleeding occurred in 14.9% with the clip vs 54.8% with surgery.",
            "Bleeding, 14.9%, was rarer than with surgery.",
        ),
        (COMPARED, "Ten-year survival was 86% after early surgery but 69% with watchful waiting."),
        (WEDGE, "During exercise the wedge pressure was 27 mmHg on the drug, 5 mmHg below placebo."),
        (EVENTS, "Among 75 patients there were one stroke, six major bleeds and four cases of acute kidney injury."),
        (NEUTRAL, "Stroke risk was not reduced by ablation (HR 0.92)."),
        ("Follow-up was available in 88 of 104 patients.", "Follow-up was missing in 16 of the 104 patients."),
        ("Transplant-free survival at three years was 71%.", "Three years on, 71% were alive without a transplant."),
        ("Of 640 screened patients, 212 met the criteria.", "Of those screened, 212 of the 640 were eligible."),
        ("Vaccination was followed by fewer admissions (OR 0.34).", "Admission was 66% less likely after vaccination."),
        ("Troponin predicted death with an area under the curve of 0.78.", "Troponin predicted death (AUC 0.78)."),
        ("Neither mortality (4% vs 5%) nor stroke (1% vs 1%) differed.", "Mortality did not differ (4% vs 5%)."),
        ("Severe leaks were present in 2.9% at discharge and 1.4% at one year.", "Leaks fell to 1.4% a year later."),
        ("Median follow-up was 3.2 years, during which 212 patients died.", "Over 3.2 years, 212 deaths occurred."),
    ],
)
def test_the_same_in_other_words_is_not_contradicted(passage: str, claim: str) -> None:
    found = [finding for finding in verify(claim, [passage]).reasons if "does not speak" not in finding]
    assert not [reason for reason in found if "clearly" not in reason], found


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (MEASURED, "The vena contracta widened from 4.1 to 6.2 mm on average."),
        (COMPARED, "Ten-year survival was 69% after early surgery but 86% with watchful waiting."),
        (WEDGE, "During exercise the wedge pressure was 27 mmHg on placebo."),
        (WEDGE, "During exercise the wedge pressure was 27 mmHg on the drug, 5 mmHg above placebo."),
        (
            "Bleeding occurred in 14.9% with the clip vs 54.8% with surgery.",
            "With surgery, bleeding occurred in 14.9%.",
        ),
        (RATES, "Stroke occurred at 2.8 per 100 patient-years with the closure device, against 1.9 with warfarin."),
        (LIST, "Thirty-eight percent of the deaths were due to pump failure and 29% were sudden."),
        (TRIAL, "The stent was superior, with 18.2% against 16.9%."),
        ("LVESV shrank by 24% when the QRS was at least 150 ms.", "LVESV shrank by 24% when the QRS was under 150 ms."),
        (
            "NT-proBNP fell to 1980 pg/mL in responders, not in non-responders.",
            "In non-responders it fell to 1980 pg/mL.",
        ),
    ],
)
def test_what_changed_its_bearer_is_noticed(passage: str, claim: str) -> None:
    assert verify(claim, [passage]).support in {"contradicted", "partial", "unsupported"}, claim
    assert any("does not speak" not in reason for reason in verify(claim, [passage]).reasons), claim

"""A claim that says the contrary in words of its own, and one that only tells the same otherwise."""

import pytest

from qa.contrast_check import check_contrast
from qa.parsed import parse, sentences
from qa.verify import find, verify


def contrast(claim: str, passage: str) -> list[str]:
    return [finding.reason for finding in check_contrast(parse(claim), sentences(passage))]


CONTRARY = [
    (
        "The test was prespecified.",
        "The framework rests on one post hoc test.",
        "“prespecified”, the passage “post hoc”",
    ),
    ("Several hospitals took part.", "Patients came from a single centre.", "“Several hospitals”"),
    (
        "The cohort contradicts the Vienna data.",
        "The cohort points in the same direction as the Vienna data.",
        "same dir",
    ),
    (
        "Atrial MR did worse than ventricular MR.",
        "Ventricular MR carried a higher risk than atrial MR.",
        "other way round",
    ),
    (
        "A ring was preferred to replacement.",
        "Advised: replacement over a downsized ring in ischaemic MR.",
        "other way",
    ),
    ("Replacement was commoner than repair.", "Repair was commoner than replacement.", "the other way round"),
    (
        "Ischaemic patients had the greater remodelling.",
        "Remodelling was greater in idiopathic than ischaemic patients.",
        "side",
    ),
    ("It is paid for every patient.", "It is paid for where indicated.", "sets a condition"),
    ("It applies to both atrial and ventricular MR.", "It applies only to ventricular MR.", "of one kind"),
    ("Entry asked for both EROA >20 mm2 and RVol >30 mL.", "Entry: EROA >20 mm2 or RVol >30 mL.", "asks for both"),
    (
        "The cohort shows that mending the leak helps.",
        "The cohort does not show that mending the leak helps.",
        "does not",
    ),
    ("Survival was the main endpoint.", "The primary endpoint is LV volume, not survival.", "not survival"),
    ("It was a trial rather than a guideline.", "The document is a guideline on heart failure.", "rather than"),
    ("The concept is validated.", "The concept is hypothetical and not validated.", "“not validated”"),
    ("Some patients were listed for a transplant.", "No patient was listed for a transplant.", "“No patient”"),
    (
        "139 people were pooled, of whom 209 answered.",
        "209 people were pooled, 139 answered.",
        "greater than its whole",
    ),
    ("The great majority had hypertension defined so.", "Hypertension was defined so in 47%.", "great majority"),
    ("Sudden death alone made up 62%.", "62% of late deaths came from HF or sudden death.", "together"),
    (
        "The trial found 65% with the intervention.",
        "We assumed that 65% would have it with the intervention.",
        "“assumed”",
    ),
]


@pytest.mark.parametrize(("claim", "passage", "said"), CONTRARY, ids=[claim for claim, _, _ in CONTRARY])
def test_what_is_the_contrary_is_named(claim: str, passage: str, said: str) -> None:
    reasons = contrast(claim, passage)
    assert len(reasons) == 1 and said in reasons[0]
    assert verify(claim, [passage]).support == "contradicted"


SAME = [
    ("The test was not prespecified.", "The framework rests on one post hoc test."),
    ("It has yet to be validated.", "The concept is hypothetical and not validated."),
    ("Ventricular MR did worse than atrial MR.", "Ventricular MR carried a higher risk than atrial MR."),
    ("Atrial MR had a lower risk than ventricular MR.", "Ventricular MR carried a higher risk than atrial MR."),
    ("It is paid for patients in whom it is indicated.", "It is paid for where indicated."),
    ("Enrolled were patients, diabetic or not.", "Enrolled were patients with or without diabetes, if symptomatic."),
    ("Entry asked for EROA >20 mm2 or RVol >30 mL.", "Entry: EROA >20 mm2 or RVol >30 mL."),
    ("LV volume was the main endpoint, not survival.", "The primary endpoint is LV volume, not survival."),
    ("Most had hypertension defined so.", "Hypertension was defined so in 67%."),
    ("The authors assumed 65% with the intervention.", "We assumed that 65% would have it with the intervention."),
]


@pytest.mark.parametrize(("claim", "passage"), SAME, ids=[claim for claim, _ in SAME])
def test_the_same_in_other_words_is_not(claim: str, passage: str) -> None:
    assert contrast(claim, passage) == []


FAITHFUL = [
    (
        "Of 74 implanted patients 56.2% were alive at five years.",
        "Follow-up of 74 implant patients: survival 56.2% at 5 years.",
    ),
    (
        "The two documents differ, one grading it IIa.",
        "The heart failure guideline differs from the valve one: IIa here, I there.",
    ),
    ("The mortality difference was 15.4 percentage points.", "The absolute risk reduction of death was 15.4%."),
    ("Patients gained 12 mm, from 30 mm to 42 mm.", "The diameter was 30 mm at entry, 42 mm at one year."),
    ("About 44% would not have qualified.", "A registry study of 6675 patients (trial-ineligible: 2954)."),
    ("The patient was aged 64.", "A 64-year-old man with severe MR was admitted."),
    ("It fell by two fifths.", "It fell by 40%."),
    ("Anticoagulation is meant for half a year or longer.", "Anticoagulation is given for at least 6 months."),
    ("Follow-up was two and a half years.", "Follow-up was 30 months."),
    ("It costs nearly EUR 6.5 million per QALY.", "The cost was EUR 6,467,032/QALY."),
    ("He improved to NYHA I from class III to IV.", "NYHA class went from III-IV to I."),
    ("Confidence limits at the 95% level are given.", "We list 95% confidence intervals for the estimates given."),
    ("The repaired group lost 20% of volume.", "The repaired group lost 20% of volume; p is quoted 0.005."),
]


@pytest.mark.parametrize(("claim", "passage"), FAITHFUL, ids=[claim for claim, _ in FAITHFUL])
def test_an_honest_way_of_putting_a_figure_stands(claim: str, passage: str) -> None:
    found = verify(claim, [passage])
    assert not [reason for reason in found.reasons if "speak of" not in reason], found.reasons


UNTRUE = [
    ("It cost EUR 25,010 per QALY.", "TEER gained 0.004 QALY for EUR 25,010 extra: EUR 6,467,032/QALY."),
    ("Sepsis was the reason in 27%.", "Reason:\nRespiratory failure | 16 (27)\nSepsis | 10 (17)\nTrauma | 23 (39)"),
    ("Anticoagulation lasted six months at most.", "Anticoagulation is given for at least six months."),
    (
        "The rate of cardiovascular death was twice as high.",
        "All-cause death was more frequent over a mean of 40.8 months than in others (RR 1.96, 95% CI 1.67-2.31).",
    ),
    (
        "Ages were 12 to 20 at tagging and 4 to 10 at recapture.",
        "Age at tagging and recapture was 4 to 10 and 12 to 20, respectively.",
    ),
]


@pytest.mark.parametrize(("claim", "passage"), UNTRUE, ids=[claim for claim, _ in UNTRUE])
def test_a_figure_that_is_another_things_does_not(claim: str, passage: str) -> None:
    assert verify(claim, [passage]).support == "contradicted"


@pytest.mark.parametrize(
    ("passage", "same", "turned"),
    [
        (
            "Pressure was lower in trained than in untrained dogs.",
            "Untrained dogs had a higher pressure than trained dogs.",
            "Untrained dogs had a lower pressure than trained dogs.",
        ),
        (
            "Conduction was slower after fibrosis than after oedema.",
            "Conduction was faster after oedema than after fibrosis.",
            "Conduction was faster after fibrosis than after oedema.",
        ),
        (
            "Malaria was rarer in villages with nets than in villages without nets.",
            "Villages without nets had more malaria than villages with nets.",
            "Villages without nets had less malaria than villages with nets.",
        ),
    ],
)
def test_a_comparison_told_from_the_other_side(passage, same, turned):
    assert not find(parse(same), sentences(passage))
    assert any(finding.weight == "contradicted" for finding in find(parse(turned), sentences(passage)))


@pytest.mark.parametrize(
    ("passage", "true", "false"),
    [
        ("The valve had no cleft and the ring was wide.", "The ring was wide.", "The ring was not wide."),
        ("The mass was not removed because it held the artery.", "The mass held the artery.", "The mass was removed."),
        (
            "In pigs, but not in goats, the drug caused thickening of the leaflets.",
            "The drug caused thickening of the leaflets in pigs.",
            "The drug did not cause thickening of the leaflets in pigs.",
        ),
        (
            "Patients without coronary disease improved after pacing.",
            "Patients free of coronary disease improved after pacing.",
            "Patients without coronary disease did not improve after pacing.",
        ),
    ],
)
def test_how_far_a_negation_reaches(passage, true, false):
    assert not [f for f in find(parse(true), sentences(passage)) if f.weight == "contradicted"]
    assert any(f.weight == "contradicted" for f in find(parse(false), sentences(passage)))


@pytest.mark.parametrize(
    ("passage", "true", "false"),
    [
        (
            "Pressure was 61 mmHg before and 40 mmHg after the shunt.",
            "Pressure dropped by 21 mmHg.",
            "Pressure dropped by 23 mmHg.",
        ),
        (
            "Weight decreased from 104.8 kg to 95.4 kg.",
            "The weight loss amounted to 9.4 kg.",
            "The weight loss amounted to 9.9 kg.",
        ),
        (
            "Of the 1,204 women, 301 progressed to eclampsia.",
            "A quarter of the women progressed.",
            "A tenth of the women progressed.",
        ),
        (
            "Of 80 patients, 20 had a full and 28 a partial response.",
            "In all 48 patients responded.",
            "In all 58 patients responded.",
        ),
        (
            "Survival was 61% in New York Heart Association class II and 29% in class IV.",
            "In NYHA class IV survival was 29%.",
            "In NYHA class II survival was 29%.",
        ),
    ],
)
def test_figures_that_follow(passage, true, false):
    assert not find(parse(true), sentences(passage))
    assert find(parse(false), sentences(passage))


def test_a_hazard_ratio_of_survival_is_that_of_death():
    passage = sentences("Survival was better with repair (HR 0.62; 95% CI 0.46 to 0.82).")
    assert not find(parse("Repair improved survival."), passage)


def test_what_a_ratio_is_of_is_spoken_of():
    passage = sentences("The hazard ratio for relapse with the vaccine was 0.56 (95% CI 0.39 to 0.81).")
    assert {"relaps", "vaccin"} <= set(passage[0].terms)
    assert any(f.weight == "contradicted" for f in find(parse("The vaccine increased relapse."), passage))

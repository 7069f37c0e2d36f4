"""Verification: figures bound to what they belong to, direction, negation, strength, names, wording."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.claim import Verdict
from qa.content import probability
from qa.contrary import contrary
from qa.parsed import parse, sentences
from qa.registry_check import registry_sign
from qa.strength import levels
from qa.verify import SUPPORTED_FROM, find, is_slice, verify

COAPT = (
    "In COAPT, all-cause death at 24 months occurred in 29.1% with MitraClip + GDMT vs 46.1% with GDMT alone "
    "(HR 0.62, 95% CI 0.46-0.82, p<0.001)."
)
CASE = "LVEF went from 15.0% to 25.0% at 6 months. EROA went from 0.70 to 0.40 cm2. The annulus was 4.70 cm."
SERIES = "Operative mortality was 2.3% (1/44). Survival was 89%, 86%, 67% at 1, 2 and 5 years."
TABLE = (
    "Outcome at 12 months (device, control)\nDeath: 24.3% vs 22.4% (device vs control)\n"
    "Stroke: 1.2% vs 3.4% (device vs control)"
)
CRITERIA = "TEER criteria: LVEF 20-50%, LVESD <=70 mm, NT-proBNP >=1000 pg/mL. Severe MR: EROA >=40 mm2."
ADVICE = "TEER may be considered (class IIb, level B) in severe ventricular SMR when criteria are not met."
HOLTER = "Transoesophageal echo found no structural abnormality of the mitral apparatus."

LEAK = (
    "Five-year death was 31% with a leak vs 57% without. Leaks: 12% after repair vs 3% after replacement (p=0.02). "
    "All but two of 30 patients left the unit alive."
)
RING = (
    "At two years HF hospitalisation was lower with the ring (HR 0.64, 95% CI 0.50-0.82). Freedom from complications "
    "was 96% against a performance goal of 88%. "
    "Cardiovascular death, stroke or reinfarction occurred in 47% with the ring."
)
STROKES = "LVEF was alike in both groups (p=0.61); stroke was more frequent after repair."
ASPIRIN = "Aspirin should be given to all patients unless contraindicated (class I, level A)."


def check(claim: str, *evidence: str) -> Verdict:
    return verify(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence", "kind"),
    [
        ("The ejection fraction rose from 15% to 25% within six months.", CASE, "order"),
        ("EROA fell from 70 to 40 mm2.", CASE, "conversion"),
        ("The annulus measured 47 mm.", CASE, "conversion"),
        ("At two years 29.1% had died with MitraClip against 46.1% on GDMT alone.", COAPT, "arms"),
        ("Survival was 67% at five years.", SERIES, "list"),
        ("One of 44 patients died, an operative mortality of 2.3%.", SERIES, "fraction"),
        ("Death occurred in 24.3% of the device group.", TABLE, "table"),
        ("LVESD must be no more than 70 mm.", CRITERIA, "operator"),
        ("MR is severe when the EROA is at least 0.4 cm2.", CRITERIA, "operator"),
        ("TEER may be considered in severe ventricular SMR.", ADVICE, "strength"),
        ("The echo showed no structural abnormality of the mitral apparatus.", HOLTER, "negation"),
        ("Fewer died with MitraClip than on GDMT alone (29.1% vs 46.1%).", COAPT, "comparison"),
        ("Unless contraindicated, aspirin should be given to every patient.", ASPIRIN, "condition"),
        ("Patients with an LVESD above 70 mm are not candidates for TEER.", CRITERIA, "denied bound"),
        ("The ring cut HF hospitalisation by 36%.", RING, "relative"),
        ("Freedom from complications beat the goal of 88%.", RING, "goal"),
        ("Cardiovascular death, stroke or reinfarction occurred in 47% with the ring.", RING, "composite"),
        ("Fewer than one in twenty died in hospital.", "In-hospital death was 3.8%.", "part of a whole"),
        ("About one in five died.", "Death occurred in 21.4% of 206 patients.", "spoken share"),
        ("A bit over a quarter had a new valve.", "Surgery was repair (72%) or replacement (28%).", "spoken share"),
        ("Two in a hundred needed a revision.", "A revision was needed in 3 of 146 patients.", "share of a count"),
        ("The X-ray overlooked more than a third.", "The X-ray had a sensitivity of 64%.", "the rest"),
        ("14 of them went home without the device.", "The device was implanted in 73/87 patients.", "the rest"),
        ("The risk was nearly 80 per cent higher.", "Death was likelier (RR 1.79, 95% CI 1.47-2.18).", "relative"),
        ("Incidence fell over fourteen years.", "Between 2005 and 2019 incidence fell from 48 to 19 a year.", "years"),
        ("They went home five days sooner.", "Median stay was 3 days after TAVI and 8 days after surgery.", "distance"),
        ("Never given beyond 25 mg twice a day.", "Increase to a maximum of 25 mg twice daily.", "denied bound"),
        ("The dose is doubled every two weeks.", "Double the dose every two weeks.", "bidden"),
        ("They begin on 25 mg a day.", "Start with 25 mg once daily.", "daily dose"),
        ("Both strategies were named in those three letters.", "MVR names both strategies.", "tally"),
        ("In RESHAPE 29.1% died.", "In RESHAPE-HF2, 29.1% died.", "shortened name"),
        ("Grade 3 or more was seen in 12%.", "MR of 3+/4+ was seen in 12%.", "worst grade"),
        ("Fewer than one in ten were admitted.", "9.6% were admitted.", "bound held"),
        ("Surgery is a class IIb option.", "Surgery may be considered when risk is low (text, IIb).", "bare class"),
        ("LVEF did not differ, but stroke was more frequent after repair.", STROKES, "negation in another clause"),
    ],
)
def test_a_true_claim_has_no_finding(claim: str, evidence: str, kind: str) -> None:
    verdict = check(claim, evidence)
    assert verdict.support == "supported" or verdict.reasons[0].startswith("The passage does not"), verdict
    assert not any("differs" in reason or "belongs" in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("20% of the patients died.", "79% survived.", "20%"),
        ("About one in three died.", "Death occurred in 21.4% of 206 patients.", "one in three"),
        ("Admission was about 69% less likely.", "Admission was rarer (adjusted OR 0.34).", "69%"),
        ("Over two fifths of those on MitraClip had died.", COAPT, "another arm"),
        ("They take 300 mg a day.", "Take 300 mg twice daily.", "once a day"),
        ("The gain was 22 feet.", "The gain was 22 m at 24 weeks.", "the unit differs"),
        ("The cost was not $55,600.", "The ICER was $55,600.", "without it"),
        (
            "LVEF rose more with CRT, but the gap may well have been due to chance.",
            "The change in LVEF was +4.6 points with CRT vs -0.2 points with pacing off (p<0.001).",
            "sees no difference",
        ),
        (
            "A strong recommendation backs the inhaler.",
            "The inhaler is suggested (conditional recommendation).",
            "a conditional recommendation",
        ),
        (
            "Jaundice preceded the prescription of flucloxacillin.",
            "She had jaundice eleven days after starting flucloxacillin.",
            "order turned round",
        ),
        (
            "Adults over 40 saw the steepest decline.",
            "The decline was steepest in children under 5 years, and shallowest in adults over 40.",
            "shallowest in adults",
        ),
        (
            "Across the entire sample the artery ran there in 97%.",
            "The artery ran there in 77%, and in 97% of those with severe MR.",
            "of those with severe MR",
        ),
        (
            "Death occurred in 46.1% with MitraClip and 29.1% on GDMT alone.",
            "COAPT (2018; 614 patients; MitraClip + GDMT vs GDMT alone): death at 24 months 29.1% vs 46.1%.",
            "another arm",
        ),
        ("Operative mortality was 3.2%.", SERIES, "The passage gives 2.3%, the claim 3.2%."),
        ("The ejection fraction fell from 25% to 15%.", CASE, "where the change"),
        ("Death occurred in 46.1% with MitraClip and 29.1% with GDMT alone.", COAPT, "another arm"),
        ("Mortality was 46.1% vs 29.1% at 24 months.", COAPT, "the other way round"),
        ("HF hospitalisation occurred in 29.1% with MitraClip.", COAPT, "another measure"),
        ("Death at 12 months occurred in 29.1% with MitraClip.", COAPT, "12 months"),
        ("The odds ratio for death was 0.62.", COAPT, "as HR, the claim as OR"),
        ("Survival was 86% at five years.", SERIES, "another time point"),
        ("Death occurred in 24.3% of controls.", TABLE, "another arm"),
        ("Stroke occurred in 24.3% of the device group.", TABLE, "another measure"),
        ("EROA fell from 0.70 to 0.40 mm2.", CASE, "the unit differs"),
        ("LVESD must be at least 70 mm.", CRITERIA, "the operator differs"),
        ("MR is severe when the EROA is below 0.4 cm2.", CRITERIA, "the operator differs"),
        ("In MITRA-FR death occurred in 29.1% with MitraClip.", COAPT, "COAPT"),
        (
            "TEER is recommended in severe ventricular SMR when criteria are not met.",
            ADVICE,
            "stronger than its source",
        ),
        ("TEER may be considered in severe atrial SMR when criteria are not met.", ADVICE, "another population"),
        ("MitraClip raised all-cause death at 24 months.", COAPT, "more or higher"),
        ("The echo found a structural abnormality of the mitral apparatus.", HOLTER, "negates"),
        ("More died with MitraClip than on GDMT alone (29.1% vs 46.1%).", COAPT, "gives 29.1% against 46.1%"),
        ("Death was 57% with a leak, compared with 31% without a leak.", LEAK, "control"),
        ("Leaks were not four times as frequent after repair: 12% compared with 3%.", LEAK, "without it"),
        ("Stroke was not more frequent after repair.", STROKES, "does not negate"),
        ("Two of 30 patients left the unit alive.", LEAK, "All but two"),
        ("Aspirin should not be given to all patients.", ASPIRIN, "the opposite"),
        ("The ring lowered mortality by 36% at two years.", RING, "another measure"),
        (
            "The ring halved mortality.",
            "The ring was followed by fewer strokes (HR 0.50, 95% CI 0.31-0.80).",
            "another",
        ),
        ("Complications occurred in 88% of patients.", RING, "is a goal"),
        ("Cardiovascular death occurred in 47% with the ring.", RING, "together"),
        ("Patients with an LVESD below 70 mm are not candidates.", CRITERIA, "not"),
    ],
)
def test_a_false_claim_gets_a_reason(claim: str, evidence: str, reason: str) -> None:
    verdict = check(claim, evidence)
    assert verdict.support != "supported"
    assert any(reason in each for each in verdict.reasons), verdict.reasons
    assert verdict.score < SUPPORTED_FROM


@pytest.mark.parametrize("evidence", [COAPT, CASE, SERIES, TABLE, CRITERIA, ADVICE, HOLTER])
def test_a_verbatim_sentence_is_never_lost(evidence: str) -> None:
    for claim in (evidence, evidence.split(". ")[0]):
        verdict = check(claim, "Something else.", evidence)
        assert verdict.support == "supported"
        assert verdict.score > 0.95


def test_a_slice_that_drops_a_negation_is_not_verbatim() -> None:
    passage = "CRT is not recommended when the QRS is narrow."
    assert not is_slice("recommended when the QRS is narrow", passage)
    assert is_slice("CRT is not recommended", passage)
    assert check("CRT is recommended when the QRS is narrow.", passage).support != "supported"


def test_no_evidence_supports_nothing() -> None:
    assert check("COAPT lowered mortality.").support == "unsupported"
    assert check("COAPT lowered mortality.", "  ").score == 0.0
    assert check("", COAPT).support == "unsupported"


def test_an_unrelated_passage_does_not_support() -> None:
    verdict = check("The lizard sleeps under warm stones in summer.", COAPT)
    assert verdict.support == "unsupported"
    assert "lizard" in verdict.reasons[0]


def test_the_best_of_several_passages_counts() -> None:
    assert check("Operative mortality was 2.3% in 44 patients.", COAPT, CASE, SERIES, TABLE).support == "supported"


def test_a_scorer_replaces_only_the_wording() -> None:
    assert verify("Nothing alike stands here.", [COAPT], scorer=lambda passage, claim: 0.9).support == "supported"
    wrong = verify("Operative mortality was 3.2%.", [SERIES], scorer=lambda passage, claim: 0.99)
    assert wrong.support == "contradicted"
    assert wrong.score < SUPPORTED_FROM


def test_the_scale_of_recommendation() -> None:
    assert levels("TEER is recommended") == {3}
    assert levels("TEER should be considered") == {2}
    assert levels("TEER may be considered") == {1}
    assert levels("TEER is not recommended") == {0}


def test_the_contrary_turns_a_claim_round() -> None:
    assert contrary("CRT reduced mortality.") == "CRT increased mortality."
    assert contrary("There was no significant difference.") == "There was a significant difference."
    assert contrary("It does not help.") == "It does help."


def test_a_registry_table_is_counted() -> None:
    page = (
        "Trial NCT00000001 (primary) - Adverse Events:\nAdverse Events 1:\n"
        "  Total: 5/40 (12.50%)\n  Anaemia 2/40 (5.00%)\n"
        "Adverse Events 2:\n  Total: 3/38 (7.89%)\n  Anaemia 0/38 (0.00%)"
    )
    assert (
        registry_sign(
            parse("There were more cases of Anaemia in cohort 1 than in cohort 2 of the primary trial."), [page]
        )
        == 1.0
    )
    assert registry_sign(parse("No patient in cohort 1 of the primary trial had Anaemia."), [page]) == -1.0
    assert registry_sign(parse("No patient in cohort 2 of the primary trial had Anaemia."), [page]) == 1.0
    assert registry_sign(parse(COAPT), [SERIES]) == 0.0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_a_verdict(claim: str, evidence: list[str]) -> None:
    verdict = verify(claim, evidence)
    assert 0.0 <= verdict.score <= 1.0
    assert verdict.support == "supported" or verdict.reasons
    assert verdict == verify(claim, evidence)


def test_probability_stays_inside() -> None:
    assert 0.0 < probability({"recall": -1e9}) < probability({"recall": 1e9}) < 1.0 + 1e-12


DEVICE = (
    "Among 312 patients who received the device, 41 (13.1%) had died at one year, compared with 58 of 309 (18.8%) "
    "in the control group (hazard ratio 0.68; 95% CI, 0.46 to 1.02; P=0.06)."
)
GRADE = "At discharge, 94% of patients had MR graded 2+ or lower; by 12 months this proportion had declined to 82%."
PEPTIDE = "Baseline NT-proBNP was 3,120 pg/mL (IQR 1,540–6,010) and fell to 2,280 pg/mL at 90 days."
DEATHS = (
    "Annual mortality was 6.9 per 100 patient-years in the severe group and 3.1 per 100 patient-years "
    "in the mild group."
)
REDO = "Freedom from reoperation was 96.4% at 5 years and 91.8% at 10 years."
RING = "The annular diameter shrank from 41.2 ± 3.5 mm to 36.7 ± 3.9 mm, and the reduction was maintained at one year."
NYHA = (
    "Ten of the 21 patients (48%) had improved by at least one NYHA class, eight were unchanged and three had worsened."
)
WALK = "The six-minute walk distance was 58 m longer in the intervention arm at 6 months (95% CI 25–92; P<0.001)."
NEEDED = (
    "Cumulative incidence of heart failure admission at 2 years: device 36%, control 53%; number needed to treat 6."
)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("One-year mortality was 13.1% with the device and 18.8% without it; this fell short of significance.", DEVICE),
        ("The share with MR of 2+ or less dropped from 94% at discharge to 82% a year later.", GRADE),
        ("NT-proBNP decreased from a median of 3120 pg/mL at baseline to 2280 pg/mL after 90 days.", PEPTIDE),
        ("Deaths came at a rate of 6.9 per 100 patient-years with severe and 3.1 with mild disease.", DEATHS),
        ("Of the 21 patients 10 gained one NYHA class or more.", NYHA),
        ("At half a year intervention patients walked 58 m further in six minutes than the others did.", WALK),
        ("A reduction in annular diameter (41.2 to 36.7 mm) persisted for a year.", RING),
    ],
)
def test_a_paraphrase_is_not_held_against_its_passage(claim: str, evidence: str) -> None:
    assert not [f for f in find(parse(claim), list(sentences(evidence))) if f.weight != "partial"]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("One-year mortality was 18.8% with the device and 13.1% without it.", DEVICE),
        ("One-year mortality was 13.1% with the device and 18.8% without it, a significant difference.", DEVICE),
        ("The share with MR of 2+ or less rose from 82% at discharge to 94% at a year.", GRADE),
        ("NT-proBNP increased from 2280 to 3120 pg/mL over 90 days.", PEPTIDE),
        ("Deaths came at a rate of 3.1 per 100 patient-years with severe disease.", DEATHS),
        ("After five years 96.4% had needed a second operation.", REDO),
        ("The reduction in annular diameter was lost by one year.", RING),
        ("Just under half (10 of 21) gained two NYHA classes or more.", NYHA),
        ("To avert one heart failure admission within two years, sixteen patients had to be treated.", NEEDED),
    ],
)
def test_a_false_turn_of_a_paraphrase_is_noticed(claim: str, evidence: str) -> None:
    assert check(claim, evidence).support != "supported"


def test_a_passage_of_blanks_takes_no_time() -> None:
    started = time.perf_counter()
    check(DEVICE, "Mortality was 13.1%" + " " * 5000 + "fell to 18.8% with the device.")
    assert time.perf_counter() - started < 2.0


CHANGE = "In ZETA, the change in LVEF at 6 months was +3% with carvedilol vs -2% with placebo (p=0.003)."
RATIO = "In the pooled analysis, SMR carried a higher risk of death over a mean of 40.8 months than no SMR (RR 1.63)."
TWO_ARMS = "In ZETA, death at 2 years occurred in 10.0% with CABG + mitral repair vs 10.6% with CABG alone (p=0.78)."
COUNTS = "In ZETA, HF hospitalisation occurred in 55.9% (85/152) with MitraClip vs 61.8% (94/152) with medical therapy."
VOLUME = "In ZETA, LVEDV changed by -10.4 mL at 12 months with Carillon vs an increase with sham."
DIFFERENCE = "In ZETA, the change in LVEDV favoured Carillon over control (mean difference -16.53 mL, p=0.007)."
LIST = "In the Ohio series, death, LVAD or transplantation occurred in 49% with annuloplasty vs 41% without."
SHARES = "In the Lund cohort, the prevalence of severe SMR was 25% with reduced vs 4% with preserved LVEF."


@pytest.mark.parametrize(
    ("true", "false", "evidence"),
    [
        (
            "LVEF rose by 3 percentage points with carvedilol at 6 months.",
            "LVEF rose by 4 percentage points with carvedilol at 6 months.",
            CHANGE,
        ),
        (
            "SMR went with a 63% higher risk of death over some 41 months.",
            "SMR went with a 36% higher risk of death over some 41 months.",
            RATIO,
        ),
        (
            "Adding repair to CABG did not lower death at 2 years (p=0.78).",
            "Adding repair to CABG lowered death at 2 years significantly (p=0.78).",
            TWO_ARMS,
        ),
        (
            "HF hospitalisation occurred in 85 of 152 device patients and 94 of 152 controls.",
            "HF hospitalisation occurred in 94 of 152 device patients and 85 of 152 controls.",
            COUNTS,
        ),
        (
            "LVEDV fell by 10.4 mL with Carillon but rose with sham at 12 months.",
            "LVEDV rose by 10.4 mL with Carillon at 12 months.",
            VOLUME,
        ),
        (
            "Carillon lowered LVEDV by 16.5 mL more than control did.",
            "Carillon lowered LVEDV by 19.5 mL more than control did.",
            DIFFERENCE,
        ),
        (
            "Death, LVAD or transplantation occurred in 49% after annuloplasty and in 41% without it.",
            "Death, LVAD or transplantation occurred in 59% after annuloplasty and in 41% without it.",
            LIST,
        ),
        (
            "Severe SMR was six times as common with reduced as with preserved LVEF (25% and 4%).",
            "Severe SMR was nine times as common with reduced as with preserved LVEF (25% and 4%).",
            SHARES,
        ),
        (
            "Severe SMR was found in one in four patients with reduced LVEF.",
            "Severe SMR was found in one in three patients with reduced LVEF.",
            SHARES,
        ),
        (
            "Severe SMR was found in 25% with reduced LVEF.",
            "Severe SMR was found in 4% with reduced LVEF.",
            SHARES,
        ),
        (
            "Death, LVAD or transplantation occurred in 41% without annuloplasty.",
            "Death, LVAD or transplantation occurred in 41% with annuloplasty.",
            LIST,
        ),
        (
            "MR of any grade was found in more than half of the patients.",
            "MR of any grade was found in less than half of the patients.",
            "MR of any grade was found in 56.2% of patients.",
        ),
        (
            "The risk of death more than tripled with ventricular MR (RR 3.45).",
            "The risk of death less than doubled with ventricular MR (RR 3.45).",
            "The risk of death was RR 3.45 with ventricular MR.",
        ),
        (
            "At 2 years 95% of patients had MR no worse than 2+.",
            "At 2 years 95% of patients had MR worse than 2+.",
            "MR <=2+ at 2 years was reached in 95% of patients.",
        ),
        (
            "A separate study of 404 patients saw more cardiac death.",
            "A separate study of 440 patients saw more cardiac death.",
            "A separate study of 404 patients saw more cardiac death and more all-cause death.",
        ),
    ],
)
def test_true_in_freer_words_and_false_in_the_same(true: str, false: str, evidence: str) -> None:
    assert check(true, evidence).support == "supported", check(true, evidence).reasons
    assert check(false, evidence).support != "supported"


def test_who_survived_longer_died_less() -> None:
    passage = "In Lund, all-cause death at 2 years was lower in eligible than in ineligible patients."
    assert check("Eligible patients survived longer than ineligible ones in Lund.", passage).support == "supported"
    assert check("Eligible patients died more often than ineligible ones.", passage).support == "contradicted"


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("TEER reduced mortality.", "TEER reduced mortality in neither trial."),
        ("CRT improved survival.", "CRT improved survival in none of the trials."),
        ("TEER reduces all-cause death.", "The hypothesis that TEER reduces all-cause death was rejected."),
        ("Surgery prolonged life.", "Surgery prolonged life only in the youngest third."),
    ],
)
def test_what_stands_behind_a_slice_may_turn_it_round(claim, passage):
    assert not is_slice(claim, passage)
    verdict = verify(claim, [passage])
    assert verdict.support == "contradicted" and "leaves it out" in " ".join(verdict.reasons)
    assert is_slice(passage, f"Before it. {passage} And after it.")

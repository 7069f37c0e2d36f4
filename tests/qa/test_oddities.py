"""Oddities on invented reports: each kind with a twin in which all is well."""

from pathlib import Path

import pytest

from ingest import read
from qa.oddities import oddities
from qa.order import ordered

REPORT = """# An invented heart: a case report

## Abstract

{abstract}

## Case report

Our patient was a 71-year-old woman with dilated cardiomyopathy. {case}

She underwent implantation of the device under general anaesthesia without any complication.

## Discussion

{discussion}

## Conclusion

Treatment was well tolerated in this patient.
"""
PLAIN = {
    "abstract": "We report one patient with severe mitral regurgitation.",
    "case": "She was breathless.",
    "discussion": "The course was uneventful.",
}


def kinds(tmp_path: Path, **parts: str) -> list[str]:
    path = tmp_path / "report.md"
    path.write_text(REPORT.format(**(PLAIN | parts)), encoding="utf-8")
    (result,) = read([path], lambda texts: [len(text.split()) for text in texts], max_tokens=256)
    assert result.document is not None
    assert result.document.kind == "case-report"
    found = oddities(result.document, result.passages)
    for remark in found:
        for document, passage, start, end in remark.spans:
            assert passage.start <= start < end <= passage.end
            assert document.text[start:end]
    return [remark.kind for remark in found]


@pytest.mark.parametrize(
    ("case", "discussion", "odd"),
    [
        ("The mitral annulus measured 4.31 cm.", "The mitral annulus decreased from 4.52 to 3.9 cm.", True),
        ("The mitral annulus measured 43 mm.", "The mitral annulus decreased from 4.3 to 3.9 cm.", False),
        ("The mitral annulus measured 4.31 cm.", "The mitral annulus decreased from 4.3 to 3.9 cm.", False),
        ("Vena contracta was 0.9 cm.", "Vena contracta unchanged (0.6 cm).", True),
        ("Vena contracta was 0.9 cm.", "After six months the vena contracta was 0.6 cm.", False),
        ("LVEF was 20% in 2009. LVEF was 28% in 2013.", "LVEF improved from 25% to 35%.", False),
        ("LVEF was 20% on transthoracic echo.", "On CMR the LVEF rose from 25% to 35%.", False),
        ("LVEF was 20%.", "The other patient had an LVEF that rose from 25% to 35%.", False),
    ],
)
def test_two_values_before_treatment(tmp_path: Path, case: str, discussion: str, odd: bool) -> None:
    assert ("two-values" in kinds(tmp_path, case=case, discussion=discussion)) is odd


@pytest.mark.parametrize(
    ("case", "odd"),
    [
        ("The effective regurgitant orifice area was 0.45 mm2.", True),
        ("The effective regurgitant orifice area was 0.45 cm2.", False),
        ("The effective regurgitant orifice area was 45 mm2.", False),
        ("LVEDD was 68 cm.", True),
        ("LVEDD was 6.8 cm.", False),
        ("The mitral annulus measured 4.4 mm.", True),
        ("LVEF was 8%.", False),
        ("The 6-minute walk distance was 210 m.", False),
        ("QRS duration was 164 ms.", False),
    ],
)
def test_a_value_that_cannot_be_right(tmp_path: Path, case: str, odd: bool) -> None:
    assert ("implausible-value" in kinds(tmp_path, case=case)) is odd


@pytest.mark.parametrize(
    ("case", "odd"),
    [
        ("An echocardiogram (ECG) showed poor function. The ECG showed sinus rhythm.", True),
        ("An electrocardiogram (ECG) was taken. The ECG showed sinus rhythm.", False),
        ("The coronary sinus (CS) was wide. She had cardiogenic shock (CS).", True),
        ("The coronary sinus (CS) was wide. The coronary sinus (CS) was cannulated.", False),
        ("She was listed for mitral valve repair (MVR).", True),
        ("She was listed for mitral valve replacement (MVR).", False),
    ],
)
def test_one_abbreviation_for_two_things(tmp_path: Path, case: str, odd: bool) -> None:
    assert ("ambiguous-abbreviation" in kinds(tmp_path, case=case)) is odd


@pytest.mark.parametrize(
    ("abstract", "discussion", "odd"),
    [
        ("She received MitraClip after CRT-D.", "She received MitraClip followed by CRT-D.", True),
        ("She received MitraClip after CRT-D.", "She received CRT-D followed by MitraClip.", False),
        ("She received MitraClip after LVAD.", "She received MitraClip followed by CRT-D.", False),
    ],
)
def test_the_order_of_treatments(tmp_path: Path, abstract: str, discussion: str, odd: bool) -> None:
    assert ("order-differs" in kinds(tmp_path, abstract=abstract, discussion=discussion)) is odd


def test_order_words() -> None:
    assert ordered("PASCAL was placed before CRT-D.") == ("PASCAL", "CRT")
    assert ordered("PASCAL was placed.") is None


@pytest.mark.parametrize(
    ("discussion", "odd"),
    [
        ("One centre reported an operative mortality of 4.1% in 60 patients.[3] Surgery is an option.[4]", True),
        ("We saw an operative mortality of 4.1% in 60 patients.[3] Surgery is an option.[4]", False),
        ("One centre reported an operative mortality of 4.1% in 60 patients. Surgery is an option.[4]", False),
    ],
)
def test_a_figure_of_another_work(tmp_path: Path, discussion: str, odd: bool) -> None:
    assert ("second-hand" in kinds(tmp_path, discussion=discussion)) is odd


def test_the_real_case_report_shows_each_kind(shared: Path) -> None:
    path = shared / "corpus" / "oman-carillon-case-report.txt"
    (result,) = read([path], lambda texts: [len(text.split()) for text in texts], max_tokens=256)
    assert result.document is not None
    found = [remark.kind for remark in oddities(result.document, result.passages)]
    assert {kind: found.count(kind) for kind in found} == {
        "two-values": 2,
        "implausible-value": 1,
        "ambiguous-abbreviation": 2,
        "order-differs": 1,
        "second-hand": 1,
    }

"""Who and what a text names, listed or not."""

from __future__ import annotations

import pytest

from qa.entities import entities, names


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("In COAPT, fewer died.", "trial", {"COAPT"}),
        ("MITRA FR and RESHAPE-HF 2", "trial", {"MITRA-FR", "RESHAPE-HF2"}),
        ("The ZEPHYRUS trial was neutral.", "trial", {"ZEPHYRUS"}),
        ("PROTECT-HF3 enrolled 120 patients.", "trial", {"PROTECT-HF3"}),
        ("registered as NCT01234567", "trial", {"NCT01234567"}),
        ("to save lives and expand access", "trial", set()),
        ("LVEF, TAPSE and NYHA class were RESULTS", "trial", set()),
        ("the Cleveland Clinic", "centre", {"Cleveland Clinic"}),
        ("mortality at the mayo clinic", "centre", {"Mayo Clinic"}),
        ("Sultan Qaboos University Hospital in Oman", "centre", {"Sultan Qaboos University Hospital"}),
        ("the University of Michigan series", "centre", {"University of Michigan"}),
        ("referred from another hospital", "centre", set()),
        ("Carillon Mitral Contour System", "device", {"Carillon"}),
        ("cardiac resynchronization therapy", "device", {"CRT"}),
        ("an ARNI", "drug", {"sacubitril/valsartan"}),
        ("severe FMR", "population", {"secondary MR"}),
        ("severe FMR", "severity", {"severe"}),
        ("effective regurgitant orifice area", "measure", {"EROA"}),
        ("death from any cause", "measure", {"All-cause death"}),
        ("at two years and after 30 days", "timepoint", {"24 mo", "30 d"}),
        ("ESC/EACTS", "society", {"ESC/EACTS"}),
        ("the control group", "arm", {"control"}),
    ],
)
def test_names(text: str, kind: str, expected: set[str]) -> None:
    assert names(text, kind) == expected  # type: ignore[arg-type]


def test_two_ways_of_writing_are_one_name() -> None:
    assert (
        names("functional mitral regurgitation", "population")
        == names("SMR", "population")
        == names("FMR", "population")
    )


def test_the_documents_own_abbreviations_are_read() -> None:
    text = "PMV was placed."
    assert not names(text, "device")
    assert names(text, "device", (("PMV", "percutaneous edge-to-edge"),)) == {"TEER"}


def test_spans_are_slices() -> None:
    text = (
        "In COAPT the MitraClip group (FMR, LVEF 20-50%) had all-cause death of 29.1% at 24 months at the Mayo Clinic."
    )
    found = entities(text)
    assert all(text[entity.start : entity.end] == entity.text for entity in found)
    assert {entity.kind for entity in found} >= {
        "trial",
        "device",
        "arm",
        "measure",
        "timepoint",
        "centre",
        "population",
    }

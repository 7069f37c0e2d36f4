"""Bylines, citation lines and DOIs as publishers print them, with invented names."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest.byline import first_author, name_in
from ingest.citation_line import citation_line
from ingest.draft import Draft
from ingest.metadata import identify, surname
from ingest.read import read_file

BYLINES = {
    "Anna B. Invent & Carl Device & Dora Ring": "Anna B. Invent",
    "Anna Invent1,2*, Carl de Vice3 and Dora Ring": "Anna Invent",
    "Anna Invent, MD, PhD; Carl Device, MSc": "Anna Invent",
    "Anna InventI, Carl DeviceII": "Anna Invent",
    "ANNA INVENT, M.D., AND CARL DEVICE, M.D.": "Anna Invent",
    "Maria van der Ring1 , C. J. Device2": "Maria van der Ring",
    "Jean-Pierre O’Clip a,b,*, Dora Ring c": "Jean-Pierre O’Clip",
    "Anna FC de Ring (anna.ring@example.org)": "Anna FC de Ring",
    "Anna Invent*": "Anna Invent",
    "By Anna Invent and Carl Device": "Anna Invent",
}
NO_BYLINES = [
    "Department of Cardiology, University of Nowhere, Nowhere, Norway",
    "Department of Cardiac Surgery1, Invented Hospital2",
    "A case report and review of the literature",
    "Mitral Regurgitation, Heart Failure, and Device Therapy",
    "Received 4 August 2016, Accepted 28 October 2016",
    "Open Access, Peer Reviewed",
    "Two-Year Outcomes",
    "Keywords: ring, clip, valve",
    "",
]


@pytest.mark.parametrize("line", BYLINES)
def test_a_byline(line: str) -> None:
    assert name_in(line) == BYLINES[line]


@pytest.mark.parametrize("line", NO_BYLINES)
def test_no_byline(line: str) -> None:
    assert name_in(line) is None


CITATIONS = {
    "To cite: Invent A, Device C, et al. A ring for all: a trial. BMJ Open 2016;6:e012335.": (
        "Invent", "A", "BMJ Open", 2016,
    ),
    "Cite this article as: Invent et al.: A ring for all. BMC Rings 2014 14:70.": ("Invent", None, "BMC Rings", 2014),
    "Citation: Invent, A.; Device, C. A Ring for All. J. Clin. Rings 2021, 10, 123.": (
        "Invent", "A", "J. Clin. Rings", 2021,
    ),
    "Citation: Invent DT, Evans BJ (2014) A Ring for All Valves. PLoS ONE 9(12): e115884.": (
        "Invent", "DT", "PLoS ONE", 2014,
    ),
    "How to cite: Invent ABC, Device C. A ring for all. Rev Rings Publica. 2016;50:27.": (
        "Invent", "ABC", "Rev Rings Publica", 2016,
    ),
}  # fmt: skip


@pytest.mark.parametrize("line", CITATIONS)
@pytest.mark.parametrize("width", [30, 200])
def test_a_citation_line(line: str, width: int) -> None:
    lines = [""]
    for word in line.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    found = citation_line(["Some text before it.", *lines])
    assert found is not None
    assert (found.surname, found.initials, found.journal, found.year) == CITATIONS[line]


def test_citing_others_is_no_citation_line() -> None:
    assert citation_line(["We ask authors to cite the works that they used.", "Rings were first used in 1996."]) is None


def test_the_citation_line_decides_between_names() -> None:
    cited = citation_line(["To cite: Ring D, Invent A. A trial. Heart 2016;6:12."])
    opening = ["Anna Invent, MD, Carl Device", "Dora Ring, Anna Invent"]
    assert first_author(opening, opening, None, cited) == "Dora Ring"
    assert first_author([], ["nothing is shown"], None, cited) == "D Ring"
    assert first_author([], ["nothing is shown"], "Carl Device", None) is None, "a property that the page does not show"


def test_the_latest_version_is_the_one_in_hand() -> None:
    draft = Draft()
    identify(draft, ["First published (doi: 10.5555/rings.4767.1)", "Latest published (doi: 10.5555/rings.4767.2)"])
    assert draft.doi == "10.5555/rings.4767.2"


def test_what_real_articles_show(shared: Path) -> None:
    """Titles against the list that came with them; author, year and DOI against the publisher's XML."""
    with (shared / "docs" / "manifest.tsv").open(encoding="utf-8") as lines:
        titles = {row["file"]: row["title"] for row in csv.DictReader(lines, delimiter="\t")}
    wrong = []
    for twin in sorted((shared / "docs" / "jats").glob("*.xml")):
        pdf = shared / "docs" / "pdf" / f"{twin.stem}.pdf"
        if not pdf.is_file():
            continue
        ours, theirs = (
            read_file(path, lambda texts: [len(text) // 4 for text in texts], max_tokens=256).document
            for path in (pdf, twin)
        )
        assert ours is not None and theirs is not None
        if ours.title.casefold() != titles[f"pdf/{pdf.name}"].casefold():
            wrong.append((pdf.name, ours.title))
        for name in ("first_author", "year", "doi"):
            if getattr(ours, name) != getattr(theirs, name):
                wrong.append((pdf.name, f"{name}: {getattr(ours, name)}, not {getattr(theirs, name)}"))
    assert wrong == []


@pytest.mark.parametrize(("name", "family"), [("Anna B. Invent", "Invent"), ("Invent, Anna", "Invent")])
def test_the_surname(name: str, family: str) -> None:
    assert surname(name) == family

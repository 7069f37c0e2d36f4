"""Invented reports with every trouble that extracted text carries, and PDFs made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from domain.reading import ReadResult
from ingest.read import read_file

INVENTED = """ Tricuspid valve regurgitation (TR) may be 
caused by dilation of the annulus or by annu-
loplasty failure, and the presence 

or absence of atrial fibrillation matters in 
patients with right ventricular (RV) dysfunction,1,2
and it is seen in post-
operative patients too.2

We describe the first use of the Tessera Ring 
in a patient with severe TR.

C A S E  R E P O RT
Our patient was a 71-year-old woman. She was 
referred in 2011 for worsening dyspnea. Her 
ejection fraction (EF) was 35.0% [Figure 1].

Diuretics were given until 2013 when she 
was referred back to our centre.
 A B S T R AC T
Tricuspid regurgitation is common in people with atrial disease and few of them are treated at all. 
We report a woman of 71 years whose severe regurgitation was treated with the Tessera Ring after 
two years of diuretic treatment.
 In March 2013, the patient was short of 
breath at rest. The ring was implanted through the 
right jugular vein, guided by fluoroscopy, TEE, and 

Figure 1: Angiography showed (a) normal left and (b) normal right coronary arteries.

Figure 2: Echocardiogram before implantation of the ring showed a dilated annulus of the tricuspid 
valve and a central jet.
 contrast injection [Figure 3]. She was sent home 
after four days.

D I S C U S S I O N
TR is an independent predictor of death, even to 
a mild degree.3 Repair has been reported by others 
in 12 patients with severe RV failure (EF < 30%)
who had no other choice.4

After six months her parameters changed 
as follows:
■ ■  Decrease in effective regurgitant orifice from 0.60 

to 0.30 cm2.
■ ■  Decrease in the annulus size from 4.50 to 

3.90 cm.
■ ■  EF unchanged (35.0%).

C O N C LU S I O N
The Tessera Ring can be a reasonable option in 
selected patients.

Figure 3: The ring as seen by (a) fluoroscopy and (b) echocardiography
after implantation.
"""


def count_words(texts: Sequence[str]) -> list[int]:
    """Tokens as a simple embedder would count them: pieces of four letters, and two for the ends."""
    return [2 + sum(1 + (len(word) - 1) // 4 for word in text.split()) for text in texts]


@pytest.fixture(scope="session")
def count() -> Callable[[Sequence[str]], list[int]]:
    return count_words


@pytest.fixture
def invented() -> str:
    return INVENTED


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[[str, bytes], ReadResult]:
    def read(name: str, data: bytes) -> ReadResult:
        path = tmp_path / name
        path.write_bytes(data)
        return read_file(path, count_words, max_tokens=256)

    return read


SENTENCES = [
    f"The {word} group of this invented trial showed a change of {number}.{number} mm after {number} months of treat"
    "ment with the comparator, and nobody withdrew."
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=3)
]


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    return SENTENCES


@pytest.fixture(scope="session")
def two_columns() -> bytes:
    """Two pages, two columns, a title, a running head and page numbers; the last sentence runs over to page two."""
    pdf = FPDF(format="A4", unit="pt")
    pdf.set_auto_page_break(False)
    text = " ".join(SENTENCES)
    pdf.set_font("Times", size=10)
    lines: list[str] = []
    line = ""
    for word in (text + " " + text.replace("invented", "second invented")).split():
        if pdf.get_string_width(f"{line} {word}") > 230:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    half = len(lines) // 2 + 3
    for page, part in enumerate((lines[:half], lines[half:]), start=1):
        pdf.add_page()
        pdf.set_font("Helvetica", size=8)
        pdf.text(50, 40, "Invented Journal of Valves 2019, 7:12")
        pdf.text(500, 800, f"Page {page} of 2")
        top = 70.0
        if page == 1:
            pdf.set_font("Helvetica", "B", 18)
            pdf.text(50, 80, "A trial that never was: rings and clips compared")
            pdf.set_font("Times", "B", 11)
            pdf.text(50, 120, "Results")
            top = 135
        pdf.set_font("Times", size=10)
        middle = (len(part) + 1) // 2
        for column, some in enumerate((part[:middle], part[middle:])):
            for index, words in enumerate(some):
                pdf.text(50 + 260 * column, top + 12 * index, words)
    return bytes(pdf.output())

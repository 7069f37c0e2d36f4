"""A small set that holds every kind of item and every character that has ever been lost on the way."""

import pytest

from domain.claim import Citation
from domain.document import Document, Page
from domain.passage import slice_passage
from domain.quiz import QuizItem, QuizSet

TRICKY = (
    "a ~ b = c # {d} : e < f & g > h \"i\" „j“ 'k' [l] \\m *n* _o_ 100% ≤ 40 ≥ 2 cm² 3 m³"
    " µg ± – — − äöüß é → 5 * 6 | `p`"
)


def cited(text: str, *, n: int = 1, record: bool = False) -> Citation:
    document = Document(
        doc_id=f"doc-{n}",
        origin="record" if record else "document",
        title="Größe <b>& Form",
        kind="rct",
        text=text,
        first_author="Müller A",
        journal="Z Kardiol",
        year=2020,
        doi="10.1000/x",
        record="rec-1" if record else None,
        pages=(Page(number=1, label="e7", start=0, end=len(text)),) if not record else (),
    )
    passage = slice_passage(
        document, 0, len(text), confidence="secondary" if record else None, fact="outcomes.0" if record else None
    )
    return Citation(n=n, document=document, passage=passage, start=0, end=len(text))


@pytest.fixture(scope="session")
def tricky() -> str:
    return TRICKY


@pytest.fixture(scope="session")
def citation():
    return cited


@pytest.fixture(scope="session")
def quiz_set() -> QuizSet:
    one, two = cited("EROA fell by 0.05 cm² in patients."), cited("Said of a record ≤ 40 mm².", n=2, record=True)
    options = (f"first {TRICKY}", "second, plain", "=third: {x} ~ #", "fourth % ≤ cm²")
    notes = ("", f"wrong because {TRICKY}", "", "see [2]")
    return QuizSet(
        topic="Größen & Maße",
        items=(
            QuizItem(
                kind="mcq",
                stem=f"In patients with {TRICKY}, which is it?",
                answer=0,
                options=options,
                rationale=f"Why: {TRICKY}",
                distractor_notes=notes,
                citations=(one, two),
                topic="teer",
                template="t1",
                facts=("rec#outcomes.0",),
                caveat=f"Note {TRICKY}",
                level_rule="one fact recalled",
            ),
            QuizItem(
                kind="tf",
                stem=f"Patients have {TRICKY}.",
                answer=1,
                options=("True", "False"),
                rationale="It is 5 = 5.",
                distractor_notes=("It is not.", ""),
                citations=(one,),
                template="t2",
                facts=("rec#outcomes.1",),
            ),
            QuizItem(
                kind="cloze",
                stem="In patients the orifice {fell} by _____ cm² = less : so.",
                answer="0.05 ~ *",
                rationale="Quoted.",
                citations=(one,),
                template="t3",
                facts=("rec#outcomes.2",),
            ),
            QuizItem(
                kind="short",
                stem=f"What is {TRICKY} in patients?",
                answer="≤ 40 mm²",
                rationale="Said.",
                citations=(two,),
                template="t4",
                facts=("rec#outcomes.3",),
            ),
        ),
    )


CHOSEN = (
    "coapt-2yr coapt-3yr-crossover coapt-5yr mitra-fr-1yr mitra-fr-2yr reshape-hf2 matterhorn everest-ii reduce-fmr"
    " carillon-amadeus carillon-titan ctsn-severe-imr-1yr ctsn-severe-imr-2yr ctsn-moderate-imr trami-registry"
    " deform-dapagliflozin effort-ertugliflozin prime-arni-fmr castleberry-2014-imr echo-quantification-thresholds"
    " guideline-esc-2021-hf guideline-esc-2026-hf guideline-esc-eacts-2021-vhd guideline-esc-eacts-2025-vhd clasp-iid"
).split()


@pytest.fixture(scope="session")
def chosen() -> list[str]:
    return CHOSEN


@pytest.fixture(scope="session")
def some_base(tmp_path_factory):
    """A base of a part of the starter library, shared by the tests that only read."""
    return _make_base(tmp_path_factory.mktemp("quiz-base"), CHOSEN)


@pytest.fixture
def small_base(tmp_path):
    """A base of four records and an invented report, for tests that change it."""
    report = tmp_path / "report.txt"
    report.write_text(REPORT, encoding="utf-8")
    names = ["coapt-2yr", "mitra-fr-2yr", "guideline-esc-eacts-2025-vhd", "matterhorn"]
    return _make_base(tmp_path / "base", names, extra=[report])


REPORT = """Annular cinching in an invented cohort

Results

The mean age of the 84 patients was 67.2 years. Procedural success was reached in 91.7% of the patients. Residual
regurgitation of more than mild degree remained in 14.3% of the treated patients at discharge. Re-admission for heart
failure occurred in 22.6% of the patients within one year. Thirty-day mortality of the whole cohort of patients was
3.6% in this report. Atrial fibrillation was present in 38.1% of the patients at baseline.
"""


@pytest.fixture(scope="session")
def make_base():
    return _make_base


def _make_base(folder, names, extra=()):
    import ingest
    from domain.settings import Settings
    from kb import open_base
    from kb.library import FOLDER

    base = open_base(folder, Settings(base=folder), create=True)
    paths = [*(FOLDER / "records" / f"{name}.yaml" for name in names), *extra]
    reports = base.add(ingest.read(paths, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    assert all(report.status == "added" for report in reports), reports
    return base


@pytest.fixture(scope="session")
def report_text() -> str:
    return REPORT

"""The answer as text: whose words, what was read, and never a quotation mark around our own wording."""

import pytest

from domain import prose
from domain.answer import REASONS, Abstention, Answer, RunInfo
from domain.claim import Citation, Claim
from domain.document import KINDS, Document, Page
from domain.hit import Hit
from domain.notice import Notice
from domain.passage import slice_passage
from domain.reference import KIND_WORDS

RUN = RunInfo(engine="extractive", base_fingerprint="b", settings_fingerprint="s", version="0")
TEXT = "Operative mortality was 2.3% in 44 patients. More follows here."


def document(origin: str, record: str | None = None) -> Document:
    return Document(
        doc_id="d",
        origin=origin,
        title="A series",
        kind="case-series",
        text=TEXT,
        year=2000,
        first_author="Bishay ES",
        doi="10.1/x",
        record=record,
        pages=(Page(number=1, label="217", start=0, end=len(TEXT)),),
    )


def answer(of: Document) -> Answer:
    passage = slice_passage(of, 0, len(TEXT), section=("Results",))
    cited = Citation(n=1, document=of, passage=passage, start=0, end=44)
    claim = Claim(text=cited.quote, citations=(1,), support="supported", score=1.0)
    notice = Notice(kind="single-report", text="One series only.", citations=(1,))
    return Answer(question="What mortality?", claims=(claim,), citations=(cited,), notices=(notice,), run=RUN)


def test_a_documents_sentence_is_quoted():
    text = prose.answer(answer(document("document")), lambda _: None)
    assert "“Operative mortality was 2.3% in 44 patients.”" in text
    assert "[1] A series. Bishay ES, 2000. Case series." in text
    assert "Results, page 1 (printed 217)" in text and "https://doi.org/10.1/x" in text
    assert "One series only. [1]" in text and prose.NOT_ADVICE in text


def test_a_records_sentence_is_ours():
    text = prose.answer(answer(document("record", "bishay-2000")), lambda _: None)
    assert "“" not in text and '"' not in text
    assert "Chordae's wording: Operative mortality was 2.3%" in text


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(reason):
    of = document("document")
    hit = Hit(passage=slice_passage(of, 0, 44), document=of, score=1.0, rank=1)
    text = prose.answer(
        Abstention(question="q", reason=reason, missing="a centre", run=RUN, nearest=(hit,)), lambda _: None
    )
    assert prose.REASON_WORDS[reason] in text and "Missing: a centre." in text and "Operative mortality" in text


def test_every_kind_has_words():
    assert set(KIND_WORDS) == set(KINDS)


def test_lines_are_short():
    of = document("document")
    text = prose.answer(answer(of), lambda _: None)
    assert max(map(len, text.splitlines())) <= prose.WIDTH

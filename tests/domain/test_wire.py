"""The JSON of the terminal contract: fields, nulls, and enums in lower case."""

import json

import pytest

from domain import wire
from domain.answer import Abstention, Answer, RunInfo
from domain.claim import Citation, Claim, Verdict
from domain.document import Abbreviation, Document, Page, ReferenceMark, Section
from domain.evidence import EvidenceRecord, Outcome, Source
from domain.hit import Hit
from domain.notice import Notice
from domain.passage import slice_passage
from domain.quiz import QuizItem
from domain.reading import AddReport

TEXT = "Death at two years: 29.1% vs 46.1%. Another sentence."
RUN = RunInfo(
    engine="extractive", base_fingerprint="b", settings_fingerprint="s", version="0.1.0", timings_ms={"total": 12.34567}
)


@pytest.fixture
def record() -> EvidenceRecord:
    return EvidenceRecord(
        record_id="trial",
        title="A trial",
        kind="rct",
        topics=("teer",),
        outcomes=(Outcome(measure="All-cause death", value="29.1% vs 46.1%", src=("A",), confidence="primary"),),
        key_points=(),
        caveats=(),
        sources=(
            Source(ref="A", what="abstract", level="abstract", url="https://example.org/a"),
            Source(ref="B", what="summary", level="society-summary", url=None),
        ),
    )


@pytest.fixture
def citation() -> Citation:
    document = Document(
        doc_id="d",
        origin="record",
        title="A trial",
        kind="rct",
        text=TEXT,
        record="trial",
        year=2018,
        first_author="Stone GW",
        pages=(Page(number=1, label="ii", start=0, end=20), Page(number=2, label="1", start=20, end=len(TEXT))),
        sections=(Section(path=("Results", "Death"), start=0, end=len(TEXT)),),
        references=(ReferenceMark(at=35, numbers=(2,)),),
        abbreviations=(Abbreviation(short="MR", long="mitral regurgitation", start=3),),
    )
    passage = slice_passage(document, 0, 35, section=("Results", "Death"), confidence="primary", fact="outcomes.0")
    return Citation(n=1, document=document, passage=passage, start=20, end=35)


def test_an_answer(citation, record):
    claim = Claim(text=citation.quote, citations=(1,), support="supported", score=0.98765432)
    notice = Notice(kind="conflict", text="Sources differ.", citations=(1,))
    said = Answer(question="q?", claims=(claim,), citations=(citation,), notices=(notice,), run=RUN, rests_on="1 trial")
    value = wire.answer(said, question_id=7, record={"trial": record}.get)
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert value["id"] == 7 and value["status"] == "answered" and value["reason"] is None and value["missing"] is None
    assert value["answer"] == "29.1% vs 46.1%. [1]"
    assert value["claims"] == [
        {"text": "29.1% vs 46.1%.", "citations": [1], "support": "supported", "score": 0.987654, "reasons": []}
    ]
    assert value["notices"] == [{"kind": "conflict", "text": "Sources differ.", "citations": [1]}]
    assert value["engine"] == "extractive" and value["nearest"] == []
    assert value["timings_ms"] == {"embed": 0.0, "search": 0.0, "compose": 0.0, "verify": 0.0, "total": 12.346}
    (cited,) = value["citations"]
    assert TEXT[cited["start"] : cited["end"]] == cited["quote"]
    assert cited["page"] == 2 and cited["page_label"] == "1" and cited["section"] == "Results › Death"
    assert cited["origin"] == "record" and cited["record"] == "trial" and cited["confidence"] == "primary"
    assert cited["journal"] is None and cited["doi"] is None
    assert cited["read"] == [{"what": "abstract", "level": "abstract", "url": "https://example.org/a"}]


def test_an_abstention(citation):
    hit = Hit(passage=citation.passage, document=citation.document, score=0.123456789, rank=1, legs=("dense",))
    unsaid = Abstention(
        question="q?", reason="figure-not-found", missing="a figure", slot="centre", run=RUN, nearest=(hit,)
    )
    value = wire.answer(unsaid)
    assert value["id"] is None and value["status"] == "abstained" and value["answer"] == ""
    assert value["reason"] == "figure-not-found" and value["missing"] == "a figure" and value["slot"] == "centre"
    assert value["claims"] == value["citations"] == value["notices"] == []
    (near,) = value["nearest"]
    assert near["rank"] == 1 and near["score"] == 0.123457 and near["page"] == 1 and near["text"] == TEXT[:35]


def test_an_answer_and_an_abstention_have_the_same_fields(citation):
    claim = Claim(text="x", citations=(1,), support="supported", score=1.0)
    said = Answer(question="q?", claims=(claim,), citations=(citation,), run=RUN)
    unsaid = Abstention(question="q?", reason="off-topic", run=RUN)
    assert wire.answer(said).keys() == wire.answer(unsaid).keys()


def test_a_document_whole(citation):
    value = wire.document(citation.document, [citation.passage], path="/p", warnings=["page 3 has no text"])
    assert value["text"] == TEXT and value["sections"][0]["heading"] == "Results › Death"
    assert [page["number"] for page in value["pages"]] == [1, 2]
    for span in [*value["sections"], *value["pages"], *value["passages"]]:
        assert 0 <= span["start"] < span["end"] <= len(TEXT)
    assert value["references"] == [{"at": 35, "numbers": [2]}] and value["path"] == "/p"


def test_a_failed_file_keeps_its_name():
    value = wire.added(AddReport(path="/a.pdf", status="failed", error="/a.pdf: encrypted"))
    assert value["status"] == "failed" and value["error"] == "/a.pdf: encrypted" and value["doc_id"] is None


def test_a_verdict():
    value = wire.verdict(Verdict(support="contradicted", score=0.1, reasons=("not so",)), claim_id="c1")
    assert value == {"id": "c1", "verdict": "contradicted", "score": 0.1, "reasons": ["not so"]}


def test_a_quiz_item(citation):
    item = QuizItem(
        kind="mcq",
        stem="s",
        options=("a", "b"),
        answer=1,
        rationale="r",
        citations=(citation,),
        distractor_notes=("n", ""),
    )
    value = wire.quiz_item(item)
    assert value["options"][value["answer"]] == "b" and value["citations"][0]["quote"] == citation.quote
    assert value["item_id"] == item.item_id

"""What the page draws: every word of a document escaped, whose words they are, and the quote marked where it stands."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answer import Abstention, Answer, RunInfo
from domain.claim import Citation, Claim
from domain.document import Document, ReferenceMark
from domain.evidence import EvidenceRecord, Fact, Source
from domain.hit import Hit
from domain.notice import Notice
from domain.passage import slice_passage
from pages.parts import markup

RUN = RunInfo(engine="extractive", base_fingerprint="b", settings_fingerprint="s", version="0")
OURS = {"div", "p", "span", "a", "mark", "sup", "details", "summary", "ul", "li", "br"}


class Reader(HTMLParser):
    """Collects the tags, the attributes and the text of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.marked, self.inside = set(), [], "", "", 0

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.inside += tag == "mark"

    def handle_endtag(self, tag):
        self.inside -= tag == "mark"

    def handle_data(self, data):
        self.text += data
        self.marked += data if self.inside else ""


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def nobody(_):
    return None


def test_a_hostile_source_stays_text(hostile_citation):
    page = read(markup.source(hostile_citation, nobody))
    assert page.tags <= OURS
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "<img src=x onerror=alert(1)>" in page.text and "<script>alert('x')</script>" in page.text


def test_a_hostile_answer_stays_text(hostile_citation, hostile_claim):
    said = Answer(
        question="<q>",
        claims=(hostile_claim,),
        citations=(hostile_citation,),
        run=RUN,
        rests_on="<h1>",
        notices=(Notice(kind="conflict", text="<table>", citations=(1,)),),
    )
    page = read(markup.answer(said) + markup.notices(said.notices) + markup.removed([hostile_claim]))
    assert page.tags <= OURS
    assert "<table>" in page.text and "<h1>" in page.text


def test_a_hostile_abstention_stays_text(hostile_citation):
    hit = Hit(passage=hostile_citation.passage, document=hostile_citation.document, score=1.0, rank=1)
    unsaid = Abstention(question="q", reason="not-covered", missing="<form>", run=RUN, nearest=(hit,))
    page = read(markup.abstention(unsaid) + markup.near(hit))
    assert page.tags <= OURS and "<form>" in page.text and not page.marked


@pytest.mark.parametrize("folded", [True, False])
def test_the_quote_is_marked_and_nothing_else(hostile_citation, folded):
    page = read(markup.source(hostile_citation, nobody, folded=folded))
    assert page.marked == hostile_citation.quote and page.tags <= OURS and ("id", "source-1") in page.attributes


def test_reference_marks_come_back_as_superscripts(hostile_citation):
    html = markup.source(hostile_citation, nobody)
    assert "more.<sup>3,4</sup>" in html


@given(st.text(min_size=1, max_size=60), st.data())
def test_every_mark_keeps_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    at = data.draw(st.lists(st.integers(1, len(text)), max_size=3, unique=True).map(sorted))
    document = Document(
        doc_id="d",
        origin="document",
        title="t",
        kind="other",
        text=text,
        references=tuple(ReferenceMark(at=place, numbers=(1,)) for place in at),
    )
    html = markup.passage(document, slice_passage(document, 0, len(text)), start, end)
    page = read(html.replace("<sup>1</sup>", "").replace("\r", "&#13;").replace("\x00", "&#0;"))
    assert page.tags <= {"p", "mark", "details", "summary"}
    assert html.count("<sup>") == len(at)
    if "\x00" not in text and "\r" not in text:
        assert page.marked == text[start:end] and page.text == text


def test_a_long_passage_is_folded_around_its_quote():
    text = " ".join(f"word{number}" for number in range(400))
    document = Document(doc_id="d", origin="document", title="t", kind="other", text=text)
    start, end = text.index("word200"), text.index("word210")
    html = markup.passage(document, slice_passage(document, 0, len(text)), start, end)
    page = read(html)
    assert html.count("<details") == 2 and page.marked == text[start:end]
    unfolded = page.text.replace("The passage up to here", "").replace("The rest of the passage", "")
    assert unfolded == text


def test_only_a_documents_own_sentence_stands_in_quotation_marks(hostile_document):
    quoted = Citation(
        n=1,
        document=hostile_document,
        passage=slice_passage(hostile_document, 0, 26),
        start=0,
        end=26,
    )
    claim = Claim(text=quoted.quote, citations=(1,), support="supported", score=1.0)
    own = Answer(question="q", claims=(claim,), citations=(quoted,), run=RUN)
    assert "“" in markup.answer(own)

    record = Document(doc_id="r", origin="record", title="t", kind="rct", text="Death occurred in 29.1%.", record="x")
    worded = Citation(
        n=1, document=record, passage=slice_passage(record, 0, 24, confidence="secondary"), start=0, end=24
    )
    claim = Claim(text=worded.quote, citations=(1,), support="supported", score=1.0)
    ours = Answer(question="q", claims=(claim,), citations=(worded,), run=RUN)
    assert "“" not in markup.answer(ours) + markup.source(worded, nobody)
    assert "Chordae’s wording" in markup.source(worded, nobody)


def test_a_records_card_says_what_was_read():
    text = "Death occurred in 29.1%."
    document = Document(doc_id="r", origin="record", title="t", kind="rct", text=text, record="x")
    passage = slice_passage(document, 0, len(text), confidence="secondary", fact="key_points.0")
    record = EvidenceRecord(
        record_id="x",
        title="t",
        kind="rct",
        topics=(),
        outcomes=(),
        key_points=(Fact(fact=text, src=("B",), confidence="secondary"),),
        caveats=(),
        sources=(
            Source(ref="A", what="abstract", level="abstract", url="https://example.org/a"),
            Source(ref="B", what="a digest", level="secondary", url="javascript:alert(1)"),
        ),
    )
    html = markup.source(Citation(n=1, document=document, passage=passage, start=0, end=len(text)), lambda _: record)
    assert "a digest" in html and "abstract" not in html.replace("abstract itself", "")
    assert "secondary source" in html and "href" not in html


@pytest.mark.parametrize("text", ["*a* _b_ `c`", "[x](y)", "# title", "$x$ ~s~ :red[z]", "<b>", "a | b"])
def test_a_label_shows_its_signs(text):
    escaped = markup.plain(text)
    assert escaped.replace("\\", "") == text
    assert all(f"\\{sign}" in escaped for sign in text if sign in "*_`[#$~<|:")

"""The base in one process: what is added is found, what is removed is gone, filters fail closed."""

import pytest

from domain.document import Abbreviation
from domain.errors import BaseBusy, BaseMissing, CallError, EmptyFile, ModelMismatch, UnknownDocument
from domain.evidence import EvidenceRecord, Fact, Outcome, Source, Superseded
from domain.reading import ReadResult
from domain.settings import Settings
from kb import open_base
from kb.lock import writing

DEVICE = "The annuloplasty device was implanted in the coronary sinus of 30 patients with mitral regurgitation. "
DRUG = "Sacubitril and valsartan lowered the regurgitant volume in patients with heart failure. "
GARDEN = "Tulips and daffodils flower in the garden when spring arrives. "


def test_what_is_added_is_found_with_its_document(base, result):
    reports = base.add([result("/a.txt", DEVICE * 3, title="Device"), result("/b.txt", GARDEN * 3, title="Garden")])
    assert [report.status for report in reports] == ["added", "added"]
    for mode in ("hybrid", "rrf", "lexical", "dense"):
        hits = base.search("Which device was implanted?", k=3, mode=mode)
        assert hits[0].document.title == "Device"
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert all(hit.document.text[hit.passage.start : hit.passage.end] == hit.passage.text for hit in hits)
    assert base.passages(reports[0].doc_id) == result("/a.txt", DEVICE * 3, title="Device").passages
    assert base.warnings_of(reports[0].doc_id) == ("Page 2 had no text.",)
    assert base.original(reports[0].doc_id).read_bytes() == result("/a.txt", DEVICE * 3).data


def test_a_document_comes_back_as_it_went_in(base, result):
    given = result(
        "/a.txt",
        DEVICE,
        kind="rct",
        year=2019,
        topics=("device", "CRT"),
        doi="10.1/x",
        abbreviations=(Abbreviation(short="MR", long="mitral regurgitation", start=3),),
    )
    base.add([given])
    assert base.document(given.document.doc_id) == given.document
    assert base.documents() == [given.document]


def test_same_bytes_are_unchanged_and_another_content_at_the_path_replaces(base, result):
    first = base.add([result("/a.txt", DEVICE)])[0]
    assert base.add([result("/a.txt", DEVICE)])[0].status == "unchanged"
    assert base.add([result("/elsewhere.txt", DEVICE)])[0].status == "unchanged"
    second = base.add([result("/a.txt", DRUG)])[0]
    assert second.status == "replaced"
    assert {document.doc_id for document in base.documents()} == {first.doc_id, second.doc_id}, "/elsewhere.txt has it"
    third = base.add([result("/elsewhere.txt", GARDEN)])[0]
    assert third.status == "replaced"
    assert {document.doc_id for document in base.documents()} == {second.doc_id, third.doc_id}
    assert not any(DEVICE in hit.passage.text for hit in base.search("annuloplasty device"))
    assert base.verify() == []


def test_one_call_that_holds_a_path_twice_keeps_the_last(base, result):
    reports = base.add([result("/a.txt", DEVICE), result("/b.txt", DEVICE), result("/a.txt", DRUG)])
    assert [report.status for report in reports] == ["added", "unchanged", "replaced"]
    assert sorted(base.path_of(document.doc_id) for document in base.documents()) == ["/a.txt", "/b.txt"]


def test_failed_files_are_named_and_the_rest_is_added(base, result):
    broken = ReadResult(path="/broken.txt", error=EmptyFile("/broken.txt", "it holds no text", "Export it again."))
    reports = base.add([result("/a.txt", DEVICE), broken, result("/b.txt", DRUG)])
    assert [report.status for report in reports] == ["added", "failed", "added"]
    assert "/broken.txt: it holds no text" in reports[1].error


def test_reports_come_in_order_and_as_they_become_true(base, result):
    seen = []
    base.add([result(f"/{n}.txt", f"{DEVICE} {n}") for n in range(4)], seen.append)
    assert [report.path for report in seen] == [f"/{n}.txt" for n in range(4)]


def test_removed_is_gone(base, result):
    base.add([result("/a.txt", DEVICE), result("/b.txt", DRUG)])
    gone = base.remove("/a.txt")
    assert not base.search("annuloplasty device", mode="lexical")
    assert all(hit.document.doc_id != gone.doc_id for hit in base.search("annuloplasty device"))
    with pytest.raises(UnknownDocument, match=gone.doc_id):
        base.document(gone.doc_id)
    assert base.verify() == []
    assert list((base.path / "files").iterdir()) == [base.original(base.documents()[0].doc_id)]


def test_filters_fail_closed(base, result):
    base.add(
        [
            result("/a.txt", DEVICE, kind="rct", year=2018, topics=("Device",)),
            result("/b.txt", DEVICE + DRUG, kind="case-report", topics=("drug",)),
        ]
    )
    for mode in ("hybrid", "rrf", "lexical", "dense"):
        found = [hit.document.kind for hit in base.search("device", kinds=["rct"], mode=mode)]
        assert found and set(found) == {"rct"}
        assert base.search("device", kinds=["guideline"], mode=mode) == []
        assert base.search("device", since=2019, mode=mode) == []
        assert {hit.document.kind for hit in base.search("device", since=2018, mode=mode)} == {"rct"}
        assert {hit.document.kind for hit in base.search("device", topics=["device"], mode=mode)} == {"rct"}
        assert base.search("device", topics=["surgery"], mode=mode) == []
        assert base.search("device", kinds=["rct"], topics=["drug"], mode=mode) == []


def test_wrong_calls_are_named(base):
    with pytest.raises(CallError, match="blog"):
        base.search("x", kinds=["blog"])
    with pytest.raises(CallError, match="magic"):
        base.search("x", mode="magic")
    with pytest.raises(CallError, match="0"):
        base.search("x", k=0)


def test_an_empty_base_and_an_empty_question_find_nothing(base, result):
    assert base.search("device") == []
    base.add([result("/a.txt", DEVICE)])
    assert base.search("   ") == []
    assert base.search("?!", mode="lexical") == []


def test_a_record_comes_back_and_its_later_edition_replaces_it(base, result):
    def record(value):
        return EvidenceRecord(
            record_id="trial-1",
            title="Trial",
            kind="rct",
            topics=("device",),
            outcomes=(
                Outcome(
                    measure="death",
                    value=value,
                    src=("s1",),
                    confidence="primary",
                    superseded_by=Superseded(record="trial-2", recommendation_id=None),
                ),
            ),
            key_points=(Fact(fact="A fact", src=("s1",), confidence="secondary"),),
            caveats=(),
            sources=(Source(ref="s1", what="abstract", level="abstract", url=None),),
            arms={"device": 302, "control": "312"},
            baseline={"LVEF": "31%"},
        )

    def read(path, value):
        read = result(path, f"{DEVICE} {value}", origin="record", record="trial-1")
        return ReadResult(
            path=path, document=read.document, passages=read.passages, record=record(value), data=read.data
        )

    base.add([read("/one/trial.yaml", "29.1%")])
    assert base.record("trial-1") == record("29.1%")
    assert base.document("trial-1").record == "trial-1"
    assert base.add([read("/two/trial.yaml", "30.0%")])[0].status == "replaced"
    assert base.records() == [record("30.0%")]
    assert len(base.documents()) == 1
    assert base.record("trial-9") is None


def test_one_writer_at_a_time(base, result):
    with writing(base.path), pytest.raises(BaseBusy, match="being written"):
        base.add([result("/a.txt", DEVICE)])
    assert base.add([result("/a.txt", DEVICE)])[0].status == "added"


def test_no_base_and_another_model_are_refused_with_the_cure(base, tmp_path):
    with pytest.raises(BaseMissing, match="chordae ingest"):
        open_base(tmp_path / "nowhere", Settings())
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(ModelMismatch, match="chordae kb rebuild"):
        open_base(base.path, Settings(embedding_model="ncbi/MedCPT-Query-Encoder"))


def test_other_weights_of_the_same_name_are_refused(base, result, reopen):
    base.add([result("/a.txt", DEVICE)])
    base._catalogue.set_meta(weights="0" * 64)
    with pytest.raises(ModelMismatch, match="rebuild"):
        reopen().search("device")
    again = reopen()
    again.rebuild()
    assert again.search("device") and again.verify() == []


def test_the_fingerprint_follows_the_content_and_not_the_order(base, result, tmp_path):
    other = open_base(tmp_path / "other", Settings(), create=True)
    base.add([result("/a.txt", DEVICE), result("/b.txt", DRUG)])
    other.add([result("/b.txt", DRUG)])
    assert other.fingerprint != base.fingerprint
    other.add([result("/a.txt", DEVICE)])
    assert other.fingerprint == base.fingerprint
    other.close()


def test_what_was_removed_leaves_no_trace_in_the_scores(base, result, tmp_path):
    fresh = open_base(tmp_path / "fresh", Settings(), create=True)
    kept = [result("/a.txt", DEVICE * 2), result("/b.txt", DRUG * 2)]
    fresh.add(kept)
    base.add([kept[0], result("/c.txt", f"{DEVICE} {GARDEN}"), kept[1]])
    base.remove("/c.txt")
    for mode in ("hybrid", "lexical", "dense"):
        got, want = (
            [(hit.passage.passage_id, hit.score) for hit in one.search("device for patients", mode=mode)]
            for one in (base, fresh)
        )
        assert got == want
    fresh.close()


def test_shelves_keep_values_in_order(base):
    base.save("answers", "one", {"text": "≤ 35%"}, doc_ids=["d1", "d2", "d1"])
    base.save("answers", "two", [1, None], doc_ids=[])
    assert base.load("answers", "one") == {"text": "≤ 35%"}
    assert base.saved("answers") == ["one", "two"]
    assert base.rests_on("answers", "one") == ("d1", "d2")
    base.save("answers", "one", "later", doc_ids=["d3"])
    assert (base.load("answers", "one"), base.rests_on("answers", "one")) == ("later", ("d3",))
    base.forget("answers", "one")
    assert base.load("answers", "one") is None and base.saved("answers") == ["two"]
    assert base.load("quizzes", "two") is None

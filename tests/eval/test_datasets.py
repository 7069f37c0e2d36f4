"""Every form is read, and what is wrong is named with file and line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DatasetError
from eval.datasets import beir, json_lines, labelled_claims, questions

GOOD = {"id": "q1", "question": "What?", "answerable": True, "expected": [["0.53", "35.8"]], "records": ["r"]}


def test_questions_are_read(write_lines):
    one, two = questions(write_lines(GOOD, {"id": 2, "question": "Why?", "answerable": False, "why": "ignored"}))
    assert (one.expected, one.records, one.topic) == ((("0.53", "35.8"),), ("r",), None)
    assert (two.id, two.answerable, two.expected) == ("2", False, ())


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ({"question": "?"}, "'id'"),
        ({"id": "x"}, "'question' is absent"),
        ({"id": "x", "question": 3}, "'question' is 3"),
        ({"id": "x", "question": "?", "expected": ["0.5"]}, "list of facts"),
        ({"id": "x", "question": "?", "expected": [[]]}, "list of facts"),
        ({"id": "x", "question": "?", "answerable": "yes"}, "'answerable'"),
    ],
)
def test_a_bad_line_is_named(write_lines, line, why):
    path = write_lines(GOOD, line)
    with pytest.raises(DatasetError, match=why) as caught:
        questions(path)
    assert f"{path}, line 2" in str(caught.value)


def test_an_id_twice_an_empty_file_and_no_file_are_named(write_lines, tmp_path):
    with pytest.raises(DatasetError, match="'q1' occurs twice"):
        questions(write_lines(GOOD, GOOD))
    with pytest.raises(DatasetError, match="no line"):
        questions(write_lines(""))
    with pytest.raises(DatasetError, match="cannot be read"):
        questions(tmp_path / "absent.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}\n')
    with pytest.raises(DatasetError, match="UTF-8"):
        questions(tmp_path / "latin.jsonl")


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    assert len(questions(path)) == 1


def test_labelled_claims(write_lines):
    (claim,) = labelled_claims(write_lines({"id": "c", "claim": "A", "evidence_text": "B", "label": "Supported"}))
    assert claim.label == "supported"
    with pytest.raises(DatasetError, match=r"line 1.*'maybe'"):
        labelled_claims(write_lines({"id": "c", "claim": "A", "evidence_text": "B", "label": "maybe"}))


def test_pubmedqa(tmp_path):
    item = {"QUESTION": "Q?", "CONTEXTS": ["one", "two"], "LONG_ANSWER": "L", "final_decision": "yes"}
    path = tmp_path / "ori_pqal.json"
    path.write_text(json.dumps({"22": item, "11": {**item, "CONTEXTS": ["other"], "LONG_ANSWER": "M"}}))
    claims = {claim.id: claim for claim in labelled_claims(path)}
    assert (claims["22"].evidence, claims["22"].label) == ("one\ntwo", "supported")
    assert (claims["22-other"].evidence, claims["22-other"].label) == ("other", "not_enough_info")
    path.write_text(json.dumps({"22": {"QUESTION": "Q?"}}))
    with pytest.raises(DatasetError, match="22 lacks"):
        labelled_claims(path)


def test_scifact(write_lines):
    write_lines({"doc_id": 7, "abstract": ["First. ", "Second.", "Third."]}, name="corpus.jsonl")
    evidence = {"7": [{"sentences": [2, 0], "label": "CONTRADICT"}]}
    path = write_lines(
        {"id": 1, "claim": "A", "evidence": evidence, "cited_doc_ids": [7]},
        {"id": 2, "claim": "B", "evidence": {}, "cited_doc_ids": [7]},
        name="claims_dev.jsonl",
    )
    one, two = labelled_claims(path)
    assert (one.id, one.evidence, one.label) == ("1-7", "First. Third.", "contradicted")
    assert (two.evidence, two.label) == ("First. Second. Third.", "not_enough_info")
    bad = {"id": 3, "claim": "C", "evidence": {"9": [{"sentences": [0], "label": "SUPPORT"}]}, "cited_doc_ids": [9]}
    with pytest.raises(DatasetError, match="line 1: evidence 9"):
        labelled_claims(write_lines(bad, name="claims_dev.jsonl"))


@pytest.fixture
def beir_folder(write_lines, tmp_path):
    write_lines({"_id": "d1", "title": "T", "text": "x", "more": 1}, {"_id": "d2", "text": "y"}, name="corpus.jsonl")
    write_lines({"_id": "1", "text": "q one"}, {"_id": "2", "text": "q two"}, name="queries.jsonl")
    (tmp_path / "qrels").mkdir()
    return tmp_path


def test_beir(beir_folder):
    qrels = beir_folder / "qrels" / "test.tsv"
    qrels.write_text("query-id\tcorpus-id\tscore\n1\td1\t2\n1\td2\t0\n2\td2\t0\n9\td1\t1\n")
    found = beir(beir_folder)
    assert found.queries == {"1": "q one"} and found.qrels == {"1": {"d1": 2, "d2": 0}}
    assert found.titles == {"d1": "T", "d2": ""}
    (beir_folder / "qrels.tsv").write_text("1\td1\t1\n")  # the nearer file wins, and needs no head
    assert beir(beir_folder).qrels == {"1": {"d1": 1}}


@pytest.mark.parametrize(
    ("text", "why"), [("1\td9\t1\n", "'d9' is not in"), ("1\td1\n1\td1\tx\n", "line 2"), ("7\td1\t1\n", "no query")]
)
def test_bad_judgements_are_named(beir_folder, text, why):
    (beir_folder / "qrels.tsv").write_text(text)
    with pytest.raises(DatasetError, match=why):
        beir(beir_folder)


@given(st.binary(max_size=60))
def test_no_bytes_bring_a_foreign_exception(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("f") / "x.jsonl"
    path.write_bytes(data)
    try:
        list(json_lines(path))
    except DatasetError:
        pass

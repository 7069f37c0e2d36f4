"""The judge of quiz items: a good item is clean, and each way of worsening it is seen in its own measure."""

import json

import pytest

from domain.errors import DatasetError
from domain.settings import Settings
from eval.quiz import DEFINITIONS, quiz, read_items

QUOTE = "In COAPT (2018), all-cause death at 24 months occurred in 29.1% with MitraClip vs 46.1% with GDMT alone."
GOOD = {
    "item_id": "a1",
    "kind": "mcq",
    "stem": "COAPT randomised 614 patients with secondary MR to MitraClip or GDMT alone. What was the rate of all-cause"
    " death with MitraClip at 24 months?",
    "options": ["29.1%", "34.9%", "46.1%", "57.3%"],
    "answer": 0,
    "rationale": "It was 29.1% [1].",
    "distractor_notes": ["", "MITRA-FR", "the control arm", "five years"],
    "difficulty": "medium",
    "bloom": "remember",
    "topic": "teer",
    "template": "arm-figure",
    "proofs": ["In COAPT (2018), the rate of all-cause death with MitraClip at 24 months was 29.1%."],
    "citations": [{"n": 1, "quote": QUOTE, "title": "COAPT"}],
}
OTHER = GOOD | {
    "item_id": "b2",
    "stem": "REDUCE FMR was run in 120 patients with functional MR. Which limitation tempers its conclusion?",
    "options": [
        "It had no control group",
        "Its data were old",
        "Treatment was open label",
        "It was not powered for events",
    ],
    "answer": 3,
    "bloom": "analyse",
    "topic": "carillon",
    "template": "limitation",
    "proofs": ["REDUCE FMR (2019): Proof-of-concept size; not powered for clinical outcomes."],
    "citations": [
        {"quote": "REDUCE FMR (2019): Proof-of-concept size; not powered for clinical outcomes.", "title": "R"}
    ],
}


@pytest.fixture
def judged(tmp_path):
    def made(*items, name="set.json"):
        path = tmp_path / name
        path.write_text(json.dumps({"items": list(items), "rejected": []}), encoding="utf-8")
        return quiz(path, Settings())

    return made


def value(report, name):
    return report.measure(name).value


def test_a_clean_set(judged):
    told = []
    report = judged(GOOD, OTHER)
    assert value(report, "key support") == value(report, "clean items") == value(report, "distractor safety") == 1
    assert value(report, "rule flaws per item") == value(report, "duplicates") == 0
    assert value(report, "more than recall") == value(report, "largest template") == 0.5
    assert value(report, "topics") == value(report, "sources") == 2
    assert report.measure("key support").interval is not None
    assert [row["id"] for row in report.rows] == ["a1", "b2"] and not told
    assert {m.name for m in report.measures} == set(DEFINITIONS)
    assert all("0-1" in m.definition for m in report.measures if m.unit == "share")


@pytest.mark.parametrize(
    ("measure", "change"),
    [
        (
            "key support",
            {"proofs": ["In COAPT (2018), the rate of all-cause death with MitraClip at 24 months was 92.1%."]},
        ),
        (
            "key support",
            {"citations": [{"quote": "The annulus measured 4.7 cm before treatment in this one patient."}]},
        ),
        (
            "distractor safety",
            {"citations": [*GOOD["citations"], {"quote": QUOTE.replace("29.1", "34.9"), "title": "C"}]},
        ),
        ("no rule broken", {"stem": GOOD["stem"].replace("What was", "What was NOT")}),
        ("no rule broken", {"options": ["29.1%", "46.1%", "34.9%", "None of the above"]}),
        ("clean items", {"answer": 7}),
        ("clean items", {"options": ["29.1%", "29.1%", "46.1%", "57.3%"]}),
        ("clean items", {"citations": []}),
        ("clean items", {"kind": "essay"}),
    ],
)
def test_a_worsened_item_scores_worse(judged, measure, change):
    assert value(judged(GOOD | change, OTHER), measure) < value(judged(GOOD, OTHER), measure)


def test_a_twin_is_seen(judged):
    report = judged(GOOD, GOOD | {"item_id": "a2", "options": ["29.1%", "33%", "40%", "60%"]})
    assert value(report, "duplicates") == 0.5 and report.rows[1]["twin"] == "a1"


def test_an_item_without_proofs_is_judged_by_question_and_key(judged):
    bare = {name: part for name, part in GOOD.items() if name not in {"proofs", "template", "bloom", "topic", "kind"}}
    assert value(judged(bare), "key support") == 1
    assert value(judged(bare | {"answer": 2}), "key support") == 0


def test_a_crash_counts(judged):
    report = judged(GOOD, {"error": "timeout"})
    assert value(report, "key support") == 0.5 and report.rows[1]["error"] == "timeout"


def test_lines_of_items_and_a_single_one(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(OTHER) + "\n", encoding="utf-8")
    assert [one["item_id"] for one in read_items(path)] == ["a1", "b2"]
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    assert len(read_items(path)) == 1


@pytest.mark.parametrize("text", ['{"items": []}', "[]", "", "no json"])
def test_a_file_without_items_says_so(tmp_path, text):
    path = tmp_path / "set.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"set\.json"):
        read_items(path)

"""The one door: every judge by its name, the right number of paths, and what each of them needs."""

from pathlib import Path

import pytest

from domain.errors import CallError
from domain.settings import Settings
from eval.door import JUDGES, Call, judge

CONTRACT = set("retrieval answers claims grounding quiz abstention mutations reading bench compare gate".split())


def test_every_judge_of_the_contract_is_there():
    assert set(JUDGES) >= CONTRACT
    assert all(name == found.name and found.summary.endswith(".") for name, found in JUDGES.items())


def test_a_judge_that_is_none_is_named_beside_those_there_are():
    with pytest.raises(CallError, match=r"eval luck: no such evaluation.*answers.*gate"):
        judge("luck", Call(settings=Settings()))


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_another_number_of_paths_is_refused_before_anything_runs(name):
    paths = (Path("nowhere"),) * (len(JUDGES[name].takes) + 1)
    with pytest.raises(CallError, match=f"eval {name} takes"):
        judge(name, Call(settings=Settings(), paths=paths))


@pytest.mark.parametrize("name", [name for name, found in JUDGES.items() if found.needs_base])
def test_a_judge_that_asks_a_base_says_so_where_there_is_none(name, write_lines):
    path = write_lines({"id": "q", "question": "What?"})
    paths = (path,) * len(JUDGES[name].takes)
    with pytest.raises(CallError, match="--kb"):
        judge(name, Call(settings=Settings(), paths=paths))


def test_the_judge_gets_what_the_face_handed_over(library_base, write_lines):
    told = []
    path = write_lines(*({"id": n, "question": "What was all-cause death at two years in COAPT?"} for n in range(3)))
    opened = []

    def open_base():
        opened.append(True)
        return library_base

    call = Call(
        settings=Settings(), paths=(path,), open_base=open_base, progress=lambda done, of: told.append((done, of))
    )
    report = judge("answers", call)
    assert report.command == "answers" and len(report.rows) == 3
    assert told == [(1, 3), (2, 3), (3, 3)] and opened


def test_labels_are_joined_to_any_report_with_verdicts(write_lines, tmp_path):
    answer = {"question": "?", "claims": [{"text": "The rate was 12%.", "citations": [1]}]}
    right = {"id": "a", "citations": [{"n": 1, "text": "The rate was 12%."}], **answer}
    wrong = {"id": "b", "citations": [{"n": 1, "text": "The rate was 31%."}], **answer}
    labels = tmp_path / "labels.csv"
    labels.write_text("id,label\na#1,supported\nb#1,contradicted\n", encoding="utf-8")
    call = Call(settings=Settings(), paths=(write_lines(right, wrong),), labels=labels)
    report = judge("grounding", call)
    assert report.measure("kappa, judge and people").n == 2

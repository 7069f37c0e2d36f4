"""People's labels beside the judge's."""

import pytest

from domain.errors import DatasetError
from eval.labels import read_labels, with_labels
from eval.report import Report, Table

CLAIMS = Table(
    name="Every claim",
    columns=("id", "claim", "verdict"),
    rows=tuple((f"q{n}#1", f"claim {n}", "supported" if n % 2 else "unsupported") for n in range(8)),
)
REPORT = Report(command="grounding", title="t", measures=(), run={}, tables=(CLAIMS,))


def csv(tmp_path, *lines):
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def labels(rater, wrong=()):
    return [f"q{n}#1,{'Supported' if (n % 2 == 1) != (n in wrong) else 'unsupported'},{rater}" for n in range(8)]


def test_perfect_agreement_and_one_dispute(tmp_path):
    path = csv(tmp_path, "id,label,rater", *labels("ann"), *labels("bob", wrong={3}))
    found = with_labels(REPORT, path)
    assert found.measure("kappa, judge and ann").value == 1
    assert found.measure("kappa, judge and bob").value == pytest.approx(0.75)  # 7/8 agreed, chance 1/2
    assert found.measure("kappa, ann and bob").n == 8
    assert found.tables[-1].rows == (("q3#1", "bob", "unsupported", "supported"),)


def test_one_column_of_labels_is_enough(tmp_path):
    found = with_labels(REPORT, csv(tmp_path, "id,label", "q0#1,supported", "q1#1,unsupported", "q2#1,unsupported"))
    assert found.measure("kappa, judge and people").n == 3


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("name,label", "a,b"), "columns id and label"),
        (("id,label", "q1#1,"), "line 2"),
        (("id,label", "q1#1,x", "q1#1,y"), "line 3.*twice"),
        (("id,label",), "no label"),
        (("id,label", "other,x"), "no id of people is in the report"),
        (("id,label", "q1#1,supported", "q3#1,supported"), "kappa cannot be computed"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, lines, why):
    with pytest.raises(DatasetError, match=why):
        with_labels(REPORT, csv(tmp_path, *lines))


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"none\.csv"):
        read_labels(tmp_path / "none.csv")

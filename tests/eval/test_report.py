"""One form for every report: it comes back as it was written, and its page loads nothing."""

import json
import re
from html.parser import HTMLParser

import pytest

from domain.errors import DatasetError
from eval.bootstrap import Interval
from eval.report import Measurement, Plot, Report, Table, measured, read_report, show_number, write_report


def test_it_is_read_back_as_it_was(make_report, tmp_path):
    report = make_report([1.0, 0.5, 0.0])
    paths = write_report(report, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["report.json", "report.md", "report.html"]
    assert read_report(tmp_path / "new" / "folder") == report
    assert read_report(paths[0]) == report


def test_what_the_contract_fixes_wins_over_the_general_form(make_report, tmp_path):
    from dataclasses import replace

    report = replace(make_report([1.0]), extra={"queries": 7, "measures": {"hybrid": {"nDCG@10": 0.5}}})
    assert report.to_json()["measures"] == {"hybrid": {"nDCG@10": 0.5}}
    write_report(report, tmp_path)
    assert read_report(tmp_path) == report


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_an_error(value):
    with pytest.raises(DatasetError, match="recall cannot be computed"):
        Measurement(name="recall", value=value, n=1, definition="x")


class Parser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.loads, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [
            v for k, v in attrs if k in {"src", "href", "xlink:href", "srcset", "action"} and not v.startswith("#")
        ]

    def handle_data(self, data):
        self.text += data


def test_the_page_loads_nothing_and_brings_no_markup_of_documents(make_report, tmp_path):
    write_report(make_report([1.0, 0.0]), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    parser = Parser()
    parser.feed(page)
    assert parser.loads == []
    assert "script" not in parser.tags and "link" not in parser.tags and "svg" in parser.tags
    assert "<script>alert(1)</script>" in parser.text
    hosts = set(re.findall(r"https?://([\w.-]+)", page))
    assert hosts <= {"www.w3.org"}  # names of XML name spaces, which nothing fetches
    assert "url(http" not in page and "@import" not in page


def test_the_same_report_gives_the_same_bytes(make_report, tmp_path):
    report = make_report([1.0, 0.0, 0.5])
    first = [path.read_bytes() for path in write_report(report, tmp_path / "a")]
    second = [path.read_bytes() for path in write_report(report, tmp_path / "b")]
    assert first == second


def test_markdown_tables_keep_their_columns(make_report, tmp_path):
    write_report(make_report([1.0]), tmp_path)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    tables = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    assert "Shown." in text and "What ran" in text


@pytest.mark.parametrize("kind", ["bars", "line", "steps", "points"])
def test_every_kind_of_picture_is_drawn(kind):
    from eval.charts import svg

    rows = tuple({"x": n / 4, "y": n * n / 16, "c": c, "l": 0.1, "h": 0.9} for n in range(5) for c in ("A", "B"))
    plot = Plot(
        name="p", caption="", kind=kind, rows=rows, x="x", y="y", x_title="x axis", y_title="y axis", colour="c",
        low="l", high="h", diagonal=kind != "bars",
    )  # fmt: skip
    drawn = svg(plot)
    assert drawn.startswith("<svg") and "x axis" in drawn + "x axis" * (kind == "bars") and "y axis" in drawn


def test_the_definition_is_the_docstring():
    def share(x):
        """Share of x: 0 to 1.

        Source: here.
        """

    assert measured(share, "share", 0.5, n=2).definition == "Share of x: 0 to 1. Source: here."


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.1234, "share", "12.3%"), (1234.5, "ms", "1,234.5 ms"), (3.0, "count", "3"), (0.51234, "points", "0.512")],
)
def test_numbers_are_shown_with_their_unit(value, unit, text):
    assert show_number(value, unit) == text


def test_the_interval_stands_in_brackets():
    found = Measurement(name="m", value=0.5, n=2, definition="", interval=Interval(low=0.25, high=0.75))
    assert found.shown == "50.0% [25.0% to 75.0%]"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not a report"),
        ("[]", "not a report"),
        ('{"measures": {}}', "not a report"),
        ('{"command": "answers", "results": [], "form": 99}', "form 99"),
        ('{"command": "answers", "results": [{}], "form": 1}', "damaged"),
    ],
)
def test_what_is_no_report_is_named(tmp_path, text, why):
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(DatasetError, match=why) as caught:
        read_report(tmp_path)
    assert str(path) in str(caught.value)


def test_an_absent_report_is_named(tmp_path):
    with pytest.raises(DatasetError, match="--report"):
        read_report(tmp_path)


def test_a_table_is_as_wide_as_its_head():
    with pytest.raises(ValueError, match="2 cells"):
        Table(name="t", columns=("a", "b"), rows=(("only one",),))


def test_json_has_no_nan(make_report):
    json.dumps(make_report([1.0]).to_json(), allow_nan=False)


def test_asking_for_a_measure_that_is_not_there_lists_the_others(make_report):
    with pytest.raises(DatasetError, match="latency p50"):
        make_report([1.0]).measure("nothing")


def test_rows_may_be_empty(tmp_path):
    report = Report(command="x", title="Nothing", measures=(), run={})
    write_report(report, tmp_path)
    assert read_report(tmp_path) == report

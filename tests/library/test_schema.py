"""A record that breaks the schema is refused with file, field and cure; nothing else can come out of the reader."""

import copy

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import EmptyFile, InvalidRecord, ReadError, TooLarge
from ingest.record import read_record, read_record_file, render
from kb.library import record_paths

GOOD = {
    "id": "invented-2030",
    "title": "INVENTED: a trial made up for tests",
    "kind": "rct",
    "topics": ["teer"],
    "citation": {"first_author": "Nobody A", "journal": None, "year": 2030, "doi": "10.1/x", "pmid": "123"},
    "population": {"n": 40, "arms": {"a": 20, "b": 20}, "criteria": ["LVEF 20-50%"], "baseline": {"age": "70 y"}},
    "intervention": "a clip",
    "comparator": "none",
    "follow_up": "12 months",
    "outcomes": [
        {
            "measure": "All-cause death",
            "value": "10% vs 20%",
            "comparison": "a vs b",
            "effect": "HR 0.50",
            "ci_95": "0.30-0.80",
            "p": "0.004",
            "timepoint": "12 mo",
            "src": ["A"],
            "confidence": "primary",
        }
    ],
    "key_points": [{"fact": "It was small", "src": ["A"], "confidence": "secondary"}],
    "caveats": [{"fact": "A hidden thing", "src": [], "confidence": "unverified"}],
    "sources": [{"ref": "A", "what": "abstract", "level": "abstract", "url": "https://example.org/"}],
    "held_back": ["the name of the clip"],
}


def as_yaml(tree: object) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()


def changed(path: str, value: object) -> bytes:
    tree = copy.deepcopy(GOOD)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    node = tree
    for step in way:
        node = node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return as_yaml(tree)


def test_a_good_record_is_read_and_told():
    record, document, passages = read_record_file("invented.yaml", as_yaml(GOOD), "d1")
    assert (record.record_id, record.n, record.arms) == ("invented-2030", 40, {"a": 20, "b": 20})
    assert [p.fact for p in passages if p.fact != "digest"] == [
        "population",
        "population.criteria.0",
        "population.baseline",
        "outcomes.0",
        "key_points.0",
    ]
    (result,) = [p.text for p in passages if p.fact == "outcomes.0"]
    assert result == (
        "In INVENTED (2030), all-cause death at 12 months occurred in 10% (a) vs 20% (b)"
        " (HR 0.50, 95% CI 0.30-0.80, p=0.004)."
    )
    assert "hidden" not in document.text and "name of the clip" not in document.text


@pytest.mark.parametrize(
    ("path", "value", "field", "cure"),
    [
        ("id", ..., "id", "docs/library.md"),
        ("id", "Not An Id", "id", "Rename"),
        ("title", ..., "title", "Add it"),
        ("title", None, "title", "Fill it in"),
        ("kind", "trial", "kind", "rct"),
        ("outcome", [], "outcome", "outcomes"),
        ("citation/year", 3030, "citation.year", "null"),
        ("citation/year", "two thousand", "citation.year", "digits"),
        ("citation/doi", "https://doi.org/10.1/x", "citation.doi", "10."),
        ("citation/pmid", "PMID 1", "citation.pmid", "number"),
        ("population/n", "about 40", "population.n", "digits"),
        ("population", [], "population", "name: value"),
        ("topics", "teer", "topics", "dash"),
        ("sources", [], "outcomes[0].src", "source"),
        ("sources/0/url", "example.org", "sources[0].url", "in full"),
        ("sources/0/level", ..., "sources[0].level", "Add it"),
        ("outcomes/0/confidence", "certain", "outcomes[0].confidence", "primary"),
        ("outcomes/0/src", ["Z"], "outcomes[0].src", "ref"),
        ("outcomes/0/src", [], "outcomes[0].src", "unverified"),
        ("outcomes/0/ci_95", "0.80-0.30", "outcomes[0].ci_95", "0.40-0.70"),
        ("outcomes/0/ci_95", "narrow", "outcomes[0].ci_95", "0.40-0.70"),
        ("outcomes/0/ci_95", "0.3.0-0.8", "outcomes[0].ci_95", "0.40-0.70"),
        ("outcomes/0/effekt", "HR 0.5", "outcomes[0].effekt", "effect"),
        ("outcomes/0/wording", "it was {vlaue}", "outcomes[0].wording", "{value}"),
        ("outcomes/0/wording", "it was {value", "outcomes[0].wording", "{value}"),
        ("outcomes/0/class_cor", "I", "outcomes[0].class_cor", "Remove"),
        ("outcomes/0/measure", "recommendation", "outcomes[0].class_cor", "Fill it in"),
        ("outcomes/0/value", {"a": 1}, "outcomes[0].value", "quotes"),
        ("key_points/0/fact", "", "key_points[0].fact", "Fill it in"),
        ("key_points", {"fact": "x"}, "key_points", "dash"),
        ("key_points/0", "just words", "key_points[0]", "name: value"),
    ],
)
def test_a_broken_record_names_file_field_and_cure(path, value, field, cure):
    with pytest.raises(InvalidRecord) as caught:
        read_record("dir/invented.yaml", changed(path, value))
    message = str(caught.value)
    assert message.startswith("dir/invented.yaml: ")
    assert field in message and cure in message


def test_an_outcome_needs_a_value_or_an_effect():
    tree = copy.deepcopy(GOOD)
    del tree["outcomes"][0]["value"], tree["outcomes"][0]["effect"]
    with pytest.raises(InvalidRecord, match=r"outcomes\[0\]: it has neither"):
        read_record("x.yaml", as_yaml(tree))


def test_figures_keep_their_spelling_without_quotes():
    text = as_yaml(GOOD).replace(b"'0.004'", b"0.0040").replace(b"10% vs 20%", b"1.50")
    record = read_record("x.yaml", text)
    assert (record.outcomes[0].p, record.outcomes[0].value) == ("0.0040", "1.50")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 200_000, "nested"),
        (b"id: x\nid: y\n", "twice"),
        (b"a: &a [1]\nid: *a\n", "alias"),
        (b"id: a\n---\nid: b\n", "several"),
        (b"? [a]\n: b\n", "field name"),
        (b"id: [a\n", "YAML"),
        (b"\xff\xfeid: x", "UTF-8"),
        (b"- just\n- a list\n", "not an evidence record"),
    ],
)
def test_what_is_not_a_record_is_refused_with_its_reason(data, why):
    with pytest.raises(InvalidRecord, match=why):
        read_record("x.yaml", data)


def test_empty_and_giant_files_have_their_own_errors():
    with pytest.raises(EmptyFile):
        read_record("x.yaml", b" \n")
    with pytest.raises(TooLarge):
        read_record("x.yaml", b"#" * 1_000_001)


def test_a_record_without_a_shown_fact_is_refused():
    tree = copy.deepcopy(GOOD)
    tree["outcomes"], tree["key_points"] = [], []
    with pytest.raises(InvalidRecord, match="every fact is unverified"):
        render(read_record("x.yaml", as_yaml(tree)), "d1", "x.yaml")


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 73), at=st.integers(0, 20_000), length=st.integers(0, 40), put=st.binary(max_size=12))
def test_a_damaged_library_file_gives_a_record_or_a_read_error(place, at, length, put):
    data = record_paths()[place].read_bytes()
    at %= len(data)
    try:
        _, document, passages = read_record_file("x.yaml", data[:at] + put + data[at + length :], "d1")
    except ReadError as error:
        assert str(error).startswith("x.yaml")
    else:
        assert all(document.text[p.start : p.end] == p.text for p in passages)


words = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)


@settings(max_examples=120, deadline=None)
@given(
    value=words, comparison=words, population=words, timepoint=words, note=words, fact=words, short=words, arms=words
)
def test_any_words_are_told_in_slices(value, comparison, population, timepoint, note, fact, short, arms):
    tree = copy.deepcopy(GOOD)
    tree["short"] = short
    tree["population"]["arms"] = {arms: "7"}
    tree["outcomes"][0] |= {
        "value": value,
        "comparison": comparison,
        "population": population,
        "timepoint": timepoint,
        "note": note,
    }
    tree["key_points"][0]["fact"] = fact
    try:
        _, document, passages = read_record_file("x.yaml", as_yaml(tree), "d1")
    except InvalidRecord:
        return
    assert all(document.text[p.start : p.end] == p.text and p.text.strip() == p.text for p in passages)


def test_arms_called_device_and_control_are_told_as_the_treatments():
    tree = copy.deepcopy(GOOD)
    tree["comparator"] = "drugs alone (open label)"
    tree["outcomes"][0] |= {"comparison": "device vs control"}
    again = copy.deepcopy(tree["outcomes"][0]) | {"value": None, "measure": "HF hospitalisation"}
    tree["outcomes"].append(again)
    _, _, passages = read_record_file("x.yaml", as_yaml(tree), "d1")
    told = {p.fact: p.text for p in passages}
    assert "occurred in 10% with a clip vs 20% with drugs alone (HR 0.50" in told["outcomes.0"]
    assert told["outcomes.1"] == (
        "In INVENTED (2030), the effect on HF hospitalisation at 12 months was HR 0.50"
        " (95% CI 0.30-0.80, p=0.004) with a clip vs drugs alone."
    )


def test_a_title_that_is_a_sentence_is_not_used_as_a_name():
    tree = copy.deepcopy(GOOD)
    tree["title"] = "What becomes of patients whose valve was clipped and then never looked at again"
    _, _, passages = read_record_file("x.yaml", as_yaml(tree), "d1")
    assert passages[0].text.startswith("The Nobody randomised trial (2030)")


def test_a_record_that_cannot_be_told_does_not_end_the_reading(tmp_path):
    from ingest import read

    unready = copy.deepcopy(GOOD)
    unready["outcomes"][0] |= {"wording": "{stats}", "effect": None, "ci_95": None, "p": None}
    endless = copy.deepcopy(GOOD)
    endless["population"]["n"] = "9" * 5000
    for name, record in (("a-unready", unready), ("b-endless", endless), ("c-good", GOOD)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(record | {"id": name}), encoding="utf-8")
    first, second, third = read([tmp_path], lambda texts: [len(text.split()) for text in texts], max_tokens=256)
    assert first.error is not None and second.error is not None and "whole number" in str(second.error)
    assert third.document is not None

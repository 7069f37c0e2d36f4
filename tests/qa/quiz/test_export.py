"""Each form of a quiz set, read back with somebody else's reader."""

import csv
import dataclasses
import html
import io
import json
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pypdf
import pytest
from lxml import etree

from domain.errors import CallError, ExportError
from domain.quiz import QuizSet
from qa.quiz.export import FORMS, export

SCHEMAS = Path(__file__).parent / "schemas"
QTI = {"q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}


def schema(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMAS / name))


def texts(markup: str) -> str:
    return html.unescape(markup.replace("<br>", "\n"))


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_same_set_gives_the_same_bytes(quiz_set, form):
    if form == "anki":  # SQLite writes the time of writing into its pages; the notes are compared below
        return
    assert export(quiz_set, form) == export(quiz_set, form)


def test_an_unknown_form_and_an_empty_set_say_so(quiz_set):
    with pytest.raises(CallError, match=r"docx.*md"):
        export(quiz_set, "docx")
    with pytest.raises(ExportError, match="no items"):
        export(QuizSet(topic="x", items=()), "gift")
    assert json.loads(export(QuizSet(topic="x", items=()), "json"))["items"] == []


def test_json_is_the_contract(quiz_set, tricky):
    value = json.loads(export(quiz_set, "json"))
    first = value["items"][0]
    assert first["stem"] == f"In patients with {tricky}, which is it?"
    assert first["options"][first["answer"]] == f"first {tricky}"
    assert {"item_id", "kind", "rationale", "distractor_notes", "difficulty", "bloom", "citations"} <= set(first)
    assert first["citations"][0]["quote"] == "EROA fell by 0.05 cm² in patients."
    assert value["items"][2]["answer"] == "0.05 ~ *" and value["items"][2]["options"] == []


def test_moodle_xml_against_its_schema_and_back(quiz_set, tricky):
    root = etree.fromstring(export(quiz_set, "moodle-xml"))
    schema("moodle.rng").assertValid(root)
    questions = root.findall("question")[1:]
    assert [one.get("type") for one in questions] == ["multichoice", "truefalse", "shortanswer", "shortanswer"]
    first = questions[0]
    assert texts(first.findtext("questiontext/text")) == quiz_set.items[0].stem
    answers = first.findall("answer")
    assert [texts(one.findtext("text")) for one in answers] == list(quiz_set.items[0].options)
    assert [one.get("fraction") for one in answers] == ["100", "0", "0", "0"]
    assert tricky in texts(answers[1].findtext("feedback/text"))
    assert tricky in texts(first.findtext("generalfeedback/text"))
    assert [one.findtext("text") for one in questions[1].findall("answer")] == ["true", "false"]
    assert questions[2].findtext("answer/text") == r"0.05 ~ \*"  # a star is a wildcard in a short answer
    assert {one.findtext("idnumber") for one in questions} == {item.item_id for item in quiz_set.items}


def test_the_moodle_schema_can_fail(quiz_set):
    broken = export(quiz_set, "moodle-xml").replace(b'type="multichoice"', b'type="multichoise"')
    assert not schema("moodle.rng").validate(etree.fromstring(broken))


def test_qti_package_against_its_schemas_and_back(quiz_set, tricky):
    package = zipfile.ZipFile(io.BytesIO(export(quiz_set, "qti")))
    manifest = etree.fromstring(package.read("imsmanifest.xml"))
    schema("qti-package.rng").assertValid(manifest)
    test = etree.fromstring(package.read("assessment.xml"))
    schema("qti-package.rng").assertValid(test)
    listed = [one.get("href") for one in manifest.iter("{*}resource")]
    assert sorted(listed) == sorted(set(package.namelist()) - {"imsmanifest.xml"})
    assert [one.get("href") for one in test.iter("{*}assessmentItemRef")] == listed[1:]
    for item, href in zip(quiz_set.items, listed[1:], strict=True):
        root = etree.fromstring(package.read(href))
        schema("qti-item.rng").assertValid(root)
        right = root.findtext("q:responseDeclaration/q:correctResponse/q:value", namespaces=QTI)
        if item.options:
            choices = {one.get("identifier"): one.text for one in root.iter("{*}simpleChoice")}
            assert tuple(choices.values()) == item.options and choices[right] == item.options[item.answer]
            assert root.findtext(".//q:prompt", namespaces=QTI) == item.stem
        else:
            assert right == item.answer
            before, _, after = item.stem.partition("_____")
            paragraph = root.find(".//q:itemBody/q:p", namespaces=QTI)
            assert "".join(paragraph.itertext()).strip() == (before + after).strip()
    first = etree.fromstring(package.read(listed[1]))
    assert tricky in "".join(first.xpath("//q:modalFeedback[@identifier='choice-1']//text()", namespaces=QTI))


def test_the_qti_schema_can_fail(quiz_set):
    package = zipfile.ZipFile(io.BytesIO(export(quiz_set, "qti")))
    name = next(one for one in package.namelist() if one.startswith("items/"))
    broken = package.read(name).replace(b'cardinality="single"', b'cardinality="one"')
    assert not schema("qti-item.rng").validate(etree.fromstring(broken))


def test_csv_as_a_spreadsheet_reads_it(quiz_set, tricky):
    rows = list(csv.DictReader(io.StringIO(export(quiz_set, "csv").decode("utf-8-sig"))))
    assert len(rows) == len(quiz_set.items)
    assert rows[0]["stem"] == quiz_set.items[0].stem and rows[0]["answer"] == "A"
    assert rows[0]["option_a"] == f"first {tricky}" and rows[0]["option_e"] == ""
    assert rows[0]["option_c"] == "'=third: {x} ~ #"  # never a formula
    assert rows[2]["answer_text"] == "0.05 ~ *" and rows[2]["answer"] == ""
    assert "Chordae's wording: Said of a record" in rows[3]["sources"] and "“Said" not in rows[3]["sources"]


def test_markdown_read_by_a_commonmark_parser(quiz_set, tricky):
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    tokens = parser.MarkdownIt("commonmark").parse(export(quiz_set, "md").decode())
    shown = ["".join(child.content for child in token.children) for token in tokens if token.type == "inline"]
    assert any(tricky in line for line in shown)
    assert any(line == f"A. first {tricky}" for line in shown)
    assert not any(token.type == "html_block" for token in tokens)


def test_the_sheet_read_by_pypdf(quiz_set):
    reader = pypdf.PdfReader(io.BytesIO(export(quiz_set, "pdf")))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    key = next(at for at, text in enumerate(pages) if text.startswith("Key: "))
    questions, answers = " ".join(pages[:key]), " ".join(pages[key:])
    for part in ("≤ 40", "cm²", "µg", "äöüß", "→", "{d}", "<", "&", "„j“"):
        assert part in questions and part in answers, part
    assert "Why: a" in answers and "Why: a" not in questions  # the key is on pages of its own
    assert "Größen & Maße" in pages[0]


def test_the_deck_imports_into_anki_and_importing_again_updates(quiz_set, tricky, tmp_path):
    collection = pytest.importorskip("anki.collection", reason="the package anki is not installed")
    path = tmp_path / "deck.apkg"
    path.write_bytes(export(quiz_set, "anki", title="Größen"))
    col = collection.Collection(str(tmp_path / "collection.anki2"))
    options = collection.ImportAnkiPackageOptions(update_notes=0)  # "if newer", Anki's own default

    def take():
        col.import_anki_package(collection.ImportAnkiPackageRequest(package_path=str(path), options=options))
        found = [col.get_note(one) for one in col.find_notes("")]
        assert len(found) == len(quiz_set.items)
        return found

    try:
        take()
        time.sleep(1.1)  # Anki compares whole seconds
        corrected = dataclasses.replace(quiz_set.items[3], rationale="Corrected.", stem="What is it now, in patients?")
        later = dataclasses.replace(quiz_set, items=(*quiz_set.items[:3], corrected))
        path.write_bytes(export(later, "anki", title="Größen"))
        notes = take()
        assert any("Corrected." in note["Rationale"] for note in notes)
        assert not any("What is a ~" in html.unescape(note["Question"]) for note in notes)
        first = next(note for note in notes if note["Item"] == quiz_set.items[0].item_id)
        assert html.unescape(first["Question"]) == quiz_set.items[0].stem
        card = col.get_card(col.find_cards(f"nid:{first.id}")[0])
        assert tricky in html.unescape(card.answer()) and tricky in html.unescape(card.question())
        assert col.decks.by_name("Größen") is not None
    finally:
        col.close()


@pytest.fixture(scope="session")
def gift_parser(tmp_path_factory) -> Path:
    """A folder where node finds gift-pegjs; skips, saying why, where node or the registry is not there."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("reading GIFT back needs node and npm")
    folder = tmp_path_factory.mktemp("gift")
    (folder / "package.json").write_text('{"name": "reader", "private": true, "type": "module"}')
    call = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "gift-pegjs@1"]
    try:
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm could not fetch gift-pegjs within a minute")
    if done.returncode != 0:
        pytest.skip(f"npm could not fetch gift-pegjs: {done.stderr.strip()[-200:]}")
    (folder / "read.js").write_text(
        'import { parse } from "gift-pegjs"; import { readFileSync } from "fs";'
        'process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[2], "utf8"))));'
    )
    return folder


def test_gift_read_by_gift_pegjs(quiz_set, tricky, gift_parser, tmp_path):
    path = tmp_path / "set.gift"
    path.write_bytes(export(quiz_set, "gift"))
    done = subprocess.run(
        ["node", "read.js", str(path)], cwd=gift_parser, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    questions = [one for one in json.loads(done.stdout) if one["type"] != "Category"]
    assert [one["type"] for one in questions] == ["MC", "TF", "Short", "Short"]
    first = questions[0]
    assert first["stem"]["text"] == quiz_set.items[0].stem
    assert [one["text"]["text"] for one in first["choices"]] == list(quiz_set.items[0].options)
    assert [one["isCorrect"] for one in first["choices"]] == [True, False, False, False]
    assert tricky in first["choices"][1]["feedback"]["text"] and tricky in first["globalFeedback"]["text"]
    assert questions[1]["isTrue"] is False
    assert questions[2]["choices"][0]["text"]["text"] == "0.05 ~ *"
    assert questions[3]["stem"]["text"] == quiz_set.items[3].stem

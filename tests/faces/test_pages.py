"""The pages, run without a browser: asking, abstaining, history, the library, evidence, and friendly failures."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "What operative mortality was reported in the 44 patients?"
PATIENCE = 60


@pytest.fixture
def page(monkeypatch):
    """Open the app on a base: `page(folder, "pages/library.py")` gives the page after its first run."""
    from streamlit.testing.v1 import AppTest

    def opened(folder: Path, path: str | None = None):
        monkeypatch.setenv("CHORDAE_KB", str(folder))
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        if path is not None:
            at.session_state["target"] = path
        return at.run()

    return opened


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory):
    """A base with three records of the starter library."""
    from domain.settings import Settings
    from ingest import read
    from kb import open_base
    from kb.library import record_paths

    wanted = {"coapt-2yr.yaml", "mitra-fr-2yr.yaml", "guideline-esc-eacts-2025-vhd.yaml"}
    folder = tmp_path_factory.mktemp("library-base")
    base = open_base(folder, Settings(base=folder), create=True)
    base.add(
        read(
            [path for path in record_paths() if path.name in wanted],
            base.embedder.count_tokens,
            max_tokens=base.embedder.max_tokens,
        )
    )
    base.close()
    return folder


def ask(at, question: str):
    at.text_input(key="question").set_value(question)
    button = next(button for button in at.button if button.label == "Ask")
    button.click().run()
    for _ in range(PATIENCE):  # a slow machine answers in the background
        if "ask-job" not in at.session_state:
            return at
        at.session_state["ask-job"].result()
        at.run()
    raise AssertionError("no answer came")


def words(at) -> str:
    """All the markup that the page drew itself, without the styles."""
    return " ".join(element.proto.body for element in at.main.get("html") if "<style>" not in element.proto.body)


def test_a_question_is_answered_with_its_source(page, base_folder):
    at = ask(page(base_folder), QUESTION)
    assert not at.exception and not at.error
    drawn = words(at)
    assert "2.3%" in drawn and "<mark>" in drawn and "ch-abstention" not in drawn
    assert "Ring annuloplasty in a small series" in drawn and "The source’s own words" in drawn
    assert at.query_params["q"] == QUESTION
    assert any(button.label == "Keep with references" for button in at.get("download_button"))


def test_an_abstention_looks_different(page, base_folder):
    at = ask(page(base_folder), "What was the operative mortality at the Mayo Clinic?")
    assert not at.exception and not at.error
    drawn = words(at)
    assert "ch-abstention" in drawn and "No answer from this base" in drawn and "<mark>" not in drawn


def test_the_cited_page_of_a_pdf_is_shown(page, pdf_folder):
    at = ask(page(pdf_folder), "What was the regurgitant volume at one year after the strings?")
    assert not at.exception
    assert "Page 2, with the quote marked" in [expander.label for expander in at.expander]
    assert len(at.image) >= 1


def test_the_visit_has_a_history(page, base_folder):
    at = ask(page(base_folder), QUESTION)
    at = ask(at, "How do I treat pneumonia?")
    assert "ch-abstention" in words(at)
    earlier = [button for button in at.sidebar.button if "operative" in button.label]
    assert len(earlier) == 1 and len(at.sidebar.button) == 2
    earlier[0].click().run()
    assert "2.3%" in words(at)


def test_a_reload_asks_again(page, base_folder, monkeypatch):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("CHORDAE_KB", str(base_folder))
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    at.query_params["q"] = QUESTION
    at.run()
    if "ask-job" in at.session_state:
        at.session_state["ask-job"].result()
        at.run()
    assert "2.3%" in words(at)


def test_an_empty_base_is_said_so(page, tmp_path):
    at = page(tmp_path / "empty")
    assert not at.exception and any("holds nothing yet" in info.value for info in at.info)


def test_a_folder_that_is_no_base_is_a_sentence(page, tmp_path):
    (tmp_path / "catalogue.db").write_bytes(b"this is no database, it only has its name" * 100)
    at = page(tmp_path)
    assert not at.exception and len(at.error) == 1 and len(at.error[0].value) > 20


def test_example_questions_are_those_the_base_can_answer(page, library_folder, base_folder):
    assert "What was all-cause death at two years in COAPT?" in [button.label for button in page(library_folder).button]
    assert not [button for button in page(base_folder).main.button if "COAPT" in button.label]


def test_an_example_is_asked_by_a_click(page, library_folder):
    at = page(library_folder)
    next(button for button in at.button if button.label.startswith("What was all-cause death")).click().run()
    if "ask-job" in at.session_state:
        at.session_state["ask-job"].result()
        at.run()
    drawn = words(at)
    assert "Chordae’s wording of a published fact" in drawn and "“" not in drawn.split("ch-source")[0]


def test_the_library_lists_and_removes(page, papers, tmp_path, chordae):
    chordae("ingest", papers, "--kb", tmp_path / "kb")
    at = page(tmp_path / "kb", "pages/library.py")
    assert not at.exception and len(at.dataframe[0].value) == 2
    at.text_input(key="library-find").set_value("annuloplasty").run()
    assert list(at.dataframe[0].value["Title"]) == ["Ring annuloplasty in a small series"]


def test_an_upload_has_a_result_per_file(page, tmp_path):
    at = page(tmp_path / "kb", "pages/library.py")
    good = (
        "note.md",
        b"# A note\n\nThe ring was implanted in 12 patients with mitral regurgitation.\n",
        "text/markdown",
    )
    bad = ("scan.pdf", b"%PDF-1.7 nothing", "application/pdf")
    at.file_uploader[0].set_value([good, bad]).run()
    next(button for button in at.button if button.label == "Read these files").click().run()
    if "library-job" in at.session_state:
        at.session_state["library-job"].result()
    at.run()
    assert not at.exception
    assert [message.value.split("**")[1] for message in at.success] == ["note.md"]
    assert any("scan.pdf" in message.value for message in at.error)
    assert not any("/" in message.value for message in [*at.success, *at.error]), "no folder of ours is shown"


def test_held_back_facts_are_counted(page, library_folder):
    from kb.library import record_paths

    at = page(library_folder, "pages/library.py")
    assert record_paths() and any("have no source that was seen" in block.value for block in at.markdown)


def test_evidence_side_by_side(page, library_folder):
    at = page(library_folder, "pages/evidence.py")
    assert not at.exception and not at.error
    assert at.selectbox[0].value == "All-cause death"
    table = at.dataframe[0].value
    assert {"COAPT (2018)", "MITRA-FR (2019)"} <= set(table["Study"])
    assert any("No pooled estimate" in caption.value for caption in at.caption)
    assert "HR 0.62" in set(table["Effect"])


def test_evidence_of_a_base_without_records(page, base_folder):
    at = page(base_folder, "pages/evidence.py")
    assert not at.exception and "no evidence records" in at.info[0].value


def test_evaluation_before_the_first_run(page, base_folder):
    at = page(base_folder, "pages/evaluation.py")
    assert not at.exception and "No run is kept" in at.info[0].value


def test_evaluation_shows_the_latest_run_its_worst_questions_and_two_runs_compared(page, base_folder, tmp_path):
    import json
    import shutil

    from domain.settings import Settings
    from eval.door import Call, judge
    from eval.history import keep
    from kb import open_base

    folder = tmp_path / "kb"
    shutil.copytree(base_folder, folder)
    file = tmp_path / "questions.jsonl"
    lines = [
        {"id": "a", "question": QUESTION, "expected": [["2.3%"]]},
        {"id": "b", "question": "What was the operative mortality at the Mayo Clinic?", "expected": [["9.9%"]]},
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    base = open_base(folder, Settings(base=folder))
    report = judge("answers", Call(settings=Settings(), paths=(file,), open_base=lambda: base))
    keep(base, report)
    keep(base, report)
    base.close()
    at = page(folder, "pages/evaluation.py")
    assert not at.exception and not at.error
    assert "50.0%" in {metric.value for metric in at.metric if metric.label == "Expected facts shown"}
    worst = next(frame.value for frame in at.dataframe if "what was said" in frame.value.columns)
    assert list(worst["id"]) == ["b"] and worst["what was said"][0].startswith("abstained, ")
    assert any("2 questions stand in both" in caption.value for caption in at.caption)
    assert any("95% of B - A" in frame.value.columns for frame in at.dataframe)


@pytest.mark.parametrize("path", ["ask", "evidence", "evaluation", "library"])
def test_every_page_carries_the_notice(page, base_folder, path):
    at = page(base_folder, f"pages/{path}.py")
    assert any("not medical advice" in caption.value for caption in at.sidebar.caption)


def test_the_forest_plot_can_be_taken_along(library_folder):
    from domain.settings import Settings
    from kb import open_base
    from pages.parts import forest_chart
    from qa.evidence import evidence_rows
    from qa.forest import forest

    rows = evidence_rows(open_base(library_folder, Settings()).records(), "All-cause death")
    points = forest(rows).by_ratio["Hazard ratio"]
    svg = forest_chart.svg(points, "Hazard ratio")
    assert svg.startswith("<svg") and "COAPT (2018)" in svg and "0.62 (0.46–0.82)" in svg
    assert forest_chart.png(points, "Hazard ratio").startswith(b"\x89PNG")
    assert len(set(forest_chart.labels(points))) == len(points), "every result has a row of its own"


def test_a_follow_up_is_completed_and_said_so(page, base_folder):
    at = ask(page(base_folder), QUESTION)
    at = ask(at, "And at the Mayo Clinic?")
    assert any(caption.value.startswith("Read as:") and "Mayo Clinic" in caption.value for caption in at.caption)
    assert "ch-abstention" in words(at)


def made(at):
    """Press Make on the Quiz page and wait for the items."""
    next(button for button in at.button if button.label == "Make").click().run()
    if "quiz-job" in at.session_state:
        at.session_state["quiz-job"].result()
        at.run()
    return at


def test_quiz_items_are_made_accepted_and_taken_along(page, library_folder):
    at = page(library_folder, "pages/quiz.py")
    assert not at.exception
    at = made(at)
    assert not at.exception and not at.error
    desk = at.session_state["quiz-desk"]
    assert desk.items and not desk.accepted.items
    assert any("Accept at least one item first" in info.value for info in at.info)
    next(button for button in at.button if button.label == "Accept").click().run()
    assert [item.item_id for item in desk.accepted.items] == [desk.items[0].item_id]
    assert any(button.label == "Download 1 items" for button in at.get("download_button"))
    drawn = words(at)
    assert "Chordae’s wording of a published fact" in drawn and "ch-item" in drawn


def test_a_quiz_set_is_kept_and_opened_again(page, library_folder):
    at = made(page(library_folder, "pages/quiz.py"))
    next(button for button in at.button if button.label == "Accept all that are open").click().run()
    at.text_input(key="quiz-name").set_value("My set").run()
    next(button for button in at.button if button.label == "Save").click().run()
    kept = [item.item_id for item in at.session_state["quiz-desk"].accepted.items]
    again = page(library_folder, "pages/quiz.py")
    again.selectbox(key="quiz-saved").set_value("My set").run()
    again.button(key="quiz-open").click().run()
    desk = again.session_state["quiz-desk"]
    assert [item.item_id for item in desk.accepted.items] == kept and kept and not desk.lost and not desk.stale


def test_trying_the_quiz_gives_a_score(page, library_folder):
    at = made(page(library_folder, "pages/quiz.py"))
    items = at.session_state["quiz-desk"].items
    for item in items:
        at.radio(key=f"try-{item.item_id}").set_value(item.answer)
    next(button for button in at.button if button.label == "Mark my answers").click().run()
    assert [metric.value for metric in at.metric if metric.label == "Score"] == [f"{len(items)} of {len(items)}"]

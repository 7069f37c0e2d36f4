"""The page in a real Chromium: asking, citing, abstaining, uploading, and a terminal that works beside it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 60_000
QUESTION = "What operative mortality was reported in the 44 patients?"
NOTE = """# Chordal cutting in a small series

## Results

Chordal cutting was done in 23 patients with functional mitral regurgitation.
At six months the tenting area had fallen from 2.9 cm2 to 1.4 cm2 after chordal cutting.
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def kb(papers, tmp_path_factory) -> Path:
    """A base of one's own with two small papers, made in the terminal."""
    folder = tmp_path_factory.mktemp("browser") / "kb"
    terminal(folder, "ingest", papers)
    return folder


@pytest.fixture(scope="module")
def address(kb, tmp_path_factory):
    """The page, served by `chordae app` on a free port."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "CHORDAE_KB": str(kb),
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_HEADLESS": "true",
    }
    log = (tmp_path_factory.mktemp("log") / "server.log").open("wb")
    server = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), "app"], env=environment, stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
                break
            except OSError:
                assert server.poll() is None, Path(log.name).read_text()
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, address):
    """A fresh visit; a request to any other host fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    outside = []
    opened.on("request", lambda request: None if is_ours(request.url, address) else outside.append(request.url))
    opened.set_default_timeout(PATIENCE)
    opened.goto(address)
    yield opened
    context.close()
    assert not outside, f"the page called {outside[:3]}"


def is_ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def terminal(kb: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments), "--kb", str(kb)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)


def ask(page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.get_by_role("heading", name=question).wait_for()
    page.locator(".ch-answer, .ch-abstention").first.wait_for()


def test_asking_and_citing(page):
    ask(page, QUESTION)
    answer = page.locator(".ch-answer")
    assert "2.3%" in answer.inner_text() and "“" in answer.inner_text()
    mark = answer.locator("a.ch-mark").first
    number = mark.inner_text()
    source = page.locator(f"#source-{number}")
    assert "2.3%" in source.locator("mark").inner_text()
    assert "Ring annuloplasty in a small series" in source.inner_text()
    mark.click()
    assert page.url.endswith(f"#source-{number}")
    assert page.locator(".ch-answer").is_visible(), "a click on a citation keeps the answer"


def test_abstaining(page):
    ask(page, "What was the operative mortality at the Mayo Clinic?")
    assert page.locator(".ch-answer").count() == 0
    assert "No answer from this base" in page.locator(".ch-abstention").inner_text()
    assert page.locator(".ch-near").count() >= 1


def test_the_answer_can_be_kept(page):
    ask(page, QUESTION)
    with page.expect_download() as download:
        page.get_by_role("button", name="Keep with references").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert QUESTION in text and "2.3%" in text and "## Sources" in text


def test_a_hostile_document_runs_nothing(page):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    ask(page, "By how much did the cinching device reduce the regurgitant volume?")
    page.wait_for_timeout(300)
    assert not dialogs and page.locator("main script, .ch-source img").count() == 0
    assert page.locator('a[href^="javascript:"]').count() == 0
    page.goto(page.url.split("?")[0] + "library")
    page.get_by_text("Choose a row").wait_for()
    assert not dialogs


def test_uploading(page, address, tmp_path):
    (tmp_path / "upload.md").write_text(
        "# Strut cutting\n\nPapillary sling repair was done in 19 patients with functional mitral regurgitation.\n"
    )
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    page.goto(f"{address}/library")
    page.locator('input[type="file"]').set_input_files([tmp_path / "upload.md", tmp_path / "broken.pdf"])
    page.get_by_role("button", name="Read these files").click()
    page.get_by_text("could not be read").wait_for()
    page.get_by_text("upload.md", exact=True).first.wait_for()
    page.goto(address)
    ask(page, "In how many patients was papillary sling repair done?")
    assert "19 patients" in page.locator(".ch-answer").inner_text()


def test_removing(page, address, kb, tmp_path):
    path = tmp_path / "gone.md"
    path.write_text(
        "# A leaflet patch\n\nA leaflet patch was sewn in 17 patients with functional mitral regurgitation.\n"
    )
    terminal(kb, "ingest", path)
    page.goto(f"{address}/library")
    page.get_by_label("Find by title").fill("leaflet patch")
    page.get_by_label("Find by title").press("Enter")
    page.wait_for_timeout(800)
    grid = page.locator('[data-testid="stDataFrame"]')
    box = grid.bounding_box()
    grid.click(position={"x": 16, "y": 52}) if box else None
    page.get_by_role("button", name="Remove …").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").wait_for(state="hidden")
    assert "leaflet patch" not in terminal(kb, "kb", "list").stdout


def test_a_terminal_beside_the_open_page(page, kb, tmp_path):
    """What a terminal adds, the page's next question finds; what it removes is never cited again."""
    question = "To what did the tenting area fall after chordal cutting?"
    ask(page, question)
    assert "1.4 cm2" not in page.locator("main, [data-testid='stMain']").first.inner_text()
    path = tmp_path / "chordal-cutting.md"
    path.write_text(NOTE)
    terminal(kb, "ingest", path)
    ask(page, question + " ")
    page.get_by_text("Chordal cutting in a small series").first.wait_for()
    assert "1.4 cm2" in page.locator(".ch-answer").inner_text()
    terminal(kb, "kb", "remove", path)
    ask(page, question)
    page.wait_for_timeout(500)
    assert "Chordal cutting in a small series" not in page.locator("[data-testid='stMain']").inner_text()


def test_the_first_address_may_be_a_pages_own(browser, address):
    """A reader who kept the address of the Evidence page finds it in its frame."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/evidence")
    page.get_by_role("heading", name="Evidence side by side").wait_for()
    assert page.get_by_text("not medical advice").count() == 1
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_out_of_the_page(browser, address, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 850}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()

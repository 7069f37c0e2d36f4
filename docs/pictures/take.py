"""Takes the README's pictures: starts the page on a fresh base of the starter library and photographs it.

Run it as `make pictures`; it needs Chromium.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUESTION = "What was all-cause death at two years in COAPT?"
WIDE = ViewportSize(width=1280, height=860)
PATIENCE = 120_000


@contextmanager
def served() -> Iterator[str]:
    """The page on a free port, with a data folder of its own."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {
            "XDG_DATA_HOME": data,
            "STREAMLIT_SERVER_PORT": str(port),
            "STREAMLIT_SERVER_HEADLESS": "true",
        }
        environment.pop("CHORDAE_KB", None)
        server = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), "app"], env=environment)
        try:
            for _ in range(150):
                try:
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait()


def visit(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> Page:
    """A visit to an address in a theme."""
    page = browser.new_context(viewport=WIDE, color_scheme=scheme).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    return page


def take(page: Page, name: str) -> None:
    """Photograph the page when it has finished drawing."""
    page.wait_for_timeout(1500)
    page.screenshot(path=HERE / f"{name}.png")


def ask(page: Page) -> Page:
    """Ask the question and wait for its answer."""
    box = page.get_by_label("Your question")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator(".ch-answer").wait_for()
    return page


def main() -> None:
    """The Ask page in both themes, and the Evidence page."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        take(ask(visit(browser, address, "light")), "ask")
        take(ask(visit(browser, address, "dark")), "ask-dark")
        page = visit(browser, f"{address}/evidence", "light")
        page.get_by_text("Studies", exact=True).wait_for()
        take(page, "evidence")
        browser.close()


main()

"""A server, a browser, and pages that fail their test on an error in the console."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.server import running_server
from tests.browser.train_page import stop_button

OpenPage = Callable[..., Page]

expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screenshot", action="store_true", help="renew the README's screenshot"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        sentence = "No Chromium or Chrome was found. Install one or set DEC_CHROMIUM to its path."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[OpenPage]:
    """Open an address of the server; at the end no console may hold an error."""
    complaints: list[str] = []
    contexts = []

    def watch(page: Page) -> None:
        def requested(request: Request) -> None:
            if not request.url.startswith((server, "data:", "blob:", "ws://127.0.0.1")):
                complaints.append(f"asked for {request.url}")

        def said(message: ConsoleMessage) -> None:
            # Streamlit looks for its server below a deep link's path first.
            is_search = "/_stcore/" in message.location.get("url", "")
            if message.type == "error" and not is_search:
                complaints.append(message.text)

        page.on("request", requested)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", said)

    def open_(
        path: str = "/", *, width: int = 1440, height: int = 900, theme: str = "light"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(server + path)
        page.get_by_role("button", name="Start").wait_for()
        return page

    yield open_
    for context in contexts:
        for page in context.pages:
            _end_run(page)
        context.close()
    assert not complaints


@pytest.fixture
def screenshot_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.config.getoption("--update-screenshot"):
        return Path(__file__).parent / "train.png"
    return tmp_path / "train.png"


def _end_run(page: Page) -> None:
    """Stop what a failed test left behind, so that the next test need not wait for it."""
    button = stop_button(page)
    if button.count() and button.is_enabled():
        button.click()
        expect(button).to_be_disabled()

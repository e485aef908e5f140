"""A server, a browser, and pages that fail their test on an error in the console."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from dec_core.config import get_preset
from dec_core.runs.execution import train_to_store
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.server import running_server
from tests.browser.train_page import start_button, stop_button

OpenPage = Callable[..., Page]
StoredRun = Callable[..., str]

# Milliseconds; a busy machine may be slow, and only a failure waits to the end.
PATIENCE = 240_000
expect.set_options(timeout=PATIENCE)

# Software rendering of the page itself is cheaper without a graphics card in between; only what
# plots draw with WebGL needs one.
_PLAIN_RENDERING = ("--disable-gpu-compositing", "--disable-gpu-rasterization")

# Ends after 60 iterations on a few samples.
SHORT_RUN = {
    "clustering.tol": 0,
    "clustering.max_iterations": 60,
    "clustering.kmeans_restarts": 2,
    "pretraining.epochs": 60,
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.003,
    "data.n_samples": 300,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
    # The longest files come first, or one of two workers would wait for the other at the end.
    longest = [f"test_{name}.py" for name in "restart live compare one_view train export".split()]
    items.sort(key=lambda item: [*longest, item.path.name].index(item.path.name))


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
        opened = playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *_PLAIN_RENDERING]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all pages, so that the browser loads and compiles what they need once."""
    shared = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    shared.set_default_timeout(PATIENCE)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server of all these tests writes."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def server(server_folder: Path) -> Iterator[str]:
    with running_server(server_folder / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def stored_run(server_folder: Path) -> StoredRun:
    """Train a run into the server's store, once for all tests that want the same one."""

    @cache
    def train(**values: object) -> str:
        named = {name.replace("__", "."): value for name, value in values.items()}
        config = get_preset("digits").config.with_values({**SHORT_RUN, **named})
        store = RunStore(server_folder / "runs")
        return train_to_store(config, store, "digits")

    return train


class Watch:
    """Collects what pages complain of in their console, and what they ask of other servers."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._complaints: list[str] = []

    def __call__(self, page: Page) -> None:
        """Look at a page from now on."""
        page.on("request", self._requested)
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on("console", self._said)

    def check(self) -> None:
        """Fail if there was anything since the last time."""
        complaints, self._complaints = self._complaints, []
        assert not complaints

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self._server, "data:", "blob:", "ws://127.0.0.1")):
            self._complaints.append(f"asked for {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # Streamlit looks for its server below a deep link's path first.
        is_search = "/_stcore/" in message.location.get("url", "")
        if message.type == "error" and not is_search:
            self._complaints.append(message.text)


@pytest.fixture(scope="session")
def watch(server: str) -> Watch:
    return Watch(server)


class Tabs:
    """Tabs that one test after another uses; only a new one compiles the page's scripts anew."""

    def __init__(self, context: BrowserContext, server: str, watch: Watch) -> None:
        self.context, self._server, self._watch = context, server, watch
        self._used: list[Page] = []
        self._idle: list[Page] = []

    def take(self) -> Page:
        """One that shows nothing of the app."""
        if self._idle:
            page = self._idle.pop()
        else:
            page = self.context.new_page()
            self._watch(page)
        self._used.append(page)
        return page

    def give_back(self, *, are_sound: bool) -> None:
        """Leave the app in every tab and forget what it knew; close those of a failed test."""
        kept = [page for page in self._used if are_sound and not page.is_closed()]
        for page in self.context.pages:
            if page in kept:
                page.mouse.move(2, 2)
                page.goto(f"{self._server}/_stcore/health")
                page.evaluate("() => sessionStorage.clear()")
            elif page not in self._idle:
                page.close()
        self._idle += kept
        self._used.clear()


@pytest.fixture(scope="session")
def tabs(context: BrowserContext, server: str, watch: Watch) -> Tabs:
    return Tabs(context, server, watch)


@pytest.fixture
def open_page(
    tabs: Tabs, server: str, server_folder: Path, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Open an address of the server; at the end no console may hold an error."""

    def open_(
        path: str = "/", *, width: int = 1440, height: int = 900, theme: str = "light"
    ) -> Page:
        page = tabs.take()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(server + path)
        if path.startswith("/compare"):
            page.get_by_role("heading", name="Compare").wait_for()
        elif path.startswith("/data"):
            page.locator("input[type=file]").wait_for(state="attached")
        elif path.startswith("/guide"):
            page.get_by_role("radiogroup", name="Lessons").wait_for()
        else:
            start_button(page).wait_for()
        return page

    failed = request.session.testsfailed
    yield open_
    tabs.give_back(are_sound=request.session.testsfailed == failed)
    end_runs(tabs.context, server, RunStore(server_folder / "runs"))
    watch.check()


@pytest.fixture
def screenshot_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.config.getoption("--update-screenshot"):
        return Path(__file__).parent / "train.png"
    return tmp_path / "train.png"


def end_runs(context: BrowserContext, server: str, store: RunStore) -> None:
    """Stop what a failed test left behind, so that the next test need not wait for it."""
    left = [r.run_id for r in store.records() if r.state in (RunState.RUNNING, RunState.QUEUED)]
    for run in left:
        page = context.new_page()
        page.goto(f"{server}/?run={run}")
        # A click by script does nothing where the run has just ended by itself.
        stop_button(page).evaluate("button => button.click()")
        expect(stop_button(page)).to_be_disabled()
        page.close()

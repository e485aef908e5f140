"""A run that a person watches outlives its server, however that ends."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.browser.conftest import PATIENCE
from tests.browser.server import running_server
from tests.browser.test_other_sites import Client
from tests.browser.train_page import (
    ENDLESS,
    banner,
    iteration,
    plot,
    run_id,
    start,
    start_button,
    stop,
    wait_for_iteration,
    wait_for_updates,
)

# Of another preset than a page without an address shows.
LINK = ENDLESS.replace("preset=digits", "preset=r-port&data.name=digits&clustering.target=paper")
LINK += "&clustering.n_clusters=7"


def open_page(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    start_button(page).wait_for()
    return page


def open_at_once(browser: Browser, address: str) -> Page:
    """Two tabs at the interrupted run, while the server still loads its libraries; one of them."""
    tabs = [browser.new_page() for _ in range(2)]
    for tab in tabs:
        tab.set_default_timeout(PATIENCE)
        tab.goto(address, wait_until="commit")
    for tab in tabs:
        banner(tab, "Interrupted at iteration").wait_for()
        expect(plot(tab, "sizes")).to_be_visible()
    tabs[1].close()
    return tabs[0]


def test_a_run_goes_on_after_its_server_however_that_ends(browser: Browser, tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    with running_server(tmp_path / "first.txt", signal.SIGTERM, has_umap=True) as address:
        check_link(page := open_page(browser, address + LINK))
        start(page)
        wait_for_updates(page)
        run, query = run_id(page), page.url.partition("/?")[2]
        page.get_by_text("Clustering, iteration").wait_for()
        seen = iteration(page)
    page.close()
    # The server had the time for a checkpoint of the last moment.
    assert max(store.checkpoints(run)) >= max(seen, check_interrupted(store, run))
    with running_server(tmp_path / "second.txt", signal.SIGKILL, by_itself=True) as address:
        assert "403" in Client(address).get("/", "evil.example").splitlines()[0]
        resume(page := open_at_once(browser, f"{address}/?{query}"), store, run)
    page.close()
    check_interrupted(store, run)
    with running_server(tmp_path / "third.txt", signal.SIGINT) as address:
        resume(page := open_page(browser, f"{address}/?{query}"), store, run)
        stop(page)
        page.close()
    for log in tmp_path.glob("*.txt"):
        assert not re.search("Error|Traceback|Interrupt", log.read_text()), log.name
    assert store.record(run).state is RunState.FINISHED
    numbers = [update.update for update in store.view(run).updates]
    assert numbers == list(range(len(numbers)))


def check_link(page: Page) -> None:
    """The first page that a server shows has the frame, and the settings of its address."""
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("r-port")
    expect(page.get_by_role("textbox", name="Clusters")).to_have_value("7")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def check_interrupted(store: RunStore, run: str) -> int:
    """The iteration of the last update that an interrupted run has kept."""
    assert store.record(run).state is RunState.INTERRUPTED
    return store.view(run).updates[-1].iteration


def resume(page: Page, store: RunStore, run: str) -> None:
    """Let the run go on and wait until it has come far beyond its last checkpoint."""
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()
    wait_for_iteration(page, max(store.checkpoints(run)) + 100)

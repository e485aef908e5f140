"""A run that a person watches outlives its server, however that ends."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dec_core.runs.record import RunState
from dec_core.runs.store import RunStore
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
    wait_for_updates,
)


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


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_a_run_goes_on_after_its_server(
    browser: Browser, tmp_path: Path, end: signal.Signals
) -> None:
    with running_server(tmp_path / "first.txt", end) as address:
        page = open_page(browser, address + ENDLESS)
        start(page)
        wait_for_updates(page)
        run, query = run_id(page), page.url.partition("/?")[2]
        page.get_by_text("Clustering, iteration").wait_for()
        seen = iteration(page)
    page.close()
    store = RunStore(tmp_path / "runs")
    assert store.record(run).state is RunState.INTERRUPTED
    updates = store.view(run).updates
    assert updates
    if end is signal.SIGTERM:
        # The server had the time for a checkpoint of the last moment.
        assert max(store.checkpoints(run)) >= max(seen, updates[-1].iteration)
    with running_server(tmp_path / "second.txt", signal.SIGINT, by_itself=True) as address:
        assert "403" in Client(address).get("/", "evil.example").splitlines()[0]
        page = open_at_once(browser, f"{address}/?{query}")
        page.get_by_role("button", name="Resume").click()
        page.get_by_role("button", name="Pause").wait_for()
        kept = max(store.checkpoints(run))
        page.wait_for_function(
            """kept => Number(/iteration ([\\d,]+) of/.exec(document.body.innerText)?.[1]
                 .replaceAll(",", "")) > kept + 100""",
            arg=kept,
        )
        stop(page)
        page.close()
    for log in tmp_path.glob("*.txt"):
        assert not re.search("Error|Traceback|Interrupt", log.read_text()), log.name
    assert store.record(run).state is RunState.FINISHED
    numbers = [update.update for update in store.view(run).updates]
    assert numbers == list(range(len(numbers)))

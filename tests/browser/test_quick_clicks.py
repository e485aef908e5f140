"""Clicks that follow one another before the page has answered: none is lost, beside a busy core."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from dec_core.data.sample_files import SAMPLE_FILES
from tests.browser.conftest import OpenPage, StoredRun
from tests.browser.test_data import drop
from tests.browser.train_page import plot, wait_for

# Milliseconds: first Streamlit has not begun to answer the click before, then it ends that answer.
GAPS = (0, 40, 120)
_CLICK = """async ([selectors, gap]) => {
  for (const element of selectors.map((one) => document.querySelector(one))) {
    element.click();
    await new Promise((done) => setTimeout(done, gap));
  }
}"""


@contextmanager
def busy_core() -> Iterator[None]:
    """Only while the page answers, as other tests could use the core meanwhile."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def click_quickly(page: Page, selectors: Sequence[str], gap: int) -> None:
    page.evaluate(_CLICK, [list(selectors), gap])


def wait_for_all(page: Page, selectors: Sequence[str]) -> None:
    for selector in selectors:
        page.locator(selector).first.wait_for()


def wait_until_chosen(page: Page, *names: str) -> None:
    """Wait until the address has these parameters, and still has them once the page is at rest."""
    has_all = "names => names.every((one) => new URL(location).searchParams.has(one))"
    wait_for(page, has_all, arg=list(names))
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert page.evaluate(has_all, list(names))


def test_on_the_data_page(open_page: OpenPage, tmp_path: Path) -> None:
    header, *rows = SAMPLE_FILES[0].content().decode().splitlines()
    path = tmp_path / "wine.csv"
    path.write_text("\n".join([f"bottle,{header}", *(f"w{i},{r}" for i, r in enumerate(rows))]))
    page = open_page("/data")
    drop(page, path)
    label, id_ = (f".st-key-take-data-{one} button" for one in ("label", "id"))
    page.locator(label).first.wait_for()
    fresh = page.url
    logarithm = "[class*='st-key-data_field-data-log1p'] input"
    for number, gap in enumerate(GAPS):
        page.goto(fresh)
        both = [label, id_] if number % 2 else [id_, label]
        wait_for_all(page, [*both, logarithm])
        with busy_core():
            click_quickly(page, [*both, logarithm], gap)
            wait_until_chosen(page, "data.label", "data.id", "data.log1p")


def test_on_the_compare_page(open_page: OpenPage, stored_run: StoredRun) -> None:
    runs = [stored_run(seed=1), stored_run(seed=2)]
    along, measure = (
        f".st-key-compare_{one} button:nth-of-type(2)" for one in ("along", "measure")
    )
    box = f".dec-lab-runs input[data-id='{runs[1]}']"
    for number, gap in enumerate(GAPS):
        page = open_page(f"/compare?runs={runs[0]}")
        plot(page, "comparison").locator(".main-svg").first.wait_for()
        clicks = [along, measure, box]
        wait_for_all(page, clicks)
        with busy_core():
            click_quickly(page, clicks[number:] + clicks[:number], gap)
            wait_until_chosen(page, "along", "measure")
            wait_for(
                page,
                "runs => new URL(location).searchParams.get('runs') === runs",
                arg=",".join(runs),
            )

"""What a person sees without scrolling, and the one playhead of all plots."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, StoredRun
from tests.browser.train_page import (
    ENDLESS,
    plot,
    press,
    selector,
    start,
    stop,
    wait_for,
    wait_for_updates,
)

FOUR = ("scores", "sizes", "embedding", "labels")
PLOTS = tuple(f"plot-{name}" for name in FOUR)
BEFORE_CLUSTERS = ("plot-pretraining", "plot-reconstructions", "before")
COLLAPSED = {"clustering__learning_rate": 10, "clustering__target": "r-recycled"}


_STYLED = "UpdateLayoutTree"
# What plotly does to learn the size of one letter.
_MEASURE_LETTER = """() => {
  const letter = document.querySelector(".dec-lab-plot .xtick text");
  const copy = letter.cloneNode(true);
  letter.parentNode.appendChild(copy);
  copy.getBoundingClientRect();
  copy.remove();
}"""


def styled_for_a_letter(page: Page) -> int:
    """How many elements the browser styles anew when a plot measures a letter: with some rules of a
    style sheet, the whole page."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    page.evaluate(_MEASURE_LETTER)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    counts = [event["args"].get("elementCount", 0) for event in events if event["name"] == _STYLED]
    assert counts
    return max(counts)


def bottom(page: Page, selector: str) -> float:
    """How far down an element reaches; it must begin below the window's upper edge."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    assert box["y"] >= 0
    return box["y"] + box["height"]


def height(page: Page, name: str) -> float:
    box = plot(page, name).bounding_box()
    assert box is not None
    return box["height"]


def all_in_view(page: Page, panels: Sequence[str] = PLOTS, phase: str = "") -> None:
    """Wait until it is so, in that phase: where one begins, its plots take the places of others one
    by one."""
    parts = [f".st-key-{part}" for part in ("banner", "numbers", *panels)]
    wait_for(
        page,
        """([parts, phase]) => parts.every(part => {
          const box = document.querySelector(part)?.getBoundingClientRect();
          return box && box.height > 0 && box.top >= 0 && box.bottom <= 900;
        }) && document.querySelector('.st-key-status').innerText.startsWith(phase)""",
        arg=[parts, phase],
    )


@pytest.mark.parametrize("values", [{}, COLLAPSED], ids=["finished", "collapsed"])
def test_everything_that_moves_is_in_one_view(
    open_page: OpenPage, stored_run: StoredRun, values: dict[str, object]
) -> None:
    page = open_page(f"/?run={stored_run(**values)}")
    wait_for_updates(page)
    all_in_view(page)
    is_framed = page.locator(".st-key-panels").evaluate("e => getComputedStyle(e).outlineStyle")
    assert is_framed == ("solid" if values else "none")
    assert styled_for_a_letter(page) < page.locator("*").count() / 4
    # What is not seen is not drawn before it is.
    learning = plot(page, "learning").locator(".main-svg")
    expect(learning).to_have_count(0)
    page.locator(".stMain").evaluate("element => element.scrollTo(0, 600)")
    expect(learning.first).to_be_visible()
    for part in ("bar", "banner"):
        assert bottom(page, f".st-key-{part}") <= 130


def test_a_run_is_in_one_view_from_start_to_stop(open_page: OpenPage) -> None:
    # So that each phase is seen; clustering ends only when it is stopped.
    settings = ENDLESS.replace("pretraining.epochs=30&", "pretraining.epochs=100&")
    settings = settings.replace("kmeans_restarts=2", "kmeans_restarts=200")
    page = open_page(f"{settings}&clustering.n_clusters=30")
    start(page)
    for phase in ("Pretraining, epoch", "k-means"):
        all_in_view(page, BEFORE_CLUSTERS, phase)
    wait_for_updates(page)
    all_in_view(page)
    press(page, "p", "Pause")
    page.get_by_test_id("stProgress").get_by_text("paused").wait_for()
    all_in_view(page)
    stop(page)
    all_in_view(page)


def test_a_larger_window_has_larger_plots(open_page: OpenPage, stored_run: StoredRun) -> None:
    page = open_page(f"/?run={stored_run()}", width=1920, height=1080)
    wait_for_updates(page)
    for name in FOUR:
        assert bottom(page, f".st-key-plot-{name}") <= 1080
        assert height(page, name) > 300


def is_cut(page: Page, selector: str) -> bool:
    return bool(page.locator(selector).evaluate("e => e.scrollWidth > e.clientWidth"))


def wait_for_whole_legend(page: Page, name: str, count: int) -> None:
    """Wait until the plot's legend has so many entries, all of them inside the plot."""
    wait_for(
        page,
        """([selector, count]) => {
          const plot = document.querySelector(selector), place = plot.getBoundingClientRect();
          const entries = [...plot.querySelectorAll('[class^=legend][class$=text]')];
          return entries.length === count && entries.every((entry) => {
            const { left, right, top, bottom } = entry.getBoundingClientRect();
            return left > place.left && right < place.right
              && top > place.top && bottom < place.bottom;
          });
        }""",
        arg=[selector(name), count],
    )


def test_a_small_window_shows_two_plots_at_a_time(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    # Its verdict is among the longest.
    page = open_page(f"/?run={stored_run(**COLLAPSED)}", width=1024, height=768)
    pairs = {"Map and labels": FOUR[2:], "Scores and sizes": FOUR[:2]}
    for label, shown in pairs.items():
        page.get_by_role("radio", name=label).click()
        for name in FOUR:
            expect(plot(page, name)).to_be_visible(visible=name in shown)
        for name in shown:
            plot(page, name).locator(".main-svg").first.wait_for()
            assert bottom(page, f".st-key-plot-{name}") <= 768
    assert not is_cut(page, ".st-key-status .stProgress p")
    # Two columns, one, and two again.
    for width, height in ((1024, 768), (1440, 900), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        wait_for_whole_legend(page, "sizes", 10)


def test_playhead_slider_and_address_agree(open_page: OpenPage, stored_run: StoredRun) -> None:
    page = open_page(f"/?run={stored_run()}")
    wait_for_updates(page)
    slider = page.get_by_role("slider", name="Update", exact=True)
    last = int(slider.input_value())
    assert last == 2
    page.locator("body").press("ArrowLeft")
    wait_for(page, "() => new URL(location).searchParams.get('update') === '1'")
    assert slider.input_value() == "1"
    for name in ("scores", "sizes"):
        expect(plot(page, name).locator(".dec-lab-playhead")).to_be_visible()
    again = open_page(f"/?{page.url.partition('?')[2]}")
    wait_for_updates(again)
    assert again.get_by_role("slider", name="Update", exact=True).input_value() == "1"
    shown = plot(again, "labels").evaluate("element => element.layout.annotations[1].text")
    assert shown == "at iteration 30"
    # The replay goes on from there to the newest, which needs no mark.
    again.locator("body").press("Space")
    wait_for(again, "() => !new URL(location).searchParams.has('update')")
    expect(plot(again, "scores").locator(".dec-lab-playhead")).to_have_count(0)

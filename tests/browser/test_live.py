"""One run that trains on and on, as a person watches it, touches it and ends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from dec_core.store.store import RunStore
from tests.browser.conftest import Watch, end_runs
from tests.browser.test_compare import compare
from tests.browser.test_export import open_export
from tests.browser.train_page import (
    ENDLESS,
    banner,
    iteration,
    plot,
    press,
    run_id,
    start,
    start_button,
    stop_button,
    wait_for,
    wait_for_draws,
    wait_for_iteration,
    wait_for_updates,
    wait_until_still,
)

SETTINGS = f"{ENDLESS}&clustering.alpha=2"

# What a screen reader reads that does not stand on the screen.
_READ_ALOUD = """() => [...document.querySelectorAll("*")].flatMap(element =>
  ["aria-label", "aria-description", "aria-valuetext", "title", "alt", "placeholder"]
    .map(name => element.getAttribute(name))).filter(Boolean)"""
_MARKUP = re.compile(r"\\[^\w\s]|:\w+/\w+:|:\w+\[|\*\*|</?\w|&\w+;|\]\(")

# The labels of changed parameters.
_MARKS = "element => (element.layout.annotations ?? []).map(note => note.text)"


class Live:
    """A page with a run that trains; each test leaves it so, or the next one begins anew."""

    def __init__(self, context: BrowserContext, server: str, store: RunStore, watch: Watch) -> None:
        self._context, self._server, self._store, self._watch = context, server, store, watch
        self._page: Page | None = None
        self.asked: list[int] = []

    def page(self) -> Page:
        """The page at its run, as a person has left it or newly started."""
        if self._page is None:
            self._page = self._begin()
        return self._page

    def end(self) -> None:
        """Close the page and end what still trains."""
        if self._page is not None:
            self._page.close()
        self._page = None
        end_runs(self._context, self._server, self._store)

    def _begin(self) -> Page:
        page = self._context.new_page()
        self._watch(page)
        page.on("websocket", self._listen)
        page.goto(self._server + SETTINGS)
        start_button(page).wait_for()
        # The click on Start is what takes the hand from the field.
        page.get_by_role("textbox", name="Samples").fill("900")
        start(page)
        wait_for_updates(page)
        return page

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda message: self.asked.append(len(message)))


@pytest.fixture(scope="module")
def shared(
    context: BrowserContext, server: str, server_folder: Path, watch: Watch
) -> Iterator[Live]:
    live = Live(context, server, RunStore(server_folder / "runs"), watch)
    yield live
    live.end()


@pytest.fixture
def live(shared: Live, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Live]:
    failed = request.session.testsfailed
    yield shared
    if request.session.testsfailed > failed:
        shared.end()
    watch.check()


def marks(page: Page) -> list[str]:
    found: list[str] = plot(page, "scores").evaluate(_MARKS)
    return found


def test_only_what_a_person_has_changed_is_sent(live: Live) -> None:
    page = live.page()
    expect(page.get_by_test_id("stProgress")).to_contain_text("900 samples")
    page.get_by_role("button", name="Adjust").first.click()
    fields = [
        page.get_by_test_id("stPopoverBody").get_by_role("textbox", name=name)
        for name in ("Learning rate", "Update interval", "Tolerance")
    ]
    for field, value in zip(fields, ("1e-05", "30", "0"), strict=True):
        expect(field).to_have_value(value)
    wait_for_draws(page, "scores", 2)
    assert marks(page) == []
    fields[1].fill("45")
    page.get_by_role("button", name="Apply").click()
    element = plot(page, "scores").element_handle()
    wait_for(page, f"element => ({_MARKS})(element).length", arg=element)
    wait_for_draws(page, "scores", 1)
    assert marks(page) == ["interval 45"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Branch").first.click()
    parent = run_id(page)
    page.get_by_role("button", name="Start the branch").dblclick()
    banner(page, "Queued: 1 ahead").wait_for()
    assert run_id(page) != parent
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    stop_button(page).click()
    banner(page, "Withdrawn").wait_for()
    page.goto(page.url.replace(run_id(page), parent))
    wait_for_updates(page)


def test_plots_keep_their_element_and_zoom_over_ten_updates(live: Live) -> None:
    page = live.page()
    element = plot(page, "sizes").element_handle()
    page.evaluate("element => { element.markedByTest = true; }", element)
    box = plot(page, "sizes").locator(".nsewdrag").first.bounding_box()
    assert box is not None
    before = iteration(page)
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    ranges = "element => [element._fullLayout.xaxis.range, element._fullLayout.yaxis.range]"
    wait_for(page, "element => element._fullLayout.yaxis.range[0] > 0.1", arg=element)
    zoomed = page.evaluate(ranges, element)
    wait_for_draws(page, "sizes", 3)
    wait_for_iteration(page, before + 10 * 45)
    assert page.evaluate(ranges, element) == zoomed
    assert plot(page, "sizes").evaluate("element => element.markedByTest")


def test_the_slider_stays_where_it_is_put_and_follows_again(live: Live) -> None:
    page = live.page()
    slider = page.get_by_role("slider", name="Update", exact=True)
    slider.fill("1")
    shown = "element => element.layout.annotations[1].text"
    element = plot(page, "labels").element_handle()
    wait_for(page, f"element => ({shown})(element) === 'at iteration 30'", arg=element)
    wait_for_draws(page, "scores", 3)
    assert page.evaluate(shown, element) == "at iteration 30"
    assert slider.input_value() == "1"
    page.get_by_role("button", name="Newest").click()
    wait_for(page, f"element => ({shown})(element) !== 'at iteration 30'", arg=element)


def test_nothing_is_dimmed_or_lit_up_while_it_is_sent_again(live: Live) -> None:
    page = live.page()
    plot(page, "scores")
    page.get_by_role("button", name="Runs").click()
    faintest, boldest_bar = page.evaluate(
        """async () => {
          let faintest = 1, boldestBar = 0;
          for (const end = performance.now() + 5_000; performance.now() < end;) {
            for (const plot of document.querySelectorAll(".dec-lab-plot")) {
              let opacity = 1;
              for (let e = plot; e; e = e.parentElement) opacity *= getComputedStyle(e).opacity;
              faintest = Math.min(faintest, opacity);
            }
            for (const bar of document.querySelectorAll(".dec-lab-plot:not(:hover) .modebar"))
              boldestBar = Math.max(boldestBar, getComputedStyle(bar).opacity);
            await new Promise(done => setTimeout(done, 20));
          }
          return [faintest, boldestBar];
        }"""
    )
    assert (faintest, boldest_bar) == (1, 0)


def test_a_tab_behind_others_asks_for_nothing(live: Live) -> None:
    page = live.page()
    tell = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(tell, True)
    assert not all(_asks_again(page, live.asked) for _ in range(24))
    page.evaluate(tell, False)
    wait_for_draws(page, "scores", 2)


def test_compare_draws_a_run_that_trains_in_place(live: Live) -> None:
    page = live.page()
    compare(page)
    plot(page, "comparison").evaluate("element => { element.markedByTest = true; }")
    wait_for_draws(page, "comparison", 3)
    assert plot(page, "comparison").evaluate("element => element.markedByTest")
    page.get_by_role("link", name="Train", exact=True).click()
    wait_for_updates(page)


def test_no_markup_is_read_aloud(live: Live) -> None:
    page = live.page()
    read = page.evaluate(_READ_ALOUD)
    # The rest needs no updates, and other tests can use the core.
    press(page, "p", "Pause")
    expect(page.get_by_test_id("stProgress")).to_contain_text("paused")
    page.get_by_text("More settings").click()
    page.get_by_role("button", name="Adjust").click()
    page.get_by_text("Takes effect within a second").wait_for()
    read += page.evaluate(_READ_ALOUD)
    assert {"Alpha (changed)", "Help for Tolerance (changed)"} <= set(read)
    open_export(page)
    read += page.evaluate(_READ_ALOUD)
    page.get_by_role("button", name="Close").click()
    compare(page)
    page.get_by_role("button", name="Name and tags").click()
    page.get_by_placeholder("Separated by commas").wait_for()
    read += page.evaluate(_READ_ALOUD)
    assert [text for text in read if _MARKUP.search(text)] == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Train", exact=True).click()
    wait_for_updates(page)
    press(page, "p", "Resume")


def test_a_second_tab_shows_the_same_run_and_a_second_run_waits(live: Live) -> None:
    first = live.page()
    second = first.context.new_page()
    second.goto(first.url)
    wait_for_updates(second)
    start(second)
    assert run_id(second) != run_id(first)
    banner(second, "Queued").wait_for()
    # The click has moved the button away from the pointer, which stands on its help no longer.
    second.mouse.move(900, 750, steps=3)
    expect(second.get_by_test_id("stTooltipContent")).to_have_count(0)
    stop_button(second).click()
    banner(second, "Withdrawn").wait_for()
    second.close()


def test_reload_in_mid_run_shows_the_same_run(live: Live) -> None:
    page = live.page()
    before, iterations = run_id(page), iteration(page)
    page.reload()
    wait_for_updates(page)
    assert run_id(page) == before
    assert iteration(page) >= iterations


def test_pause_step_and_resume_by_keyboard(live: Live) -> None:
    page = live.page()
    press(page, "p", "Pause")
    expect(page.get_by_test_id("stProgress")).to_contain_text("paused")
    wait_until_still(page)
    shown = page.locator(".dec-lab-frames span")
    before = shown.inner_text()
    press(page, "n", "Next update")
    expect(shown).not_to_have_text(before)
    expect(page.get_by_test_id("stProgress")).to_contain_text("paused")
    wait_until_still(page)
    press(page, "p", "Resume")
    expect(page.get_by_test_id("stProgress")).not_to_contain_text("paused")


def test_a_key_in_another_tab_ends_the_run_beside_an_open_dialog(live: Live) -> None:
    page = live.page()
    plot(page, "sizes").evaluate("element => { element.markedByTest = true; }")
    before = len(live.asked)
    wait_for_draws(page, "scores", 2)
    assert len(live.asked) > before
    open_export(page)
    page.get_by_role("radio", name="A whole run").click()
    page.get_by_text("once it has ended").wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    press(other, "x", "Stop")
    banner(other, "Stopped by you").wait_for()
    other.close()
    expect(page.get_by_role("button", name="Make the file")).to_be_enabled()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    banner(page, "Stopped by you").wait_for()
    expect(stop_button(page)).to_be_disabled()
    wait_until_still(page)
    assert plot(page, "sizes").evaluate("element => element.markedByTest")
    # A page that ticks on asks for every tick, though what it gets draws nothing anew.
    assert not all(_asks_again(page, live.asked) for _ in range(24))


def _asks_again(page: Page, asked: list[int]) -> bool:
    """Whether the page asks its server for something within the time of many ticks."""
    before = len(asked)
    page.wait_for_timeout(5_000)
    return len(asked) > before

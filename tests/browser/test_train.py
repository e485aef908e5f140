"""The Train page in a real browser: what AppTest cannot see."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.conftest import PATIENCE, OpenPage, StoredRun
from tests.browser.server import running_server
from tests.browser.train_page import (
    ENDLESS,
    banner,
    iteration,
    plot,
    press,
    run_id,
    start,
    stop,
    stop_button,
    wait_for_draws,
    wait_for_last_iteration,
    wait_for_updates,
    wait_until_still,
)


def test_one_click_trains_to_a_verdict(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Train on digits").click()
    for name in ("scores", "sizes", "embedding", "labels", "learning"):
        expect(plot(page, name).locator(".main-svg").first).to_be_visible()
    wait_for_updates(page)
    banner(page, "Converged at iteration").wait_for()
    assert "k-means start" in banner(page, "Converged").inner_text()
    expect(stop_button(page)).to_be_disabled()
    assert "occupied" in (plot(page, "labels").get_attribute("aria-label") or "")


def test_the_screenshot_of_the_readme(open_page: OpenPage, screenshot_path: Path) -> None:
    page = open_page("/?preset=digits")
    start(page)
    banner(page, "Converged at iteration").wait_for()
    wait_for_updates(page)
    # No button under the pointer shows its help.
    page.mouse.move(700, 2)
    page.wait_for_timeout(1_000)
    page.screenshot(path=screenshot_path)
    assert screenshot_path.read_bytes().startswith(b"\x89PNG")


def test_plots_keep_their_element_and_zoom_over_ten_updates(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    start(page)
    wait_for_updates(page)
    element = plot(page, "sizes").element_handle()
    page.evaluate("element => { element.markedByTest = true; }", element)
    box = plot(page, "sizes").locator(".nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    ranges = "element => [element._fullLayout.xaxis.range, element._fullLayout.yaxis.range]"
    page.wait_for_function("element => element._fullLayout.yaxis.range[0] > 0.1", arg=element)
    zoomed = page.evaluate(ranges, element)
    wait_for_draws(page, "sizes", 10)
    assert page.evaluate(ranges, element) == zoomed
    assert plot(page, "sizes").evaluate("element => element.markedByTest")
    stop(page)
    assert plot(page, "sizes").evaluate("element => element.markedByTest")
    assert page.evaluate(ranges, element) == zoomed


def test_reload_in_mid_run_shows_the_same_run(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    start(page)
    wait_for_updates(page)
    before, iterations = run_id(page), iteration(page)
    page.reload()
    wait_for_updates(page)
    assert run_id(page) == before
    assert iteration(page) >= iterations
    stop(page)


def test_a_second_tab_shows_the_same_run_and_a_second_run_waits(open_page: OpenPage) -> None:
    first = open_page(ENDLESS)
    start(first)
    wait_for_updates(first)
    second = open_page(f"/?run={run_id(first)}")
    wait_for_updates(second)
    start(second)
    assert run_id(second) != run_id(first)
    banner(second, "Queued").wait_for()
    stop_button(second).click()
    banner(second, "Withdrawn").wait_for()
    stop(first)


def test_pause_step_resume_and_stop_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    start(page)
    wait_for_updates(page)
    press(page, "p", "Pause")
    expect(page.get_by_test_id("stProgress")).to_contain_text("paused")
    wait_until_still(page)
    shown = page.locator(".dec-lab-frames span")
    before = shown.inner_text()
    press(page, "n", "Step")
    expect(shown).not_to_have_text(before)
    expect(page.get_by_test_id("stProgress")).to_contain_text("paused")
    wait_until_still(page)
    press(page, "p", "Resume")
    expect(page.get_by_test_id("stProgress")).not_to_contain_text("paused")
    press(page, "x", "Stop")
    banner(page, "Stopped by you").wait_for()


def test_only_what_a_person_has_changed_is_sent(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    # The click on Start is what takes the hand from the field.
    page.get_by_role("textbox", name="Samples").fill("900")
    start(page)
    wait_for_updates(page)
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
    page.wait_for_function(
        f"element => ({_MARKS})(element).length", arg=plot(page, "scores").element_handle()
    )
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
    stop(page)


# The labels of changed parameters.
_MARKS = "element => (element.layout.annotations ?? []).map(note => note.text)"


def marks(page: Page) -> list[str]:
    found: list[str] = plot(page, "scores").evaluate(_MARKS)
    return found


def test_the_slider_stays_where_it_is_put_and_follows_again(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    start(page)
    wait_for_updates(page)
    wait_for_draws(page, "labels", 2)
    slider = page.get_by_role("slider", name="Update shown")
    slider.fill("1")
    shown = "element => element.layout.annotations[1].text"
    element = plot(page, "labels").element_handle()
    page.wait_for_function(f"element => ({shown})(element) === 'at iteration 30'", arg=element)
    wait_for_draws(page, "scores", 3)
    assert page.evaluate(shown, element) == "at iteration 30"
    assert slider.input_value() == "1"
    page.get_by_role("button", name="Newest").click()
    page.wait_for_function(f"element => ({shown})(element) !== 'at iteration 30'", arg=element)
    stop(page)


def test_every_plot_is_saved_as_png_svg_html_and_csv(
    open_page: OpenPage, stored_run: StoredRun, tmp_path: Path
) -> None:
    page = open_page(f"/?run={stored_run(data__n_samples=None)}")
    banner(page, "at iteration 60").wait_for()
    wait_for_last_iteration(page, "sizes", 60)
    wait_for_updates(page)
    name = f"dec-lab_{run_id(page)}_sizes_iteration-60"
    saved = {kind: _save(page, "sizes", kind, tmp_path) for kind in ("PNG", "SVG", "HTML")}
    assert saved["PNG"].name == f"{name}.png"
    assert saved["PNG"].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in saved["SVG"].read_text(encoding="utf-8")
    html = saved["HTML"].read_text(encoding="utf-8")
    assert "Plotly.newPlot" in html
    assert "<script src" not in html
    rows = _save(page, "sizes", "CSV", tmp_path).read_text(encoding="utf-8").splitlines()
    assert rows[0] == "series,iteration,share"
    assert rows[1].startswith("0,0,0.")
    labels = _save(page, "labels", "CSV", tmp_path).read_text(encoding="utf-8").splitlines()
    assert labels[0] == "series,sample,cluster"
    assert len(labels) == 1 + 2 * 1_797
    assert labels[1].split(",")[2] in {str(cluster) for cluster in range(10)}


def test_a_saved_page_shows_its_plot_without_a_server(
    open_page: OpenPage, stored_run: StoredRun, tmp_path: Path
) -> None:
    page = open_page(f"/?run={stored_run(data__n_samples=None)}")
    wait_for_last_iteration(page, "scores", 60)
    saved = _save(page, "scores", "HTML", tmp_path)
    alone = page.context.new_page()
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(saved.as_uri())
    expect(alone.locator(".main-svg").first).to_be_visible()
    # Whatever it may ask for later too.
    alone.wait_for_timeout(1_000)
    assert asked[0] == saved.as_uri()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_both_themes_at_both_sizes(
    open_page: OpenPage, stored_run: StoredRun, size: tuple[int, int]
) -> None:
    colors = {}
    for theme in ("light", "dark"):
        page = open_page(
            f"/?run={stored_run(data__n_samples=None)}",
            width=size[0],
            height=size[1],
            theme=theme,
        )
        banner(page, "at iteration 60").wait_for()
        wait_for_updates(page)
        colors[theme] = plot(page, "scores").evaluate(
            "element => [element._fullLayout.paper_bgcolor, element._fullLayout.font.color]"
        )
        assert banner(page, "at iteration 60").bounding_box()["y"] < size[1] / 2  # type: ignore[index]
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0]
    assert colors["light"][0].lower() in ("#ffffff", "rgb(255, 255, 255)")
    assert colors["dark"][0] != colors["light"][0]
    assert colors["dark"][1] != colors["light"][1]


def test_a_link_on_a_fresh_server_brings_frame_and_settings(
    browser: Browser, tmp_path: Path
) -> None:
    with running_server(tmp_path / "log.txt") as address:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/?preset=r-port&data.name=digits&clustering.n_clusters=7")
        expect(page.get_by_role("radio", name="r-port")).to_be_checked()
        expect(page.get_by_test_id("stSlider").filter(has_text="Clusters")).to_contain_text("7")
        expect(page.get_by_role("button", name="Start")).to_be_enabled()
        page.close()


def test_drawing_and_asking_stop_with_the_run(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    asked: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda message: asked.append(len(message)))

    page.on("websocket", listen)
    # Only a socket that is opened from now on is heard.
    page.reload()
    start(page)
    wait_for_updates(page)
    before = len(asked)
    wait_for_draws(page, "scores", 2)
    assert len(asked) > before
    stop(page)
    wait_until_still(page)
    # A page that ticks on asks for every tick, though what it gets draws nothing anew.
    assert not all(_asks_again(page, asked) for _ in range(24))


def _asks_again(page: Page, asked: list[int]) -> bool:
    """Whether the page asks its server for something within the time of many ticks."""
    before = len(asked)
    page.wait_for_timeout(5_000)
    return len(asked) > before


def _save(page: Page, name: str, kind: str, folder: Path) -> Path:
    plot(page, name).hover()
    title = "Save numbers as CSV" if kind == "CSV" else f"Save as {kind}"
    with page.expect_download() as download:
        plot(page, name).get_by_role("button", name=title).click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    return target

"""The Train page in a real browser: what AppTest cannot see."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, StoredRun
from tests.browser.train_page import (
    banner,
    plot,
    run_id,
    selector,
    stop_button,
    wait_for,
    wait_for_last_iteration,
    wait_for_updates,
)


def test_one_click_trains_to_a_verdict(open_page: OpenPage, screenshot_path: Path) -> None:
    page = open_page()
    page.get_by_role("button", name="Train on digits").click()
    for name in ("scores", "sizes", "embedding", "labels"):
        expect(plot(page, name).locator(".main-svg").first).to_be_visible()
    wait_for_updates(page)
    banner(page, "Converged at iteration").wait_for()
    verdict = banner(page, "Converged").inner_text()
    assert "k-means start" in verdict
    last = verdict.partition("at iteration ")[2].partition(":")[0]
    expect(stop_button(page)).to_be_disabled()
    assert "occupied" in (plot(page, "labels").get_attribute("aria-label") or "")
    wait_for(
        page,
        "([place, text]) => document.querySelector(place).layout.annotations[1].text === text",
        arg=[selector("labels"), f"at iteration {last}"],
    )
    # The picture of the README. No button under the pointer shows its help.
    page.mouse.move(700, 2)
    page.wait_for_timeout(1_000)
    page.screenshot(path=screenshot_path)
    assert screenshot_path.read_bytes().startswith(b"\x89PNG")


def test_a_lesson_of_the_guide_starts_its_run(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("link", name="New to DEC? Start with the Guide").click()
    page.get_by_role("heading", name="What does DEC do?").wait_for()
    page.get_by_role("button", name="Next lesson").click()
    page.get_by_role("heading", name="What does convergence look like?").wait_for()
    # The former list stays for a moment beside the new one, hidden.
    page.get_by_text("How often should the target change?").filter(visible=True).click()
    page.wait_for_url("**/guide?lesson=update-interval")
    expect(plot(page, "guide-0").locator(".main-svg").first).to_be_visible()
    page.get_by_role("button", name="Train with interval 1", exact=True).click()
    banner(page, "Stopped too early").wait_for()
    assert run_id(page)
    expect(page.get_by_role("textbox", name="Update interval")).to_have_value("1")
    page.go_back()
    page.get_by_role("heading", name="How often should the target change?").wait_for()


def test_both_themes_at_both_sizes(open_page: OpenPage, stored_run: StoredRun) -> None:
    colors = {}
    for theme in ("light", "dark"):
        page = open_page(f"/?run={stored_run(data__n_samples=None)}", theme=theme)
        banner(page, "at iteration 60").wait_for()
        wait_for_updates(page)
        expect(plot(page, "scores").locator(".main-svg").first).to_be_visible()
        colors[theme] = plot(page, "scores").evaluate(
            "element => [element._fullLayout.paper_bgcolor, element._fullLayout.font.color]"
        )
        for width, height in ((1440, 900), (1024, 768)):
            page.set_viewport_size({"width": width, "height": height})
            place = banner(page, "at iteration 60").bounding_box()
            assert place is not None and place["y"] < height / 2
            wait_for(page, "width => document.documentElement.scrollWidth <= width", width)
    assert colors["light"][0].lower() in ("#ffffff", "rgb(255, 255, 255)")
    assert colors["dark"][0] != colors["light"][0]
    assert colors["dark"][1] != colors["light"][1]
    # The theme changes on the open page, and every plot with it.
    page.emulate_media(color_scheme="light")
    for name in ("scores", "sizes"):
        wait_for(
            page,
            """([place, color]) =>
                 document.querySelector(place)._fullLayout.font.color === color""",
            arg=[selector(name), colors["light"][1]],
        )


def test_the_pointer_tells_of_the_same_sample_in_every_plot(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    page = open_page(f"/?run={stored_run()}")
    wait_for_updates(page)
    card, rings = page.locator(".dec-lab-card"), page.locator(".dec-lab-ring")
    # A point of the labels after the update; the map and the labels of the start show it as well.
    place = plot(page, "labels").evaluate(
        """element => {
          const { left, top } = element.getBoundingClientRect();
          const { xaxis2: across, yaxis2: up } = element._fullLayout;
          const y = up.d2p(element.decLabClouds[1].y[42]);
          return [left + across._offset + across.d2p(42), top + up._offset + y];
        }"""
    )
    page.mouse.move(*place, steps=3)
    expect(card).to_contain_text("confidence")
    lines = card.inner_text().splitlines()
    assert lines[0] == "Sample 42"
    assert lines[1].startswith("cluster ") and lines[2].startswith("confidence ")
    assert lines[3].startswith("true label: ")
    assert card.locator("img").evaluate("image => image.naturalWidth") == 8
    expect(rings).to_have_count(3)
    # The map knows it by the same number.
    ring = plot(page, "embedding").locator(".dec-lab-ring").bounding_box()
    assert ring is not None
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2, steps=3)
    expect(rings).to_have_count(3)
    expect(card).to_contain_text("confidence")
    page.mouse.move(700, 2)
    expect(card).to_be_hidden()
    expect(rings).to_have_count(0)


def test_typed_and_slid_values_agree_and_only_those_are_sent(open_page: OpenPage) -> None:
    page = open_page("/?preset=digits")
    box = page.get_by_role("textbox", name="Learning rate").first
    slider = page.get_by_role("slider", name="Learning rate").first
    expect(box).to_have_value("0.05")

    def place() -> float:
        return float(slider.evaluate("element => element.value / element.max"))

    before = place()
    box.fill("0.0123")
    box.press("Enter")
    page.wait_for_url("**clustering.learning_rate=0.0123*")
    assert 0 < place() < before
    slider.press("ArrowRight")
    expect(box).to_have_value("0.02")
    page.wait_for_url("**clustering.learning_rate=0.02*")
    track = slider.bounding_box()
    assert track is not None
    page.mouse.click(track["x"] + track["width"] - 1, track["y"] + track["height"] / 2)
    expect(box).to_have_value("10")
    page.wait_for_url("**clustering.learning_rate=10*")
    # Another field, beyond the end of its slider, and one that is wrong.
    clusters = page.get_by_role("textbox", name="Clusters")
    clusters.fill("64")
    clusters.press("Tab")
    page.wait_for_url("**clustering.n_clusters=64*")
    assert page.get_by_role("slider", name="Clusters").input_value() == "28"
    clusters.fill("1")
    clusters.press("Tab")
    page.get_by_text("Clusters: must be a whole number from 2 to 200").first.wait_for()
    expect(page.locator(".st-key-start button").first).to_be_disabled()
    # Back to the presets by the mark and by the button: nothing else was ever sent.
    page.locator(".dec-lab-number i.preset").first.click(force=True)
    expect(box).to_have_value("0.05")
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_url("**/?preset=digits")
    expect(clusters).to_have_value("10")


def test_every_plot_is_saved_and_a_saved_page_needs_no_server(
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
    check_alone(page.context.new_page(), saved["HTML"])


def check_alone(page: Page, saved: Path) -> None:
    """A saved page shows its plot and asks nobody for anything."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved.as_uri())
    expect(page.locator(".main-svg").first).to_be_visible()
    # Whatever it may ask for later too.
    page.wait_for_timeout(1_000)
    assert asked[0] == saved.as_uri()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def _save(page: Page, name: str, kind: str, folder: Path) -> Path:
    plot(page, name).hover()
    title = "Save numbers as CSV" if kind == "CSV" else f"Save as {kind}"
    with page.expect_download() as download:
        plot(page, name).get_by_role("button", name=title).click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    return target

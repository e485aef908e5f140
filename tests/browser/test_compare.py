"""The Compare page in a real browser: what lights up, what the address keeps."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import OpenPage
from tests.browser.train_page import (
    ENDLESS,
    SHORT,
    banner,
    plot,
    run_id,
    start,
    stop,
    wait_for_draws,
    wait_for_updates,
)

# The opacity of every curve, by the run that it belongs to.
_OPACITIES = """element => Object.fromEntries(
  [...element.querySelectorAll(".scatterlayer .trace")].map(trace =>
    [trace.__data__[0].trace.legendgroup + ":" + trace.__data__[0].trace.uid,
     Number(trace.style.opacity || 1)]))"""


def trained(open_page: OpenPage, *addresses: str) -> tuple[Page, list[str]]:
    """A tab in which these runs have ended."""
    page, runs = open_page(addresses[0]), []
    for address in addresses:
        page.goto(page.url.split("/?")[0] + address)
        start(page)
        runs.append(run_id(page))
        banner(page, "at iteration 61").wait_for()
    return page, runs


def compare(page: Page) -> None:
    """Go to the Compare page by the navigation and wait for its curves."""
    page.get_by_role("link", name="Compare").click()
    plot(page, "comparison").locator(".main-svg").first.wait_for()


def chosen(page: Page) -> list[str]:
    return parse_qs(urlparse(page.url).query)["runs"][0].split(",")


def wait_until_only(page: Page, run: str | None) -> None:
    """Wait until the curves of ``run`` alone are bright, or all of them for None."""
    page.wait_for_function(
        f"""([element, run]) => Object.entries(({_OPACITIES})(element)).every(([key, opacity]) =>
            (opacity === 1) === (run === null || key.startsWith(run)))""",
        arg=[plot(page, "comparison").element_handle(), run],
    )


def point_until_dimmed(page: Page, spot: tuple[float, float]) -> None:
    """Point at a spot, and again where the plot was not yet listening."""
    dimmed = page.locator("[data-run].dec-lab-dim").first
    for _ in range(20):
        page.mouse.move(2, 2)
        page.mouse.move(*spot)
        with contextlib.suppress(PlaywrightTimeout):
            dimmed.wait_for(timeout=3_000)
            return
    pytest.fail("Pointing at the curve dims no other run.")


def test_pointing_at_a_run_lights_it_up_everywhere(open_page: OpenPage) -> None:
    page, (first, second) = trained(open_page, SHORT + "&seed=1", SHORT + "&seed=2")
    compare(page)
    page.wait_for_function("() => new URL(location).searchParams.has('runs')")
    assert set(chosen(page)) >= {first, second}
    wait_until_only(page, None)
    page.locator(f".dec-lab-legend [data-run={first}]").hover()
    wait_until_only(page, first)
    row = page.locator(f".dec-lab-settings [data-run={second}]")
    expect(row).to_have_class("dec-lab-dim")
    row.hover()
    wait_until_only(page, second)
    expect(page.locator(f".dec-lab-legend [data-run={first}]")).to_have_class("dec-lab-dim")
    page.mouse.move(2, 2)
    wait_until_only(page, None)


def test_pointing_at_a_curve_lights_up_its_run(open_page: OpenPage) -> None:
    page, (run,) = trained(open_page, SHORT + "&seed=3")
    compare(page)
    plot(page, "comparison").scroll_into_view_if_needed()
    spot = plot(page, "comparison").evaluate(
        """(element, run) => {
          const trace = element._fullData.find(t => t.legendgroup === run && t.hovertemplate);
          const { xaxis, yaxis } = element._fullLayout, box = element.getBoundingClientRect();
          return [box.x + xaxis._offset + xaxis.d2p(trace.x[1]),
                  box.y + yaxis._offset + yaxis.d2p(trace.y[1])];
        }""",
        run,
    )
    point_until_dimmed(page, spot)
    lit = page.locator(".dec-lab-legend [data-run]:not(.dec-lab-dim)").get_attribute("data-run")
    assert lit is not None
    wait_until_only(page, lit)


def test_the_choice_survives_a_reload_and_the_plot_another_measure(open_page: OpenPage) -> None:
    page, (first, second) = trained(open_page, SHORT + "&seed=4", SHORT + "&seed=5")
    compare(page)
    origin = page.url.split("/compare")[0]
    page.goto(f"{origin}/compare?runs={second},{first}&baseline={first}")
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    page.reload()
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    assert chosen(page) == [second, first]
    entries = page.locator(".dec-lab-legend [data-run]")
    expect(entries).to_have_count(2)
    assert entries.first.get_attribute("data-run") == first
    element = plot(page, "comparison").element_handle()
    page.evaluate("element => { element.markedByTest = true; }", element)
    page.get_by_role("radio", name="NMI", exact=True).click()
    page.wait_for_function("element => !element._fullLayout.xaxis6", arg=element)
    assert plot(page, "comparison").evaluate("element => element.markedByTest")


def test_a_run_that_trains_is_drawn_on_in_place(open_page: OpenPage) -> None:
    page = open_page(ENDLESS)
    start(page)
    wait_for_updates(page)
    run, origin = run_id(page), page.url.split("/?")[0]
    compare(page)
    plot(page, "comparison").evaluate("element => { element.markedByTest = true; }")
    wait_for_draws(page, "comparison", 3)
    assert plot(page, "comparison").evaluate("element => element.markedByTest")
    page.goto(f"{origin}/?run={run}")
    stop(page)
    wait_for_updates(page)


def test_a_ticked_row_is_compared(open_page: OpenPage) -> None:
    page, (run,) = trained(open_page, SHORT + "&seed=6")
    origin = page.url.split("/?")[0]
    page.goto(f"{origin}/compare?runs={run}")
    expect(page.locator(".dec-lab-legend [data-run]")).to_have_count(1)
    grid = page.locator(".dvn-scroller")
    expect(page.get_by_test_id("data-grid-canvas").first).to_be_visible()
    # The newest run is the first row; its tick goes.
    grid.click(position={"x": 17, "y": 52})
    expect(page.locator(".dec-lab-legend [data-run]")).to_have_count(0)
    page.wait_for_function("() => new URL(location).searchParams.get('runs') === ''")


def test_open_leads_to_the_run(open_page: OpenPage) -> None:
    page, (run,) = trained(open_page, SHORT + "&seed=7")
    compare(page)
    page.get_by_role("link", name=f"Open {run} on the Train page").click()
    banner(page, "at iteration 61").wait_for()
    assert run_id(page) == run


def test_the_numbers_of_the_curves_are_saved(open_page: OpenPage, tmp_path: Path) -> None:
    page, (first, second) = trained(open_page, SHORT + "&seed=8", SHORT + "&clustering.alpha=2")
    origin = page.url.split("/?")[0]
    page.goto(f"{origin}/compare?runs={first}")
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    rows = _saved(page, "comparison", tmp_path)
    assert rows[0] == "series,iteration,value,measure"
    assert {row.split(",")[-1] for row in rows[1:]} >= {"ACC", "NMI", "Effective clusters"}
    page.goto(f"{origin}/compare?runs={first},{second}")
    page.get_by_text("trained on different samples").wait_for()


def test_the_agreement_is_saved_cell_by_cell(open_page: OpenPage, tmp_path: Path) -> None:
    page, (first, second) = trained(
        open_page, SHORT + "&seed=9", SHORT + "&seed=9&clustering.alpha=2"
    )
    origin = page.url.split("/?")[0]
    page.goto(f"{origin}/compare?runs={first},{second}")
    plot(page, "agreement").locator(".main-svg").first.wait_for()
    rows = _saved(page, "agreement", tmp_path)
    assert rows[0] == "series,cluster_of_first,cluster_of_second,samples"
    assert len(rows) == 1 + 10 * 10
    assert sum(int(row.split(",")[-1]) for row in rows[1:]) == 300


def _saved(page: Page, name: str, folder: Path) -> list[str]:
    plot(page, name).hover()
    with page.expect_download() as download:
        plot(page, name).get_by_role("button", name="Save numbers as CSV").click()
    target = folder / f"{name}.csv"
    download.value.save_as(target)
    return target.read_text(encoding="utf-8").splitlines()

"""Export in a real browser: files come down, and what they hold works by itself."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dec_core.export.figures import FigureFormat, all_plots, render_many
from dec_core.export.film import film_of
from dec_core.export.player import player_page
from dec_core.export.report import report_page
from dec_core.store.record import RunRecord, RunState
from tests.browser.conftest import PATIENCE, OpenPage, StoredRun
from tests.browser.train_page import (
    banner,
    plot,
    run_id,
    wait_for,
    wait_for_last_iteration,
    wait_for_updates,
)
from tests.plots.scripted import scripted_frames, scripted_view


def open_export(page: Page) -> None:
    page.get_by_role("button", name="Export").click()
    page.get_by_role("dialog").wait_for()


def wait_for_end_of_script(page: Page) -> None:
    """Until then, what a page no longer holds may still stand in it."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def download(page: Page, folder: Path) -> Path:
    """Wait for the result, then fetch it."""
    button = page.get_by_role("dialog").get_by_role("button", name="Download")
    button.wait_for(timeout=900_000)
    # The rerun that ends the ticking gives the button a new file.
    wait_for_end_of_script(page)
    with page.expect_download() as fetched:
        button.click()
    target = folder / fetched.value.suggested_filename
    fetched.value.save_as(target)
    return target


@pytest.fixture
def finished_page(open_page: OpenPage, stored_run: StoredRun) -> Page:
    page = open_page(f"/?run={stored_run()}")
    banner(page, "at iteration 60").wait_for()
    wait_for_updates(page)
    wait_for_last_iteration(page, "sizes", 60)
    return page


def test_figures_and_their_numbers_come_down_as_they_stand_on_the_page(
    finished_page: Page, tmp_path: Path
) -> None:
    open_export(finished_page)
    finished_page.get_by_role("button", name="Make the files").click()
    with zipfile.ZipFile(download(finished_page, tmp_path)) as bundle:
        contents = {Path(name).name: bundle.read(name) for name in bundle.namelist()}
    assert set(contents) == {f"{n}.pdf" for n in "scores sizes embedding labels learning".split()}
    assert all(content.startswith(b"%PDF") for content in contents.values())
    # The dialog has stayed open, and closing it leaves the page as it was.
    finished_page.get_by_role("dialog").get_by_role("button", name="Close").click()
    finished_page.get_by_role("dialog").wait_for(state="detached")
    expect(plot(finished_page, "scores")).to_be_visible()
    check_numbers(finished_page, tmp_path)


def check_numbers(page: Page, folder: Path) -> None:
    """The page and the export write the same numbers."""
    plot(page, "sizes").hover()
    # The bar is there now, and the reading aid can still be read.
    bar, aid = (
        plot(page, "sizes").locator(found).bounding_box() for found in (".modebar", ".gtitle")
    )
    assert bar is not None and aid is not None and bar["y"] >= aid["y"] + aid["height"]
    with page.expect_download() as fetched:
        plot(page, "sizes").get_by_role("button", name="Save numbers as CSV").click()
    fetched.value.save_as(folder / "page.csv")
    open_export(page)
    for name in ("Is it better", "Where are", "Which cluster", "Is it still"):
        page.get_by_role("button", name=name).click()
    # In this order there is always a format, so that the button stays enabled.
    page.get_by_role("button", name="CSV", exact=True).click()
    page.get_by_role("button", name="PDF", exact=True).click()
    page.get_by_role("button", name="Make the files").click()
    exported = download(page, folder)
    assert exported.name.endswith("_sizes_iteration-60.csv")
    assert exported.read_text("utf-8") == (folder / "page.csv").read_text("utf-8")


def test_a_whole_run_comes_down(finished_page: Page, tmp_path: Path) -> None:
    open_export(finished_page)
    finished_page.get_by_role("radio", name="A whole run").click()
    finished_page.get_by_role("dialog").get_by_text("Parts", exact=True).wait_for()
    wait_for_end_of_script(finished_page)
    # Images of all figures are tested above; here they would take their time.
    for format in ("PNG", "SVG", "PDF"):
        button = finished_page.get_by_role("button", name=format, exact=True)
        expect(button).to_have_count(1)
        button.click()
    finished_page.get_by_role("button", name="Make the file").click()
    path = download(finished_page, tmp_path)
    run = run_id(finished_page)
    assert path.name == f"{run}.zip"
    with zipfile.ZipFile(path) as bundle:
        names = {name.removeprefix(f"{run}/") for name in bundle.namelist()}
        assert b"Left out" not in bundle.read(f"{run}/README.txt")
    assert names >= {"model.keras", "labels.parquet", "report.html", "movie.gif", "player.html"}


def quiet_page(browser: Browser, path: Path) -> tuple[Page, list[str]]:
    """A saved page, and whatever it complains of or asks for."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:", "blob:"))
            else complaints.append(request.url)
        ),
    )
    page.goto(path.as_uri())
    page.locator(".main-svg").first.wait_for()
    return page, complaints


def test_the_report_draws_its_figures_by_itself(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    record = RunRecord("calm-lynx-0002", RunState.FINISHED, title='<img src="x">')
    path.write_text(report_page(record, scripted_view(), scripted_frames()), encoding="utf-8")
    page, complaints = quiet_page(browser, path)
    count = len(all_plots(scripted_view(), scripted_frames()))
    wait_for(
        page, "count => document.querySelectorAll('.plots .gtitle').length === count", arg=count
    )
    assert page.locator("img").count() == 0
    clipped = page.evaluate(
        """() => [...document.querySelectorAll(".plots > div")].filter((box) =>
             box.querySelector(".gtitle").getBoundingClientRect().top <
             box.getBoundingClientRect().top).map((box) => box.id)"""
    )
    assert clipped == []
    assert complaints == []
    page.close()


def test_the_player_plays_to_the_end(browser: Browser, tmp_path: Path) -> None:
    view, frames = scripted_view(), scripted_frames()
    path = tmp_path / "player.html"
    path.write_text(player_page("film", view, film_of(view, frames)), encoding="utf-8")
    page, complaints = quiet_page(browser, path)
    page.get_by_text("Iteration 0", exact=True).wait_for()
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Iteration 20", exact=True).wait_for()
    page.get_by_role("button", name="Play").wait_for()
    colors = page.evaluate("() => [...document.querySelector('#map').data[0].marker.color]")
    assert colors == frames.labels(2).tolist()
    page.get_by_role("slider").fill("1")
    page.get_by_text("Iteration 10", exact=True).wait_for()
    assert complaints == []
    page.close()


def test_a_saved_figure_draws_by_itself(browser: Browser, tmp_path: Path) -> None:
    plots = all_plots(scripted_view(), scripted_frames())
    (scores,) = [plot for plot in plots if plot.name == "scores"]
    path = tmp_path / "scores.html"
    path.write_bytes(render_many([(scores, FigureFormat.HTML)])[0])
    page, complaints = quiet_page(browser, path)
    names = page.evaluate("() => document.querySelector('#plot')._fullData.map(t => t.name)")
    assert json.dumps(names) == json.dumps(["ACC", "NMI"])
    assert complaints == []
    page.close()

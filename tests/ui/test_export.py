"""Export on both pages: what can be chosen, the file at the end, and why there is none."""

from __future__ import annotations

import csv
import json
import zipfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dec_core.export.figures import all_plots
from dec_core.export.film import film_of
from dec_core.processes.jobs import JobStatus
from dec_core.runs.commands import StepSize
from dec_core.runs.manager import RunManager
from pages.ui.parts.state import run_manager
from tests.plots.figures import as_sent
from tests.runs.short_runs import (
    ENDLESS,
    partly_saved,
    pause,
    small_config,
    step,
    wait_for_updates,
)
from tests.runs.trained_runs import finished_run
from tests.ui.screens import (
    button,
    choose,
    click,
    come_again,
    intact,
    new_screen,
    plots,
    refresh,
    sentences,
)


def pick(screen: AppTest, label: str, options: list[str]) -> AppTest:
    """Choose pills by their label."""
    pills(screen, label).set_value(options).run()
    return intact(screen)


def pills(screen: AppTest, label: str) -> Any:
    groups: list[Any] = list(screen.get("button_group"))
    (found,) = [group for group in groups if group.label == label]
    return found


def result(screen: AppTest) -> Path:
    """The file that the page offers, once it does."""
    for job in run_manager().jobs._jobs.values():
        job.join(timeout=900)
    refresh(screen)
    (download,) = _downloads(screen)
    path = Path(str(download.key).removeprefix("download:"))
    assert path.name in download.label
    return path


def _downloads(screen: AppTest) -> list[Any]:
    buttons: list[Any] = list(screen.get("download_button"))
    return [found for found in buttons if found.label.startswith("Download ")]


def test_the_map_stands_in_files_as_on_the_page(manager: RunManager) -> None:
    run_id = finished_run(manager.store)
    view = manager.store.view(run_id)
    frames = manager.store.frames(run_id, view)
    shown = json.loads(plots(new_screen(run=run_id))["embedding"]["figure"])
    (plot,) = [plot for plot in all_plots(view, frames) if plot.name == "embedding_pca"]
    assert as_sent(plot) == shown
    film = film_of(view, frames)
    places = [film.points[-1][film.labels[-1] == cluster] for cluster in range(film.n_clusters)]
    scale = film.scales[-1]
    for axis, (name, ends) in enumerate((("x", scale.x), ("y", scale.y))):
        drawn = np.concatenate([trace[name] for trace in plot.figure.data])
        np.testing.assert_array_equal(np.concatenate(places)[:, axis], drawn)
        assert list(ends) == shown["layout"][f"{name}axis"]["range"]


def test_every_choice_has_its_own_file(manager: RunManager) -> None:
    run_id = finished_run(manager.store)
    screen = click(new_screen(run=run_id), "Export")
    pick(screen, "Formats", ["CSV"])
    click(screen, "Make the files")
    numbers = result(screen)
    names = {f"{name}.csv" for name in "scores sizes embedding labels learning".split()}
    assert _packed(numbers) == names
    # No old file is offered for another choice.
    everything = list(pills(screen, "Figures").value)
    pick(screen, "Figures", everything[:1])
    assert not _downloads(screen)
    pick(screen, "Figures", everything)
    assert _downloads(screen)
    # A second tab makes a second choice.
    other = click(new_screen(run=run_id), "Export")
    pick(other, "Formats", ["HTML"])
    click(other, "Make the files")
    assert {Path(name).suffix for name in _packed(result(other))} == {".html"}
    assert _packed(numbers) == names


def _packed(bundle: Path) -> set[str]:
    """The names of the files in it, without their folders."""
    with zipfile.ZipFile(bundle) as files:
        return {Path(name).name for name in files.namelist()}


def test_a_file_is_named_after_the_iteration_that_it_shows(manager: RunManager) -> None:
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 2)
    pause(manager, session)
    # At an update, so that the next one comes after further iterations.
    step(manager, session, StepSize.UPDATE)
    shown = session.view.iteration
    screen = click(new_screen(run=session.run_id), "Export")
    pick(screen, "Figures", ["Do the clusters survive?"])
    pick(screen, "Formats", ["CSV"])
    step(manager, session, StepSize.UPDATE)
    newest = session.view.updates[-1].iteration
    assert newest > shown
    # The dialog runs before the page has drawn what came meanwhile.
    click(screen, "Make the files")
    path = result(screen)
    assert path.name == f"dec-lab_{session.run_id}_sizes_iteration-{shown}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        iterations = {int(row["iteration"]) for row in csv.DictReader(file)}
    assert iterations and newest not in iterations


def test_a_size_out_of_bounds_is_refused(manager: RunManager) -> None:
    screen = click(new_screen(run=finished_run(manager.store)), "Export")
    fields = {field.key: field for field in screen.number_input}
    assert fields["figure_Width"].disabled and fields["figure_Dots per inch"].disabled
    choose(screen, "figure_size", "Your own")
    (width,) = [field for field in screen.number_input if field.key == "figure_Width"]
    width.set_value(5.0).run()
    assert any("width of a figure must be between" in sentence for sentence in sentences(screen))
    assert button(screen, "Make the files").disabled


def test_another_unit_keeps_the_size(manager: RunManager) -> None:
    screen = click(new_screen(run=finished_run(manager.store)), "Export")
    choose(screen, "figure_size", "Your own")
    assert size_fields(screen, "figure") == (85.0, 60.0)
    for unit, size in (("px", (321.0, 227.0)), ("mm", (84.9, 60.1))):
        screen.selectbox(key="figure_unit").set_value(unit).run()
        assert size_fields(intact(screen), "figure") == size
        assert not button(screen, "Make the files").disabled


def size_fields(screen: AppTest, key: str) -> tuple[Any, Any]:
    width, height = (screen.number_input(key=f"{key}_{name}") for name in ("Width", "Height"))
    return width.value, height.value


def test_the_figures_of_a_whole_run_have_the_size_that_was_chosen(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[partial[Any]] = []

    def start(_key: object, _name: str, work: partial[Any]) -> None:
        asked.append(work)

    monkeypatch.setattr(manager.jobs, "start", start)
    monkeypatch.setattr("pages.ui.export.figures.find_browser", lambda: "a browser")
    screen = new_screen(run=finished_run(manager.store))
    choose(click(screen, "Export"), "export_what", "A whole run")
    choose(screen, "run_size", "Your own")
    screen.number_input(key="run_Width").set_value(120.0).run()
    screen.toggle(key="run_title").set_value(False).run()
    choose(screen, "film_width", "Large, 1,000 px wide")
    click(screen, "Make the file")
    assert asked[0].keywords["size"].width == 120
    assert asked[0].keywords["film_width"] == 1_000
    assert asked[0].keywords["has_title"] is False
    screen.number_input(key="run_Width").set_value(5.0).run()
    assert any("width of a figure must be between" in sentence for sentence in sentences(screen))
    assert button(screen, "Make the file").disabled
    pick(screen, "Parts", ["Settings"])
    assert not [field for field in screen.number_input if field.key == "run_Width"]
    assert not button(screen, "Make the file").disabled
    click(screen, "Make the file")
    assert asked[1].keywords["size"] is None


def test_without_a_browser_there_are_no_images(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEC_CHROMIUM", str(tmp_path / "nowhere"))
    monkeypatch.setattr("pages.ui.export.run.find_ffmpeg", lambda: "an ffmpeg")
    screen = click(new_screen(run=finished_run(manager.store)), "Export")
    assert pills(screen, "Formats").options == ["HTML", "CSV"]
    assert any("There is none at" in caption.value for caption in screen.caption)
    assert not button(screen, "Make the files").disabled
    # The same holds for a video without ffmpeg, which is looked for whenever the page asks.
    choose(screen, "export_what", "A whole run")
    assert "Film (MP4)" in pills(screen, "Parts").options
    monkeypatch.setattr("pages.ui.export.run.find_ffmpeg", lambda: None)
    refresh(screen)
    assert "Film (MP4)" not in pills(screen, "Parts").options
    assert any("install ffmpeg" in caption.value for caption in screen.caption)


def test_parts_of_a_run(manager: RunManager) -> None:
    run_id = finished_run(manager.store)
    screen = choose(click(new_screen(run=run_id), "Export"), "export_what", "A whole run")
    pick(screen, "Parts", ["Settings", "Metrics"])
    click(screen, "Make the file")
    path = result(screen)
    assert path.name == f"{run_id}.zip"
    with zipfile.ZipFile(path) as bundle:
        assert f"{run_id}/metrics.csv" in bundle.namelist()


def test_an_export_says_what_it_writes_and_that_it_was_stopped(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at_work = SimpleNamespace(target=tmp_path / "x.zip", status=JobStatus("image 2 of 5", 0.2))
    jobs = [at_work]
    screen = click(new_screen(run=finished_run(manager.store)), "Export")
    monkeypatch.setattr(manager.jobs, "get", lambda _key: jobs[0] if jobs else None)
    monkeypatch.setattr(manager.jobs, "drop", lambda _key: jobs.clear())
    refresh(screen)
    bars: list[Any] = list(screen.get("progress"))
    assert "Writing image 2 of 5 ..." in [bar.proto.text for bar in bars]
    assert button(screen, "Make the files").disabled
    screen.button(key="stop_export").click().run()
    assert any(caption.value.startswith("Stopped.") for caption in intact(screen).caption)
    assert not button(screen, "Make the files").disabled


def test_a_run_that_trains_gives_its_figures_only(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEC_STEP_BACK")
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 2)
    pause(manager, session)
    screen = click(new_screen(run=session.run_id), "Export")
    assert not button(screen, "Make the files").disabled
    assert any("so that training keeps its speed" in one.value for one in screen.caption)
    choose(screen, "export_what", "A whole run")
    assert button(screen, "Make the file").disabled
    assert any("once it has ended" in sentence for sentence in sentences(screen))


def test_a_run_that_was_not_saved_to_its_end_is_exported_with_a_warning(
    manager: RunManager,
) -> None:
    session = partly_saved(manager)
    screen = click(new_screen(run=session.run_id), "Export")
    choose(screen, "export_what", "A whole run")
    assert not button(screen, "Make the file").disabled
    assert any("not saved to its end" in sentence for sentence in sentences(screen))


def test_the_compare_page_exports_its_figures_and_runs(manager: RunManager) -> None:
    first, second = finished_run(manager.store), finished_run(manager.store)
    screen = new_screen()
    screen.query_params["runs"] = f"{first},{second}"
    screen.switch_page("compare.py").run()
    click(intact(screen), "Export")
    pick(screen, "Formats", ["CSV"])
    click(screen, "Make the files")
    assert _packed(result(screen)) == {"comparison.csv", "agreement.csv"}
    third = finished_run(manager.store)
    assert not _downloads(come_again(screen, "compare.py", runs=f"{first},{third}"))
    click(come_again(screen, "compare.py", runs=f"{first},{second}"), "Export")
    assert _downloads(pick(screen, "Formats", ["CSV"]))
    choose(screen, "compare_measure", "NMI")
    assert not _downloads(refresh(screen))
    choose(screen, "export_what", "A whole run")
    (run,) = [field for field in screen.selectbox if field.key == "export_run"]
    assert set(_options(run)) == {first, second}


def test_a_figure_that_has_left_the_page_is_not_exported(manager: RunManager) -> None:
    first, second = finished_run(manager.store), finished_run(manager.store)
    other = finished_run(manager.store, {"data.n_samples": 200})
    screen = new_screen()
    screen.query_params["runs"] = f"{first},{second},{other}"
    screen.switch_page("compare.py").run()
    assert "agreement" in plots(intact(screen))
    (pair,) = [field for field in screen.selectbox if field.label == "Second run"]
    pair.set_value(other).run()
    assert screen.query_params["pair"] == f"{first},{other}"
    assert "agreement" not in plots(intact(screen))
    click(screen, "Export")
    assert len(pills(screen, "Figures").options) == 1
    click(come_again(screen, "compare.py", runs=f"{first},{second}"), "Export")
    assert len(pills(refresh(screen), "Figures").options) == 2
    (manager.store.root / second / "run.json").write_text("{", encoding="utf-8")
    assert len(pills(refresh(refresh(screen)), "Figures").options) == 1


def _options(field: Any) -> list[str]:
    return list(field.options)

"""The Train page in every state that a run can be in."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from dec_core.config import DataSettings, get_preset
from dec_core.data import Dataset, load
from dec_core.errors import DataUnavailableError
from dec_core.runs.commands import Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.known_outcomes import known_outcome
from tests.runs.short_runs import (
    ENDLESS,
    damaged_data,
    pause,
    small_config,
    wait_for,
    wait_for_updates,
    wait_until,
)
from tests.ui.screens import (
    button,
    choose,
    click,
    enabled,
    intact,
    menu,
    metrics,
    new_screen,
    plots,
    refresh,
    sentences,
    where,
)

ALL_PLOTS = {"scores", "sizes", "embedding", "labels", "learning"}


def begin(manager: RunManager, **values: object) -> RunHandle:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return manager.start(small_config(named), "digits")


def endless(manager: RunManager, **values: Any) -> RunHandle:
    """A long run that has begun to cluster."""
    session = begin(manager, **ENDLESS, **values)
    wait_for_updates(session, 2)
    return session


def test_before_the_first_run() -> None:
    screen = new_screen()
    assert [title.value for title in screen.subheader][:1] == ["DEC Lab"]
    cards = [title.value for title in screen.subheader if title.value.startswith("Watch")]
    assert cards == ["Watch it converge", "Watch the R port collapse"]
    assert enabled(screen) == {
        "Start": True,
        "Train on digits": True,
        "Train the R port": True,
        "Reset": False,
    }
    assert not sentences(screen)
    assert not screen.get("menu_button")


def test_the_first_screen_shows_how_real_runs_ended() -> None:
    screen = new_screen()
    said = " ".join(text.value for text in screen.markdown)
    assert "Converged at iteration 1,140" in said
    assert "Collapsed: 1 of 10 clusters left at iteration 30" in said
    assert plots(screen).keys() == {
        f"known-{preset}-{name}" for preset in ("digits", "r-port") for name in ("sizes", "scores")
    }
    for preset in ("digits", "r-port"):
        view = known_outcome(preset)
        assert view.config == get_preset(preset).config
        alternative = plots(screen)[f"known-{preset}-sizes"]["alternative"]
        assert f"at iteration {view.iteration:,}" in alternative


def test_without_fashion_mnist_the_card_names_digits() -> None:
    (text,) = [m.value for m in new_screen().markdown if m.value.startswith("The settings of")]
    assert "on digits" in text


def test_a_running_run(manager: RunManager) -> None:
    # So slow that it stays healthy however long the screen takes.
    session = endless(manager, clustering__learning_rate=1e-5)
    screen = new_screen(run=session.run_id)
    assert screen.subheader[0].value == "Digits"
    assert [s for s in sentences(screen) if s.startswith(("Healthy so far", "Warning"))]
    assert f"Run {session.run_id}" in where(screen)
    assert "of 1,000,000" in where(screen)
    assert "left" in where(screen)
    assert enabled(screen) == {
        "Start next": True,
        "Start the branch": True,
        "Show this run's settings on the left": False,
        "Pause": True,
        "Next update": True,
        "One iteration": True,
        "Stop": True,
        "Reset": True,
        "Match": False,
        "Export": True,
    }
    assert plots(screen).keys() == ALL_PLOTS
    assert metrics(screen)["Clusters"].isdigit()
    assert "Itr 1 (out of 1000000)" in screen.text[-1].value


def test_an_address_without_a_run_leads_to_the_one_that_trains(manager: RunManager) -> None:
    session = endless(manager)
    screen = new_screen()
    click(screen, f"A run trains now: {session.run_id}. Show it")
    assert screen.query_params["run"] == session.run_id
    assert session.run_id in where(screen)


def test_while_a_run_trains_pause_is_the_main_button(manager: RunManager) -> None:
    session = endless(manager)
    screen = new_screen(run=session.run_id)
    assert [one.label for one in screen.button if one.proto.type == "primary"][:1] == ["Pause"]
    assert button(screen, "Start next").proto.type == "secondary"
    assert button(screen, "Start next").help.endswith("when the runs before it have ended")


def test_a_run_that_waits_for_its_data(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = threading.Event()

    def load_later(settings: DataSettings, seed: int) -> Dataset:
        assert door.wait(timeout=120)
        return load(settings, seed)

    monkeypatch.setattr("dec_core.data.load", load_later)
    session = begin(manager)
    screen = new_screen(run=session.run_id)
    assert sentences(screen) == ["Getting ready: loading the data and TensorFlow."]
    assert "Getting ready" in where(screen)
    assert plots(screen).keys() == {"pretraining", "reconstructions"}
    assert "none yet" in plots(screen)["reconstructions"]["alternative"]
    assert "**k-means**: the best of" in " ".join(text.value for text in screen.markdown)
    assert set(metrics(screen).values()) == {"\N{EN DASH}"}
    door.set()
    wait_for(session, RunState.FINISHED)
    assert session.view.finished is not None


def test_a_paused_run(manager: RunManager) -> None:
    session = endless(manager)
    pause(manager, session)
    screen = new_screen(run=session.run_id)
    assert where(screen).endswith("paused")
    assert enabled(screen) == {
        "Start next": True,
        "Start the branch": True,
        "Show this run's settings on the left": False,
        "Resume": True,
        "Next update": True,
        "One iteration": True,
        "Stop": True,
        "Reset": True,
        "Match": False,
        "Export": True,
    }
    last = session.view.updates[-1]
    assert metrics(screen)["NMI"] == f"{last.measures['nmi']:.3f}"
    shown = {name: plot["alternative"] for name, plot in plots(screen).items()}
    assert f"at iteration {last.iteration:,}" in shown["sizes"]
    assert f"PCA map of 300 samples at iteration {last.iteration:,}" in shown["embedding"]
    revision = session.view.revision
    refresh(screen)
    assert session.view.revision == revision


def test_a_finished_run(manager: RunManager) -> None:
    session = begin(manager)
    wait_for(session, RunState.FINISHED)
    screen = new_screen(run=session.run_id)
    finished = session.view.finished
    assert finished is not None
    assert finished.judgement.sentence in sentences(screen)
    assert where(screen).endswith("ended")
    assert enabled(screen) == {
        "Start": True,
        # At its maximum, so that a branch with the same settings would have nothing to do.
        "Start the branch": False,
        "Show this run's settings on the left": False,
        "Pause": False,
        "Next update": False,
        "One iteration": False,
        "Stop": False,
        "Reset": True,
        "Match": False,
        "Export": True,
    }
    assert screen.text[-1].value.splitlines()[-1] == finished.judgement.sentence
    assert len(screen.text[-1].value.splitlines()) == 6
    choose(screen, "learning_as", "Reconstructions")
    shown = plots(screen)["learning"]["alternative"]
    assert shown.startswith("Reconstructions of 10 samples after epoch")


def test_a_run_paused_in_pretraining(manager: RunManager) -> None:
    session = begin(manager, pretraining__epochs=2000)
    wait_until(lambda: len(session.view.pretraining) > 0)
    pause(manager, session)
    screen = new_screen(run=session.run_id)
    assert sentences(screen)[0].startswith("Pretraining: the autoencoder learns")
    assert f"epoch {len(session.view.pretraining)} of 2000" in where(screen)
    shown = plots(screen)["reconstructions"]["alternative"]
    assert shown.startswith("Reconstructions of 10 samples")


def test_a_stopped_run(manager: RunManager) -> None:
    session = endless(manager, clustering__learning_rate=1e-5)
    manager.send(session, Stop())
    wait_for(session, RunState.FINISHED)
    screen = new_screen(run=session.run_id)
    assert [s for s in sentences(screen) if s.startswith("Stopped by you at iteration")]


def test_a_failed_run(manager: RunManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEC_DATA_DIR", str(damaged_data(tmp_path)))
    session = begin(manager, data__name="fashion-mnist")
    wait_for(session, RunState.FAILED)
    screen = new_screen(run=session.run_id)
    failed = session.view.failed
    assert failed is not None
    assert sentences(screen) == [f"Failed: {verbatim(failed.message)}"]
    assert where(screen).endswith("failed")
    assert "Details" in [fold.label for fold in screen.expander]
    assert "Traceback" in screen.code[0].value
    assert not any("Traceback" in text for text in sentences(screen))
    assert "Resume" not in enabled(screen)


def test_a_run_whose_data_are_away(manager: RunManager, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DataUnavailableError("The disk is away.")

    with monkeypatch.context() as missing:
        missing.setattr("dec_core.data.load", away)
        session = begin(manager)
        wait_for(session, RunState.INTERRUPTED)
    screen = new_screen(run=session.run_id)
    assert sentences(screen) == ["Interrupted: The disk is away. Resume tries again."]
    click(screen, "Resume")
    wait_for(manager.get(session.run_id), RunState.FINISHED)
    assert manager.get(session.run_id).view.finished is not None


def test_a_number_of_active_runs_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEC_MAX_ACTIVE_RUNS", "abc")
    st.cache_resource.clear()
    (sentence,) = sentences(new_screen())
    assert sentence.startswith("DEC_MAX_ACTIVE_RUNS must be a whole number from 1. Received 'abc'")


def test_a_queued_run(manager: RunManager) -> None:
    first = endless(manager)
    session = begin(manager)
    screen = new_screen(run=session.run_id)
    (sentence,) = sentences(screen)
    assert sentence == f"Queued: 1 ahead of this one, {first.run_id}."
    assert "Queued" in where(screen)
    assert enabled(screen) == {
        f"Show {first.run_id}": True,
        "Start next": True,
        "Pause": False,
        "Next update": False,
        "One iteration": False,
        "Stop": True,
        "Reset": True,
        "Match": False,
        "Export": True,
    }
    click(screen, f"Show {first.run_id}")
    assert screen.query_params["run"] == first.run_id


def test_a_withdrawn_run(manager: RunManager) -> None:
    endless(manager)
    session = begin(manager)
    manager.send(session, Stop())
    screen = new_screen(run=session.run_id)
    assert sentences(screen) == ["Withdrawn before it began."]
    assert button(screen, "Stop").disabled


@pytest.mark.parametrize(
    ("run_id", "sentence"),
    [
        ("quiet-otter-3f2a", "There is no run quiet-otter-3f2a in "),
        ("../../etc/passwd", "A run id looks like quiet-otter-3f2a."),
        ("", "A run id looks like quiet-otter-3f2a."),
        ("<b>x</b>", "A run id looks like quiet-otter-3f2a."),
    ],
)
def test_a_link_to_an_unknown_run(run_id: str, sentence: str) -> None:
    screen = new_screen(run=run_id)
    assert [s for s in sentences(screen) if s.startswith(sentence)]
    assert "run" not in screen.query_params
    assert "Train on digits" in enabled(screen)
    assert not sentences(refresh(screen))


def test_a_withdrawn_branch(manager: RunManager) -> None:
    parent = endless(manager)
    branched = manager.branch(parent.run_id, small_config(ENDLESS), "digits", 0)
    manager.send(branched, Stop())
    assert sentences(new_screen(run=branched.run_id)) == ["Withdrawn before it began."]


def test_a_reload_and_a_second_tab_see_the_same_run(manager: RunManager) -> None:
    session = endless(manager)
    first, second = new_screen(run=session.run_id), new_screen(run=session.run_id)
    assert session.run_id in where(first)
    assert session.run_id in where(second)
    assert len(manager.handles()) == 1


def test_scores_between_updates_and_ari(manager: RunManager) -> None:
    session = begin(manager)
    wait_for(session, RunState.FINISHED)
    screen = new_screen(run=session.run_id)
    screen.toggle(key="with_ari").set_value(True).run()
    assert "ARI" in plots(screen)["scores"]["alternative"]
    choose(screen, "scores:True labels", "Between updates")
    assert plots(screen)["scores"]["alternative"].startswith("Scores between successive")
    assert screen.toggle(key="with_ari").disabled


def test_the_map_by_true_label_and_by_umap(manager: RunManager) -> None:
    session = begin(manager)
    wait_for(session, RunState.FINISHED)
    screen = new_screen(run=session.run_id)
    intact(menu(screen, "map_color").click("Colour: true label").run())
    assert plots(screen)["embedding"]["alternative"].endswith("coloured by true label.")
    choose(screen, "map_method", "UMAP")
    assert plots(screen)["embedding"]["alternative"].startswith("UMAP map")
    wait_until(lambda: not session.maps.is_waiting, timeout=900)
    assert session.maps.error is None
    shown = plots(refresh(screen))["embedding"]["alternative"]
    assert shown == "UMAP map of 300 samples at iteration 40, coloured by true label."


def test_a_map_that_is_wanted_after_the_end_makes_the_page_tick(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begin(manager)
    wait_for(session, RunState.FINISHED)
    fragment, ticks = st.fragment, []

    def watched(*arguments: Any, run_every: float | None = None) -> Any:
        ticks.append(run_every)
        return fragment(*arguments, run_every=run_every)

    monkeypatch.setattr(st, "fragment", watched)
    screen = new_screen(run=session.run_id)
    assert set(ticks) == {None}
    # A map that never comes: the process that would make it is not asked.
    monkeypatch.setattr(manager.projector, "submit", lambda *_: None)
    choose(screen, "map_method", "UMAP")
    assert ticks[-1] is not None


@pytest.mark.parametrize("when", ["Every update", "At the end"])
def test_a_paused_run_gets_the_map_that_is_asked_for(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    session = endless(manager)
    pause(manager, session)
    asked: list[str] = []
    monkeypatch.setattr(manager.projector, "submit", lambda run_id, *_: asked.append(run_id))
    screen = choose(new_screen(run=session.run_id), "map_method", "UMAP")
    assert asked == [session.run_id]
    intact(menu(screen, "map_when").click(when).run())
    words = {"Every update": "takes some seconds", "At the end": "made when the run ends"}
    assert words[when] in plots(screen)["embedding"]["alternative"]

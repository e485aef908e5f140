"""Runs that differ in their seed alone, as one curve on the Compare page."""

from __future__ import annotations

import pytest

from dec_core.runs.commands import Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import ENDLESS, small_config, wait_for, wait_for_updates
from tests.ui.screens import captions, intact, plots, sentences
from tests.ui.test_compare import (
    compare,
    curves,
    forget_sessions,
    legend,
    settings,
    trained,
    two,
)


def stopped(manager: RunManager, count: int = 1, **values: object) -> RunHandle:
    """A run that a person stopped after at least so many updates."""
    session = manager.start(small_config({**ENDLESS, **values}), "digits")
    wait_for_updates(session, count)
    manager.send(session, Stop())
    wait_for(session, RunState.FINISHED)
    return session


def test_runs_that_differ_in_the_seed_fold_into_a_mean(manager: RunManager) -> None:
    first, second = two(manager)
    screen = compare(runs=f"{first},{second}")
    screen.toggle(key="fold_seeds").set_value(True).run()
    (entry,) = legend(intact(screen))
    assert entry["name"] == f"{first} (n = 2)"
    assert [trace for trace in curves(screen) if trace.get("fill") == "toself"]
    assert "mean of 2 seeds" in plots(screen)["comparison"]["alternative"]
    assert "0, 1" in settings(screen)
    again = compare(**{name: screen.query_params[name] for name in ("runs", "seeds")})
    assert len(legend(again)) == 1


def test_a_run_without_an_update_does_not_count_in_a_mean(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two(manager)
    monkeypatch.setattr(manager, "_max_active", 0)
    waiting = manager.start(small_config({"seed": 2}), "digits").run_id
    screen = compare(runs=f"{waiting},{first},{second}")
    screen.toggle(key="fold_seeds").set_value(True).run()
    (entry,) = legend(intact(screen))
    assert entry["name"] == f"{waiting} (n = 2)"
    assert "mean of 2 seeds" in plots(screen)["comparison"]["alternative"]


def test_of_the_runs_with_one_seed_the_longest_is_folded(manager: RunManager) -> None:
    short = stopped(manager)
    long = stopped(manager, len(short.view.updates) + 1)
    other = stopped(manager, seed=1)
    screen = compare(runs=f"{short.run_id},{long.run_id},{other.run_id}")
    screen.toggle(key="fold_seeds").set_value(True).run()
    assert [entry["name"] for entry in legend(intact(screen))] == [
        short.run_id,
        f"{long.run_id} (n = 2)",
    ]
    assert any(f"same seed: {short.run_id} (seed 0)." in said for said in captions(screen))
    screen = compare(runs=f"{short.run_id},{long.run_id}")
    assert screen.toggle(key="fold_seeds").disabled
    assert any(f"same seed: {short.run_id} (seed 0)." in said for said in captions(screen))


def test_other_runs_cannot_fold(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    screen = compare(runs=f"{first},{second}")
    assert screen.toggle(key="fold_seeds").disabled
    assert "Alpha" in settings(screen)
    assert "Seed" not in settings(screen)


def test_one_run_that_is_damaged_does_not_hide_its_series(manager: RunManager) -> None:
    first, second = two(manager)
    forget_sessions(manager)
    screen = compare(runs=f"{first},{second}")
    (manager.store.folder(second) / "events.jsonl").write_text("damaged")
    screen.toggle(key="fold_seeds").set_value(True).run()
    assert [said for said in sentences(screen) if said.startswith(f"{second} cannot be drawn")]
    assert [entry["run"] for entry in legend(screen)] == [first]

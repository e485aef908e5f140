"""The choice of a map: its method, and when maps are made."""

from __future__ import annotations

import pytest

from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.runs.maps import MapRate
from dec_core.store.record import RunState
from tests.runs.short_runs import small_config, wait_for
from tests.ui.screens import choose, intact, menu, new_screen


@pytest.fixture(autouse=True)
def no_maps(manager: RunManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for counts here. The UMAP process takes seconds to start."""
    monkeypatch.setattr(manager.projector, "submit", lambda *_: None)


def test_a_choice_of_map_arrives_and_when_maps_are_made_stays_chosen(
    manager: RunManager,
) -> None:
    session = manager.start(small_config(), "digits")
    wait_for(session, RunState.FINISHED)
    screen = choose(new_screen(run=session.run_id), "map_method", "UMAP")
    assert _asked(session) == (MapRate.LIVE, 1)
    intact(menu(screen, "map_when").click("Every 5 updates").run())
    assert _asked(session) == (MapRate.LIVE, 5)
    intact(menu(screen, "map_when").click("At the end").run())
    assert _asked(session) == (MapRate.END, 1)
    # The second field leaves the page with the first choice, and comes back with it.
    choose(screen, "map_method", "PCA")
    assert _asked(session) == (MapRate.OFF, 1)
    choose(screen, "map_method", "UMAP")
    assert _asked(session) == (MapRate.END, 1)
    assert menu(screen, "map_when").label == "At the end"


def test_another_tab_leaves_the_maps_alone(manager: RunManager) -> None:
    session = manager.start(small_config(), "digits")
    wait_for(session, RunState.FINISHED)
    screen = choose(new_screen(run=session.run_id), "map_method", "UMAP")
    intact(menu(screen, "map_when").click("At the end").run())
    new_screen(run=session.run_id)
    assert session.maps.rate is MapRate.END


def _asked(session: RunHandle) -> tuple[MapRate, int]:
    return session.maps.rate, session.maps.every

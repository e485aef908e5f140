"""The grid of the Diagnose page: its choice in the address, its runs as links, what they say."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import small_config, wait_for, wait_until
from tests.ui.screens import captions, click, enabled, opened, refresh

FACTORS = ("learning_rate_too_low", "update_interval_too_short")


def cells(screen: AppTest) -> list[Any]:
    """The links of the outcome map, row by row, the reference first."""
    links = [link.proto for link in screen.get("page_link")]
    return [one for one in links if "**" in one.label]


def words(screen: AppTest) -> list[str]:
    """The outcome of each cell."""
    return [one.label.split("**")[1] for one in cells(screen)]


def wait_for_cells(screen: AppTest, count: int, are_made: int) -> None:
    """Look again, as a tab does every second, until that many of the cells' runs are there."""

    def is_there() -> bool:
        said = words(refresh(screen))
        return (len(said), len(said) - said.count("Not run yet")) == (count, are_made)

    wait_until(is_there)


def test_a_grid_of_two_factors(manager: RunManager) -> None:
    run = manager.start(small_config(), "digits")
    wait_for(run, RunState.FINISHED)
    screen = refresh(opened("diagnose.py", run=run.run_id, factors=",".join(FACTORS), others="own"))
    wait_for_cells(screen, 4, are_made=1)
    assert cells(screen)[3].query_string == f"run={run.run_id}"
    wait_until(lambda: enabled(refresh(screen))["Run the grid"])
    click(screen, "Run the grid")
    wait_until(lambda: "Stop" not in enabled(refresh(screen)))
    links = cells(screen)
    assert not any(one.disabled for one in links)
    assert len({one.query_string for one in links}) == 4
    # Row by row: the rate, which is the reference's in the first, and in each the interval.
    made = [manager.get(one.query_string.removeprefix("run=")).config for one in links]
    assert [one.clustering.learning_rate for one in made] == [0.01, 0.01, 0.001, 0.001]
    assert [one.clustering.update_interval for one in made] == [140, 10, 140, 10]
    said = "\n".join(one.value for one in screen.markdown)
    assert "The learning rate (0.001 instead of 0.01)" in said
    assert "The update interval (10 instead of 140)" in said
    assert not [one for one in screen.button if one.label == "Run the grid"]

    # Another choice is another grid, and stands in the address.
    (factors,) = screen.multiselect
    third = "too_few_iterations"
    factors.set_value([*FACTORS, third]).run()
    wait_for_cells(screen, 8, are_made=4)
    assert screen.query_params["factors"] == ",".join([*FACTORS, third])


def test_a_run_at_the_reference_has_no_grid(manager: RunManager) -> None:
    at_reference = {
        "clustering.learning_rate": 0.01,
        "clustering.update_interval": 140,
        "pretraining.learning_rate": 0.001,
        "pretraining.epochs": 150,
    }
    run = manager.start(small_config(at_reference), "digits")
    wait_for(run, RunState.FINISHED)
    screen = opened("diagnose.py", run=run.run_id)
    none = "A grid needs two settings that differ from the reference; this run has fewer."
    wait_until(lambda: none in captions(refresh(screen)))
    assert not screen.multiselect

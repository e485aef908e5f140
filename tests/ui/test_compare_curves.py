"""What the curves of the Compare page show, and along what."""

from __future__ import annotations

import shutil
from base64 import b64decode

import numpy as np
import pytest

from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.runs.manager import RunManager
from tests.store.test_golden import GOLDEN
from tests.ui.screens import captions, choose, intact, plots, sentences
from tests.ui.test_compare import compare, curves, trained


def numbers(array: dict[str, str]) -> list[float]:
    """An array of a trace, as it is sent."""
    values: list[float] = np.frombuffer(b64decode(array["bdata"]), array["dtype"]).tolist()
    return values


def test_measures_and_the_axis_can_be_chosen(manager: RunManager) -> None:
    run_id = trained(manager).run_id
    screen = compare(runs=run_id)
    assert len({trace["yaxis"] for trace in curves(screen)}) == 6
    choose(screen, "compare_measure", "NMI")
    assert {trace["meta"] for trace in curves(screen)} == {"NMI"}
    assert screen.query_params["measure"] == "nmi"
    choose(screen, "compare_measure", "All")
    assert "measure" not in screen.query_params
    choose(screen, "compare_along", "Share of the run")
    assert screen.query_params["along"] == "share"
    assert max(max(numbers(trace["x"])) for trace in curves(screen)) == 100
    screen.selectbox(key="compare_smoothing").set_value(0.6).run()
    assert intact(screen).query_params["smoothing"] == "0.6"
    assert {"smoothed", "as recorded"} <= {t["name"].rpartition(", ")[2] for t in curves(screen)}


def test_the_address_says_along_what_the_curves_run_and_how_smooth(manager: RunManager) -> None:
    run_id = trained(manager).run_id
    screen = compare(runs=run_id, along="log", smoothing="0.7", measure="purity")
    assert {trace["meta"] for trace in curves(screen)} == {"Purity"}
    assert "iteration, logarithmic" in plots(screen)["comparison"]["figure"]
    assert "weight 0.7" in plots(screen)["comparison"]["figure"]
    choose(screen, "compare_along", "Iterations")
    assert "along" not in screen.query_params
    screen = compare(runs=run_id, along="<b>", smoothing="2", measure="beauty", seeds="2")
    assert len(sentences(screen)) == 4
    assert not {"along", "smoothing", "measure", "seeds"} & screen.query_params.keys()


def test_every_other_measure_of_the_table_can_be_chosen(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = Measure("toy", "Toy share", "Share of cluster 0.", lambda c: c.sizes[0] / c.sizes.sum())
    monkeypatch.setitem(MEASURES, toy.name, toy)
    screen = compare(runs=trained(manager).run_id)
    choose(screen, "compare_measure", "More")
    others = screen.selectbox(key="compare_other_measure")
    assert {"Embedding spread", "Smallest centre distance", "Purity"} <= set(others.options)
    others.set_value("embedding_spread").run()
    assert {trace["meta"] for trace in curves(screen)} == {"Embedding spread"}
    screen.selectbox(key="compare_other_measure").set_value("toy").run()
    assert {trace["meta"] for trace in curves(intact(screen))} == {"Toy share"}


def test_a_run_that_did_not_record_a_measure_is_named(manager: RunManager) -> None:
    shutil.copytree(GOLDEN, manager.store.root / GOLDEN.name)
    screen = compare(runs=f"{trained(manager).run_id},{GOLDEN.name}")
    choose(screen, "compare_measure", "More")
    screen.selectbox(key="compare_other_measure").set_value("purity").run()
    assert [text for text in captions(intact(screen)) if "Purity was not recorded by" in text]
    screen.selectbox(key="compare_other_measure").set_value("center_distance").run()
    assert not [text for text in captions(intact(screen)) if "not recorded" in text]

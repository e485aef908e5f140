"""What the Compare page says of published results, with made-up runs of such settings."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from streamlit.testing.v1 import AppTest

from dec_core.config import Config, get_preset
from dec_core.runs.manager import RunManager
from tests.benchmarks.made_runs import make_run
from tests.ui.screens import captions, intact, sentences
from tests.ui.test_compare import compare, curves, trained


def published(**values: Any) -> Config:
    """The settings of DEC-keras' trials on Fashion-MNIST, with these changed."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return get_preset("dec-keras").on("fashion-mnist").with_values(named)


def table(screen: AppTest) -> list[str]:
    """The rows of the table of published results, as text."""
    bodies = [e.proto.body for e in screen.get("html") if ">Beside<" in e.proto.body]
    rows = re.findall(r"<tr.*?</tr>", "".join(bodies))[1:]
    return [unescape(re.sub(r"<.*?>", " ", row)) for row in rows]


def names(screen: AppTest) -> set[str]:
    return {str(trace["name"]) for trace in curves(screen)}


def test_a_run_in_the_published_setting_ends_inside_or_outside(manager: RunManager) -> None:
    # Scores rise evenly from 0.5 towards 0.7: the last of four is 0.65, of two 0.6.
    four = make_run(manager.store, 70_000, 4, 0, published())
    two = make_run(manager.store, 70_000, 2, 1, published())
    screen = compare(runs=f"{four},{two}")
    first, second = table(screen)
    assert "0.650  inside the published range 0.577 to 0.666" in first
    assert "0.650  inside the published range 0.629 to 0.662" in first
    assert first.rstrip().endswith("same setting")
    assert "0.600  inside the published range 0.577 to 0.666" in second
    assert "0.600  below the published range 0.629 to 0.662" in second
    assert [text for text in captions(screen) if "results/exp1/results.csv" in text]
    assert "DEC-keras on fashion-mnist, range of the published trials" in names(screen)
    screen = compare(runs=f"{four},{two}", seeds="mean")
    assert "0.625 \N{PLUS-MINUS SIGN} 0.035  1 of 2 inside" in table(screen)[0]
    screen.toggle(key="compare_published").set_value(False).run()
    assert intact(screen).query_params["published"] == "hidden"
    assert not [name for name in names(screen) if "DEC-keras" in name]
    assert table(screen)


def test_of_a_part_of_the_data_nothing_is_claimed(manager: RunManager) -> None:
    part = make_run(manager.store, 300, 4, 0, published(data__n_samples=300))
    screen = compare(runs=part, published="maybe")
    assert len(sentences(screen)) == 1
    assert "published" not in screen.query_params
    (row,) = table(screen)
    assert "0.650  published 0.618 \N{PLUS-MINUS SIGN} 0.036" in row
    assert "published on all 70,000 samples" in row
    assert "inside" not in row
    assert "DEC-keras on fashion-mnist, published on all 70,000 samples" in names(screen)


def test_of_other_runs_nothing_is_said(manager: RunManager) -> None:
    other = trained(manager).run_id
    screen = compare(runs=other)
    assert not table(screen)
    assert not [toggle for toggle in screen.toggle if toggle.key == "compare_published"]

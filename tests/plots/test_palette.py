"""Colours that can be told apart, by most eyes and on both themes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from dec_core.plots.palette import (
    CLUSTERS,
    RUNS,
    TRUE_LABELS,
    cluster_colors,
    discrete_scale,
    run_colors,
    translucent,
    true_label_colors,
)
from tests.plots.vision import VISION, closest_pair, contrast, difference

BACKGROUNDS = ("#ffffff", "#11161c")
BLIND = [name for name in VISION if name != "normal"]
PALETTES = {"clusters": CLUSTERS, "true labels": TRUE_LABELS, "runs": RUNS[:10]}


def test_the_measure_itself() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert difference("#ffffff", "#000000") == pytest.approx(100, abs=0.01)
    # Red and a dark yellow are far apart, but not without green cones.
    assert difference("#ff0000", "#937900") > 5 * difference("#ff0000", "#937900", "deuteranopia")


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", PALETTES)
def test_ten_colors_can_be_told_apart(name: str, vision: str) -> None:
    delta_e, first, second = closest_pair(PALETTES[name], vision)
    assert delta_e > 12, (first, second)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("name", PALETTES)
def test_every_color_stands_out_from_the_background(name: str, background: str) -> None:
    faintest = min(PALETTES[name], key=lambda color: contrast(color, background))
    assert contrast(faintest, background) >= 1.9, faintest


@pytest.mark.parametrize("colors", [cluster_colors, true_label_colors, run_colors])
def test_more_colors_keep_the_first_ten(colors: Callable[[int], list[str]]) -> None:
    thirty = colors(30)
    assert colors(10) == thirty[:10]
    assert colors(3) == thirty[:3]
    assert len(set(thirty)) == 30
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in thirty)
    assert len(colors(200)) == 200
    assert colors(0) == []


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_lines_of_runs_stand_out_more(background: str) -> None:
    assert min(contrast(color, background) for color in run_colors(10)) >= 2.8
    assert min(contrast(color, background) for color in run_colors(30)) >= 2.3


@pytest.mark.parametrize(("vision", "least"), [("normal", 20), *((name, 7) for name in BLIND)])
def test_thirty_runs_can_be_told_apart(vision: str, least: float) -> None:
    delta_e, first, second = closest_pair(run_colors(30), vision)
    assert delta_e > least, (first, second)


def test_the_palettes_have_no_color_in_common() -> None:
    together = [*CLUSTERS, *TRUE_LABELS, *RUNS]
    assert len(set(together)) == len(together)


def test_a_translucent_color_keeps_its_hue() -> None:
    assert translucent("#102030", 0.25) == "rgba(16,32,48,0.25)"


def test_discrete_scale_gives_each_label_its_own_stretch() -> None:
    assert discrete_scale(["#111111", "#222222"]) == [
        [0.0, "#111111"],
        [0.5, "#111111"],
        [0.5, "#222222"],
        [1.0, "#222222"],
    ]

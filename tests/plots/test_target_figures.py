"""The figures of the target inspector: the right numbers, and nothing that plotly would refuse."""

from __future__ import annotations

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from dec_core.analysis.target_inspection import TargetInspection
from dec_core.model import recycled_target_distribution, target_distribution
from dec_core.plots.arrows import magnification
from dec_core.plots.cluster_shares import draw_cluster_shares
from dec_core.plots.palette import TARGET_PAPER, TARGET_USED
from dec_core.plots.pull_lengths import draw_pull_lengths
from dec_core.plots.pulls import draw_pulls
from dec_core.plots.row_sums import draw_row_sums, row_sum_histogram
from dec_core.plots.slow_motion import DrawnStep, draw_slow_motion
from dec_core.plots.style import Plot
from dec_core.plots.target_sample import draw_sample
from tests.analysis.test_target_inspection import inspected
from tests.plots.figures import as_sent, by_name, texts

Q = np.random.default_rng(1).dirichlet([0.5] * 3, 40)


def recycled() -> TargetInspection:
    return inspected(Q, recycled_target_distribution(Q))


def pulls_plot(*, of_centers: bool = True) -> Plot:
    """Three centres, each pulled to the right by P used and up by the paper's."""
    points = np.random.default_rng(0).normal(size=(40, 2)) * 10
    right, up = np.tile([[1e-3, 0]], (3, 1)), np.tile([[0, 1e-3]], (3, 1))
    right[2] = np.nan
    return draw_pulls(
        points,
        Q.argmax(axis=1),
        points[:3],
        right,
        up,
        of_centers=of_centers,
        sample_ids=np.arange(40),
        update=2,
    )


def step_plot() -> Plot:
    """A step that moves every sample to the right; rows of P sum to 0.1, 1 and 3."""
    points, labels = np.random.default_rng(0).normal(size=(40, 2)), Q.argmax(axis=1)
    step = DrawnStep(
        points=points,
        clusters=labels,
        wanted=labels,
        row_sums=np.resize([0.1, 1.0, 3.0], 40),
        moves=np.tile([[0.5, 0.0]], (40, 1)),
        clusters_after=(labels + (np.arange(40) < 4)) % 3,
        centers=points[:3],
        center_moves=np.tile([[0.0, 0.1]], (3, 1)),
        sample_ids=np.arange(40),
        update=2,
    )
    return draw_slow_motion(step, "P used")


def all_plots() -> dict[str, Plot]:
    numbers = recycled()
    return {
        "row_sums": draw_row_sums(numbers.used.row_sums),
        "cluster_shares": draw_cluster_shares(numbers),
        "pulls": pulls_plot(),
        "pulls_of_samples": pulls_plot(of_centers=False),
        "pull_lengths": draw_pull_lengths(numbers, of_centers=True),
        "lengths_of_samples": draw_pull_lengths(numbers, of_centers=False),
        "target_sample": draw_sample(numbers, 3, 7),
        "slow_motion": step_plot(),
    }


@pytest.mark.parametrize("name", all_plots())
def test_plotly_finds_nothing_wrong_and_titles_are_questions(name: str) -> None:
    plot = all_plots()[name]
    figure = plot.figure
    checked = json.loads(go.Figure(figure.data, {**figure.layout, "template": "none"}).to_json())
    del checked["layout"]["template"]
    assert as_sent(plot) == checked
    assert plot.title.endswith("?")
    assert plot.alternative.endswith(".")
    assert "nan" not in plot.alternative
    assert figure.layout.meta["columns"]


def test_row_sums_are_counted_around_one() -> None:
    sums = np.array([0.2, 1.0, 1.0, 4.0])
    numbers = row_sum_histogram(sums)
    assert numbers.shares.sum() == 1
    assert numbers.shares[np.searchsorted(numbers.edges, 1.0) - 1] == 0.5
    assert numbers.edges[0] == 0
    # A small deviation is seen as well.
    small = row_sum_histogram(np.array([0.99, 1.0, 1.01]))
    assert 0.98 < small.edges[0] < small.edges[-1] < 1.03
    assert np.count_nonzero(small.shares) == 3
    wide = row_sum_histogram(np.append(np.linspace(0.5, 2, 999), 1e9))
    assert wide.edges[-1] < 3
    assert wide.shares[-1] > 0


def test_row_sums_say_by_colour_and_word_whether_p_is_a_distribution() -> None:
    right, wrong = draw_row_sums(np.ones(5)), draw_row_sums(np.array([0.5, 2.5, np.nan]))
    colors = [plot.figure.data[0].marker["color"] for plot in (right, wrong)]
    assert colors == [TARGET_PAPER, TARGET_USED]
    assert right.alternative == "Row sums of P: all are 1."
    assert wrong.alternative.startswith("Row sums of P: from 0.5 to 2.5, half of them below 1.5.")
    assert "33.3% are not finite" in wrong.alternative
    assert texts(draw_row_sums(np.full(3, np.nan))) == ["No row of P is finite"]


def test_bars_show_both_targets_beside_q() -> None:
    numbers = recycled()
    shares = by_name(draw_cluster_shares(numbers).figure)
    paper = target_distribution(Q)
    np.testing.assert_allclose(shares["P of the paper"].y, paper.sum(axis=0) / 40, rtol=1e-5)
    np.testing.assert_allclose(shares["q"].y, Q.mean(axis=0), rtol=1e-5)
    rows = by_name(draw_sample(numbers, 3, 7).figure)
    np.testing.assert_allclose(rows["P used"].y, numbers.used.p[3], rtol=1e-5)
    np.testing.assert_allclose(rows["P of the paper"].y, paper[3], rtol=1e-5)
    lengths = by_name(draw_pull_lengths(numbers, of_centers=False).figure)
    expected = np.linalg.norm(numbers.used.by_cluster, axis=1)
    np.testing.assert_allclose(lengths["P used"].y, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("longest", "times"), [(0.0, 1), (1.0, 1), (0.2, 1), (0.1, 2), (0.0011, 200), (np.nan, 1)]
)
def test_arrows_are_lengthened_by_a_round_number(longest: float, times: float) -> None:
    assert magnification(np.array([[longest, 0.0], [0.0, 0.0]]), 1.0) == times


def test_arrows_lead_where_the_step_leads() -> None:
    plot = pulls_plot()
    traces = by_name(plot.figure)
    used, paper = traces["P used"], traces["P of the paper"]
    # The third centre's step by P used is not finite.
    assert (len(used.x), len(paper.x)) == (6, 9)
    x, y = used.x.reshape(-1, 3), used.y.reshape(-1, 3)
    assert (x[:, 1] > x[:, 0]).all()
    np.testing.assert_array_equal(y[:, 1], y[:, 0])
    times = float(
        plot.alternative.partition(" times as long")[0].rpartition(" ")[2].replace(",", "")
    )
    np.testing.assert_allclose(x[:, 1] - x[:, 0], times * 1e-3, rtol=1e-4)


def test_the_step_is_shown_in_four_pictures() -> None:
    plot = step_plot()
    before, *targets = [one for one in plot.figure.data if one.type == "scattergl"][:4]
    # Of 40 samples 14, 13 and 13 have rows that sum to 0.1, 1 and 3.
    assert [(len(one.x), one.marker["size"]) for one in targets] == [(14, 2), (13, 3), (13, 7)]
    after = next(one for one in plot.figure.data if one.xaxis == "x4")
    np.testing.assert_allclose(after.x - before.x, after.x[0] - before.x[0], rtol=1e-4)
    assert after.x[0] > before.x[0]
    assert [text for text in texts(plot) if text.startswith("After")] == [
        "After: 4 changed cluster"
    ]


def test_two_pulls_without_length_have_no_angle() -> None:
    q = np.array([[0.1, 0.5, 0.4], [0.1, 0.3, 0.6]])
    plot = draw_pull_lengths(inspected(q, target_distribution(q)), of_centers=False)
    assert plot.alternative.endswith("cluster 0: 0 by P used, 0 by P of the paper.")

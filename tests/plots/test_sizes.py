"""Do the clusters survive?"""

from __future__ import annotations

import numpy as np

from dec_core.events.view import View
from dec_core.plots.palette import cluster_colors
from dec_core.plots.sizes import ClusterShares, cluster_shares, draw_sizes
from tests.plots.figures import as_sent, by_name
from tests.plots.scripted import early_views, scripted_view


def shares_of(view: View) -> ClusterShares:
    return cluster_shares(view.start, view.updates)


def test_shares_begin_with_the_k_means_start() -> None:
    numbers = shares_of(scripted_view())
    assert numbers.iterations.tolist() == [0, 10, 20]
    expected = np.array([[0.5, 0.25, 0.25], [0.75, 0.25, 0], [1, 0, 0]])
    np.testing.assert_allclose(numbers.shares, expected)
    np.testing.assert_allclose(numbers.shares.sum(axis=1), 1)


def test_shares_before_anything_is_known() -> None:
    assert shares_of(View()).shares.shape == (0, 0)
    assert shares_of(early_views()["centres"]).shares.tolist() == [[0.5, 0.25, 0.25]]


def test_bands_are_stacked_one_per_cluster_in_its_color() -> None:
    figure = draw_sizes(scripted_view()).figure
    traces = by_name(figure)
    assert list(traces) == ["0", "1", "2"]
    assert {trace.stackgroup for trace in figure.data} == {"sizes"}
    assert [trace.fillcolor for trace in figure.data] == cluster_colors(3)
    np.testing.assert_allclose(sum(trace.y for trace in figure.data), 1)
    np.testing.assert_allclose(traces["0"].y, [0.5, 0.75, 1])


def test_the_start_alone_is_a_column_at_the_beginning_of_the_first_interval() -> None:
    view = early_views()["centres"]
    plot = draw_sizes(view)
    assert [trace.y.tolist() for trace in plot.figure.data] == [[0.5], [0.25], [0.25]]
    assert {trace.type for trace in plot.figure.data} == {"bar"}
    interval = view.config.clustering.update_interval
    assert all(0 < trace.width < 0.1 * interval for trace in plot.figure.data)
    layout = as_sent(plot)["layout"]
    assert layout["barmode"] == "stack"
    assert layout["xaxis"]["autorangeoptions"]["include"] == [0, interval]
    # A range that is given and later taken back would undo a person's zoom.
    assert "range" not in layout["xaxis"]


def test_the_axis_shows_all_samples() -> None:
    assert as_sent(draw_sizes(scripted_view()))["layout"]["yaxis"]["range"] == [0, 1]


def test_the_alternative_carries_the_current_figures() -> None:
    assert draw_sizes(scripted_view()).alternative == (
        "Cluster sizes at iteration 20: 8, 0, 0. Occupied clusters: 1; the largest holds 100%."
    )

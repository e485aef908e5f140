"""Mean and spread of runs that differ by chance, by hand."""

from __future__ import annotations

import numpy as np

from dec_core.analysis.replicates import Curve, finite, fold_curves


def curve(*points: tuple[float, float]) -> Curve:
    return finite([x for x, _ in points], [y for _, y in points])


def test_mean_and_deviation_by_hand() -> None:
    folded = fold_curves([curve((1, 2), (11, 4)), curve((1, 4), (11, 8)), curve((1, 6), (11, 6))])
    assert folded.count == 3
    assert folded.x.tolist() == [1, 11]
    np.testing.assert_allclose(folded.mean, [4, 6])
    np.testing.assert_allclose(folded.deviation, [2, 2])


def test_it_ends_where_the_shortest_ends() -> None:
    folded = fold_curves([curve((1, 0), (11, 10), (21, 20)), curve((1, 0), (11, 0))])
    assert folded.x.tolist() == [1, 11]
    np.testing.assert_allclose(folded.mean, [0, 5])


def test_points_between_are_interpolated() -> None:
    folded = fold_curves([curve((0, 0), (10, 10)), curve((0, 2), (4, 2), (10, 2))])
    assert folded.x.tolist() == [0, 4, 10]
    np.testing.assert_allclose(folded.mean, [1, 3, 6])
    np.testing.assert_allclose(folded.deviation[1], np.sqrt(2))


def test_one_curve_has_no_spread() -> None:
    folded = fold_curves([curve((1, 2), (3, 4))])
    assert (folded.count, folded.deviation.tolist()) == (1, [0, 0])
    assert folded.mean.tolist() == [2, 4]


def test_curves_without_points_are_left_out() -> None:
    assert fold_curves([]).count == 0
    folded = fold_curves([curve(), curve((1, 2))])
    assert (folded.count, folded.x.tolist()) == (1, [1])


def test_curves_that_do_not_overlap_have_no_mean() -> None:
    folded = fold_curves([curve((0, 1), (1, 1)), curve((2, 1), (3, 1))])
    assert not len(folded.x)
    assert not len(folded.mean)


def test_values_that_are_no_numbers_are_left_out() -> None:
    found = finite([1, 2, 3], [float("nan"), 5, float("inf")])
    assert (found.x.tolist(), found.y.tolist()) == ([2], [5])

"""When a score counts as lost or gained beside that of the k-means start."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dec_core.analysis.metrics import (
    accuracy,
    adjusted_rand,
    normalized_mutual_information,
)
from dec_core.analysis.scores import MARGINS, below_start, margin
from dec_core.analysis.signs import Start
from tests.analysis.observations import Observed, observe, start


def table_with(n_wrong: int, n_per_class: int, k: int) -> np.ndarray:
    """Classes against clusters where so many samples of each class fall on each other cluster."""
    table = np.full((k, k), n_wrong)
    np.fill_diagonal(table, n_per_class - n_wrong * (k - 1))
    return table


def start_of(table: np.ndarray) -> Start:
    return start(
        table.sum(axis=0).tolist(),
        normalized_mutual_information(table),
        acc=accuracy(table),
        ari=adjusted_rand(table),
    )


def update_of(began: Start, scores: dict[str, float]) -> Observed:
    """An update with these scores."""
    return observe(10, began.cluster_sizes, scores["nmi"], acc=scores["acc"], ari=scores["ari"])


def moved(table: np.ndarray, count: int) -> dict[str, float]:
    """The scores after so many samples have gone, each to another wrong cluster."""
    table = table.copy()
    k = len(table)
    for number in range(count):
        one = number % k
        table[one, one] -= 1
        table[one, (one + 1) % k] += 1
    values = (accuracy(table), normalized_mutual_information(table), adjusted_rand(table))
    return dict(zip(("acc", "nmi", "ari"), values, strict=True))


@pytest.mark.parametrize("n_wrong", [1, 2, 5])
def test_four_samples_of_177_decide_nothing_and_five_do(n_wrong: int) -> None:
    table = table_with(n_wrong, 59, 3)
    began = start_of(table)
    assert table.sum() == 177
    for count in (1, 2, 3, 4):
        assert below_start(began, update_of(began, moved(table, count))) == []
    scores = moved(table, 5)
    # One sample alone moves NMI by more than its usual margin.
    assert moved(table, 1)["nmi"] < began.value("nmi") - MARGINS["nmi"]
    assert "acc" in below_start(began, update_of(began, scores))


def test_the_margin_by_hand() -> None:
    # ACC 0.95 of three clusters: 0.95 * 2 / 0.05 = 38, and ARI 6 * (0.95 - 0.025) / 2.
    began = start((60, 60, 58), 0.8, acc=0.95)
    assert margin(began, "acc") == pytest.approx(4.5 / 178)
    assert margin(began, "nmi") == pytest.approx(4.5 / 178 * math.log(38) / math.log(3))
    assert margin(began, "ari") == pytest.approx(4.5 / 178 * 2.775)
    perfect = start((60, 60, 58), 1.0, acc=1.0)
    # An error of no sample counts as one of a single sample.
    slope = math.log(177 / 178 * 2 / (1 / 178)) / math.log(3)
    assert margin(perfect, "nmi") == pytest.approx(4.5 / 178 * slope)


@pytest.mark.parametrize("acc", [0.0, 0.1, 0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("n_samples", [1_797, 2_000, 70_000])
def test_on_large_data_the_usual_margins_hold(n_samples: int, acc: float) -> None:
    began = start((n_samples - 9, *[1] * 9), 0.5, acc=acc)
    assert {score: margin(began, score) for score in MARGINS} == MARGINS


def test_without_accuracy_the_usual_margins_hold() -> None:
    began = Start((10, 10), {"nmi": 0.5})
    assert {score: margin(began, score) for score in MARGINS} == MARGINS

"""The sentences of the inspector, word for word."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.analysis.projection import Plane, run_map
from dec_core.analysis.target_inspection import TargetInspection, angles, inspect_target
from dec_core.analysis.target_words import row_sum_text, target_finding
from dec_core.analysis.verdict import Condition
from dec_core.model import soft_assignment, target_distribution

CENTERS = np.array([[0.0, 0.0], [4.0, 0.0]])


def of(embedding: np.ndarray, used: np.ndarray | None = None) -> TargetInspection:
    q = soft_assignment(embedding, CENTERS)
    paper = target_distribution(q)
    return inspect_target(
        embedding,
        CENTERS,
        q.argmax(axis=1),
        q,
        used=paper if used is None else used,
        paper=paper,
        alpha=1.0,
        loss="kld",
    )


SPREAD = np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 1.0], [4.5, 0.0], [3.0, 0.0]])


def test_a_right_target() -> None:
    found = target_finding(of(SPREAD))
    assert found.condition is Condition.HEALTHY
    assert found.sentence == (
        "P is the paper's target: its rows sum to 1. It sharpens q: the largest entry of a row "
        "rises from 0.91 to 0.99 on average."
    )


def test_rows_that_do_not_sum_to_one() -> None:
    weights = np.array([[3.0], [0.25], [1], [1], [1]])
    numbers = of(SPREAD, weights * target_distribution(soft_assignment(SPREAD, CENTERS)))
    found = target_finding(numbers)
    assert found.condition is Condition.BROKEN
    first, second, favoured, third = found.sentence.split(". ", 3)
    assert first == "The rows of P sum to 0.25 to 3 instead of 1: this is not a distribution"
    assert second == "Its largest entry is 2.96, which the loss counts as 1"
    # About 3 + 0.25 + 1 of 6.25, and 3 of 5.
    assert favoured == "It puts 68% of its weight on cluster 0, the paper's P 60%"
    used, paper = numbers.pulls(of_centers=True)
    assert np.linalg.norm(used - paper, axis=1).argmax() == 1
    times = np.linalg.norm(used[1]) / np.linalg.norm(paper[1])
    turned = f"{angles(used, paper)[1]:.0f} degrees to that by the paper's P"
    assert third == f"The step of centre 1 lies at {turned} and is {times:.2g} times as long."


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.133, "0.133"), (10.03, "10"), (0.99987, "0.9999"), (1.000302, "1.0003"), (0.991, "0.991")],
)
def test_a_row_sum_is_told_from_one(value: float, text: str) -> None:
    assert row_sum_text(value) == text


def test_another_target_that_is_a_distribution() -> None:
    numbers = of(SPREAD, np.full((5, 2), 0.5))
    found = target_finding(numbers)
    assert found.condition is Condition.WARNING
    assert found.sentence.startswith(
        "The rows of P sum to 1, but it is not the paper's target: its entries differ by 0.49 on "
    )
    assert "The step of centre" in found.sentence
    assert found.sentence.endswith("largest entry of a row falls from 0.91 to 0.50 on average.")


def test_rows_that_are_not_finite() -> None:
    used = np.full((5, 2), 0.5)
    used[1, 0] = np.nan
    found = target_finding(of(SPREAD, used))
    assert found.condition is Condition.BROKEN
    assert found.sentence.startswith("1 of 5 rows of P are not finite.")


@pytest.mark.parametrize(
    ("embedding", "expected"),
    [
        (np.array([[2.0, 1.0], [2.0, -1.0], [1.999, 0.0]]), "But q is nearly uniform"),
        (SPREAD[[0, 1, 2] * 7], "Cluster 0 holds 100.0% of the samples; P puts "),
    ],
)
def test_a_right_target_that_cannot_help(embedding: np.ndarray, expected: str) -> None:
    found = target_finding(of(embedding))
    assert found.condition is Condition.WARNING
    assert expected in found.sentence


def test_a_plane_draws_any_point_as_the_map_does() -> None:
    generator = np.random.default_rng(0)
    embedding = generator.normal(size=(50, 4)).astype(np.float32)
    mapped = run_map(embedding, generator.normal(size=(50, 4)).astype(np.float32))
    assert mapped is not None
    plane = Plane.of(embedding, mapped[0])
    np.testing.assert_allclose(plane.draw(embedding), mapped[0], atol=1e-4)
    middle = embedding[:2].mean(axis=0, keepdims=True)
    np.testing.assert_allclose(plane.draw(middle)[0], mapped[0][:2].mean(axis=0), atol=1e-4)

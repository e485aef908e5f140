"""Every kind that the settings offer can be built and trained."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import NETWORKS, OBJECTIVES, TARGETS, DecObjective, TargetRule
from dec_core.errors import SettingsError
from dec_core.model import (
    NETWORK_BUILDERS,
    OBJECTIVE_LOSSES,
    TARGET_FUNCTIONS,
    kl_divergence,
    recycled_target_distribution,
    target_distribution,
)
from dec_core.model.registry import Registry
from dec_core.model.targets import batch_target


def some_q() -> np.ndarray:
    """(6, 3), rows sum to 1."""
    q = np.random.default_rng(0).random((6, 3))
    return q / q.sum(axis=1, keepdims=True)


def test_every_kind_has_its_function() -> None:
    assert tuple(NETWORK_BUILDERS) == NETWORKS.names
    assert tuple(TARGET_FUNCTIONS) == TARGETS.names
    assert tuple(OBJECTIVE_LOSSES) == OBJECTIVES.names


def test_a_kind_without_a_function_is_refused() -> None:
    one: Registry[int] = Registry(TARGETS, {"paper": 1})
    assert one["paper"] == 1
    expected = r"^clustering\.target must be a kind that can be trained: paper\. Received 'best'\."
    with pytest.raises(SettingsError, match=expected):
        one["best"]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("paper", target_distribution),
        ("r-recycled", recycled_target_distribution),
        ("per-batch", target_distribution),
    ],
)
def test_the_target_of_each_rule(name: str, function: object) -> None:
    target = TARGET_FUNCTIONS[name](TargetRule(kind=name))
    assert target.over_data is function
    assert (target.in_batch is not None) is (name == "per-batch")


def test_the_target_of_a_batch_is_equation_3_over_the_batch() -> None:
    q = some_q()
    np.testing.assert_allclose(batch_target(tf.constant(q)), target_distribution(q), rtol=1e-12)


def test_the_loss_of_the_dec_objective() -> None:
    q = some_q()
    p = target_distribution(q)
    kld = OBJECTIVE_LOSSES["dec"](DecObjective()).clustering(tf.constant(p), tf.constant(q))
    assert float(kld) == pytest.approx(kl_divergence(p, q), rel=1e-6)
    squared = OBJECTIVE_LOSSES["dec"](DecObjective(loss="mse"))
    mse = squared.clustering(tf.constant(p), tf.constant(q))
    assert float(mse) == pytest.approx(float(np.square(p - q).mean()), rel=1e-6)

"""The settings of the clustering phase."""

from __future__ import annotations

from typing import Annotated, Literal

from dec_core.config.augmentation import ROTATION, SHIFT
from dec_core.config.gradient_steps import BATCH_SIZE, MOMENTUM, OPTIMIZER, OptimizerName
from dec_core.config.objectives import OBJECTIVES, TARGETS, DecObjective, Objective, TargetRule
from dec_core.config.repairs import (
    DISSOLVINGS,
    RESETS,
    Dissolving,
    NoDissolving,
    NoReset,
    Reset,
)
from dec_core.config.section import Section, setting

BatchOrder = Literal["stored", "shuffled"]


class ClusteringSettings(Section):
    """The clustering phase: k-means start, target distribution, optimisation, stop rule."""

    n_clusters: int = setting(
        10,
        "Clusters",
        "How many clusters to look for; at most one per sample.",
        ge=2,
        le=200,
        slide_to=30,
    )
    alpha: float = setting(
        1.0,
        "Alpha",
        "Degrees of freedom of Student's t in the soft assignment (equation 1).",
        ge=0.01,
        le=100.0,
        log=True,
    )
    target: Annotated[TargetRule, TARGETS] = TargetRule()
    objective: Annotated[Objective, OBJECTIVES] = DecObjective()
    optimizer: OptimizerName = OPTIMIZER
    learning_rate: float = setting(
        0.05, "Learning rate", "Step size of clustering.", ge=1e-6, le=10.0, log=True
    )
    momentum: float = MOMENTUM
    batch_size: int = BATCH_SIZE
    update_interval: int = setting(
        30,
        "Update interval",
        "Iterations between two updates of the target distribution.",
        ge=1,
        le=10_000,
        log=True,
    )
    tol: float = setting(
        1e-3,
        "Tolerance",
        "Stop when a smaller share of the labels changed between two updates.",
        ge=0.0,
        le=0.5,
        log=True,
    )
    max_iterations: int = setting(
        20_000,
        "Maximum iterations",
        "Stop here at the latest. Iteration n is the state after n gradient steps; 0 is the "
        "k-means start.",
        ge=1,
        le=1_000_000,
        log=True,
    )
    kmeans_restarts: int = setting(
        20, "k-means restarts", "Starts of k-means; the best one gives the centres.", ge=1, le=200
    )
    batch_order: BatchOrder = setting(
        "stored", "Batch order", "stored: as the data lie. shuffled: a new order each pass."
    )
    shift: int = SHIFT
    rotation: int = ROTATION
    reset: Annotated[Reset, RESETS] = NoReset()
    dissolve: Annotated[Dissolving, DISSOLVINGS] = NoDissolving()

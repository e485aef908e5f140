"""The target distribution of any update of a run, made again from what is stored of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.target_inspection import TargetInspection, inspect_target
from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.events.events import SamplesChosen
from dec_core.model import (
    TARGET_FUNCTIONS,
    recycled_target_of_sample,
    soft_assignment,
    target_distribution,
)
from dec_core.model.assignment import Floats
from dec_core.runs.handle import RunHandle
from dec_core.store.store import RunStore


class Origin(Enum):
    """Where the inspected P comes from."""

    ALL_SAMPLES = "made again from all samples"
    CHECKPOINT = "as the checkpoint of this update holds it"
    SOME_SAMPLES = "estimated from the samples whose embedding is kept"


@dataclass(frozen=True, eq=False)
class InspectedUpdate:
    """What is known of the target at one update.

    Attributes
    ----------
    update, iteration : which one
    config : the settings that held there; the learning rate with live changes
    origin : where the P that was used comes from
    sample_ids : (n_inspected,), the samples' numbers
    n_samples : of the whole data set
    embedding : (n_inspected, n_dimensions)
    centers : (n_clusters, n_dimensions)
    inspection : P beside the paper's P
    """

    update: int
    iteration: int
    config: Config
    origin: Origin
    sample_ids: NDArray[np.integer]
    n_samples: int
    embedding: NDArray[np.float32]
    centers: NDArray[np.float32]
    inspection: TargetInspection

    @property
    def is_estimated(self) -> bool:
        """Whether numbers over all samples come from some of them."""
        return len(self.sample_ids) < self.n_samples


def inspect_update(run: RunHandle, store: RunStore, update: int) -> InspectedUpdate:
    """Make P of an update again and compare it with the paper's.

    q follows from the embedding and the centres of the update. Where the embedding of all samples
    is kept, so does P. Of larger data it is kept of some samples; their rows of P are read from a
    checkpoint where one was taken at this update, and otherwise estimated.

    Parameters
    ----------
    update : its number, from 0; its embedding must be kept

    Raises
    ------
    RunError
        If the embedding is not kept or not finite, or the centres are not known.
    """
    view, samples = run.view, run.frames.samples
    if not 0 <= update < len(view.updates) or view.started is None:
        raise RunError(f"Update {update:,} is not there. The run has {len(view.updates):,}.")
    labels = run.frames.labels(update)[samples.sample_ids]
    embedded = run.frames.embedded(update)
    if not len(embedded.centers):
        raise RunError(
            "The cluster centres of this run were not stored, as a former version of DEC Lab made "
            "it, so its P cannot be made again. Train it again to inspect it."
        )
    if not (np.isfinite(embedded.samples).all() and np.isfinite(embedded.centers).all()):
        raise RunError("The embedding is not finite at this update. Choose an earlier one.")
    iteration, n_samples = view.updates[update].iteration, view.started.n_samples
    config = _config_at(run, store, update, iteration)
    settings = config.clustering
    q = soft_assignment(embedded.samples, embedded.centers, settings.alpha)
    used, origin = None, Origin.CHECKPOINT
    if len(samples.sample_ids) < n_samples and _is_stored(config):
        used = _stored_target(store, run.run_id, iteration, samples)
    if used is None:
        used, origin = _target(config, q, samples.sample_ids, n_samples)
    return InspectedUpdate(
        update,
        iteration,
        config,
        origin,
        samples.sample_ids,
        n_samples,
        embedded.samples,
        embedded.centers,
        inspect_target(
            embedded.samples,
            embedded.centers,
            labels,
            q,
            used=used,
            paper=target_distribution(q),
            alpha=settings.alpha,
            loss=config.get("clustering.loss"),
        ),
    )


def _config_at(run: RunHandle, store: RunStore, update: int, iteration: int) -> Config:
    """The settings at an update: before a branch began they were those of its parent."""
    config, lineage = run.view.config_at(iteration), run.lineage
    while lineage is not None and update < lineage.updates - 1:
        before = {path: old for path, (old, _) in lineage.changes.items() if old is not None}
        config = config.with_values(before)
        try:
            lineage = store.record(lineage.parent).lineage
        except RunError:  # the parent is gone; what it changed itself is not known
            break
    return config


def _is_stored(config: Config) -> bool:
    """Whether a checkpoint's P tells more of the rule than one that is made again from a sample.

    Under the paper's own rule both sides are to have the frequencies of the same samples, or they
    would seem to differ; a rule per batch uses no P over all data.
    """
    rule = config.clustering.target
    return rule.kind != "paper" and TARGET_FUNCTIONS[rule.kind](rule).in_batch is None


def _stored_target(
    store: RunStore, run_id: str, iteration: int, samples: SamplesChosen
) -> Floats | None:
    """The samples' rows of P from the checkpoint of that iteration; None where there is none."""
    try:
        if iteration not in store.checkpoints(run_id):
            return None
        checkpoint = store.checkpoint(run_id, iteration)
    except RunError:
        return None
    if checkpoint.p is None or checkpoint.last_update_at != iteration:
        return None
    return checkpoint.p[samples.sample_ids].astype(np.float64)


def _target(
    config: Config, q: Floats, rows: NDArray[np.integer], n_samples: int
) -> tuple[Floats, Origin]:
    """P by the rule of the settings; estimated where ``rows`` are not all samples."""
    rule, is_whole = config.clustering.target, len(rows) == n_samples
    target = TARGET_FUNCTIONS[rule.kind](rule)
    origin = Origin.ALL_SAMPLES if is_whole else Origin.SOME_SAMPLES
    if target.in_batch is not None:
        return _target_by_batches(config, q, target.in_batch), origin
    if rule.kind == "r-recycled" and not is_whole:
        return recycled_target_of_sample(q, rows, n_samples), origin
    return target.over_data(q), origin


def _target_by_batches(config: Config, q: Floats, in_batch: Callable[[Any], Any]) -> Floats:
    """The target that each batch of one pass over the samples would get at this update."""
    settings = config.clustering
    order = np.arange(len(q))
    if settings.batch_order == "shuffled":
        order = np.random.default_rng(config.seed).permutation(len(q))
    p = np.empty_like(q)
    for begin in range(0, len(q), settings.batch_size):
        rows = order[begin : begin + settings.batch_size]
        p[rows] = in_batch(q[rows])
    return p

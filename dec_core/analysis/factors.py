"""What may have spoilt a run: the settings in which it differs from the reference, by cause.

A factor that differs is a suspect, no more: runs in which it is changed decide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dec_core.analysis.data_facts import DataFacts
from dec_core.analysis.signs import ROW_SUM_MARGIN, History
from dec_core.config import (
    NETWORKS,
    REFERENCE_PRESET,
    SETTINGS,
    Config,
    DenseNetwork,
    IdecObjective,
    NoPretraining,
    PretrainingSettings,
    SmallDissolving,
    SoftReset,
    get_preset,
)
from dec_core.words import counted

# Settings that pretrain well within seconds to minutes, whatever the scale of the loss: at a rate
# of 0.001 Adam's steps do not depend on it, as those of SGD do.
PRETRAINING = PretrainingSettings(optimizer="adam", learning_rate=1e-3, epochs=150, batch_size=256)
ADAM_RATE = 1e-3
# More clusters than one for so many samples are more than can be told apart.
SAMPLES_PER_CLUSTER = 20


class Stage(StrEnum):
    """The part of a run in which a factor takes effect, and from which it must be repeated."""

    CLUSTERING = "clustering"
    KMEANS = "kmeans"
    PRETRAINING = "pretraining"


@dataclass(frozen=True)
class Factor:
    """A suspect.

    Attributes
    ----------
    cause : its id, as in ``Diagnosis``
    stage : where it takes effect
    words : what is wrong, as a fragment of a sentence
    repair : the settings that take it back to the reference, given what was repaired before
    """

    cause: str
    stage: Stage
    words: str
    repair: Callable[[Config], Mapping[str, Any]]

    def label(self, config: Config) -> str:
        """Its settings that are not at the reference, such as "learning rate"; pretraining has some
        of the same name, and says so."""
        repair = self.repair(config)
        differing = [path for path, value in repair.items() if config.get(path) != value]
        settings = [SETTINGS[path] for path in differing or repair]
        words = " and ".join(one.label[0].lower() + one.label[1:] for one in settings)
        is_early = any(one.section == "pretraining" for one in settings)
        return f"pretraining {words}" if is_early else words


def repaired(config: Config, factors: Collection[Factor]) -> Config:
    """The settings with these factors at their reference."""
    # What suits depends on the optimizer, so that is repaired first.
    for factor in sorted(factors, key=lambda one: one.cause != "optimizer_unsuitable"):
        config = config.with_values(factor.repair(config))
    return config


def suspects(config: Config, facts: DataFacts, history: History) -> tuple[Factor, ...]:
    """The factors of clustering and of the k-means start, the likeliest first.

    Parameters
    ----------
    history : the run's updates, from which it is seen what a target rule did
    """
    return (
        *_of_target(config, history),
        *_of_steps(config),
        *_of_updates(config),
        *_of_batches(config, facts),
        *_of_repairs(config),
        *_of_start(config, facts),
    )


def pretraining_suspects(config: Config, facts: DataFacts) -> tuple[Factor, ...]:
    """The factors of what comes before k-means, but for the network."""
    return (*_of_data(config, facts), *_of_pretraining(config))


def _reference() -> Config:
    return get_preset(REFERENCE_PRESET).config


def _set(**values: Any) -> Callable[[Config], Mapping[str, Any]]:
    """A repair that sets fields of clustering, whatever the others are."""
    chosen = {f"clustering.{name}": value for name, value in values.items()}
    return lambda _: chosen


def _of_target(config: Config, history: History) -> Iterator[Factor]:
    kind = config.clustering.target.kind
    if kind == "paper":
        return
    sums = [
        update.measures[name]
        for update in history
        for name in ("target_row_sum_min", "target_row_sum_max")
        if name in update.measures
    ]
    repair = _set(target="paper")
    if kind == "per-batch":
        words = "the target distribution is made from each batch alone"
        yield Factor("target_per_batch", Stage.CLUSTERING, words, repair)
    elif any(abs(value - 1) > ROW_SUM_MARGIN for value in sums):
        low, high = min(sums), max(sums)
        words = f"the rows of the target sum to {low:.3g} to {high:.3g} instead of 1"
        yield Factor("target_rows_not_normalised", Stage.CLUSTERING, words, repair)
    else:
        words = f"the target rule {kind} does not weigh clusters by their frequency"
        yield Factor("target_ignores_cluster_frequency", Stage.CLUSTERING, words, repair)


def reference_rate(config: Config) -> float:
    """The learning rate of clustering at which the optimizer of these settings is known to work."""
    if config.clustering.optimizer == "adam":
        return ADAM_RATE
    return _reference().clustering.learning_rate


def _of_steps(config: Config) -> Iterator[Factor]:
    own, reference = config.clustering, _reference().clustering
    rate = own.learning_rate
    if rate != reference_rate(config):
        way = "high" if rate > reference_rate(config) else "low"
        words = f"the learning rate of clustering, {rate:g}, is too {way}"
        yield Factor(
            f"learning_rate_too_{way}",
            Stage.CLUSTERING,
            words,
            lambda c: {"clustering.learning_rate": reference_rate(c)},
        )
    if own.optimizer != reference.optimizer:
        words = f"clustering is optimized by {own.optimizer.capitalize()}"
        # A rate that suits Adam means nothing for SGD.
        values: dict[str, Any] = {"optimizer": reference.optimizer}
        if rate == reference_rate(config):
            values["learning_rate"] = reference.learning_rate
        yield Factor("optimizer_unsuitable", Stage.CLUSTERING, words, _set(**values))
    if own.momentum > reference.momentum and own.optimizer == "sgd":
        words = f"the momentum of clustering, {own.momentum:g}, is too high"
        repair = _set(momentum=reference.momentum)
        yield Factor("momentum_too_high", Stage.CLUSTERING, words, repair)
    yield from _of_objective(config)


def _of_objective(config: Config) -> Iterator[Factor]:
    loss = _reference().get("clustering.loss")
    if config.get("clustering.loss") != loss:
        words = f"clustering makes {config.text_of('clustering.loss')} smaller instead of KL"
        yield Factor("loss_unsuitable", Stage.CLUSTERING, words, _set(loss=loss))
    gamma, published = config.get("clustering.gamma"), IdecObjective().gamma
    if gamma is not None and gamma != published:
        way = "high" if gamma > published else "low"
        words = f"gamma, the weight of the clustering loss, is {gamma:g}, which is too {way}"
        if gamma == 0:
            words = "gamma is 0, so that the target distribution has no influence"
        yield Factor(f"gamma_too_{way}", Stage.CLUSTERING, words, _set(gamma=published))


def _of_updates(config: Config) -> Iterator[Factor]:
    own, reference = config.clustering, _reference().clustering
    interval = own.update_interval
    if interval != reference.update_interval:
        is_short = interval < reference.update_interval
        words = f"the target is renewed every {counted(interval, 'iteration')}"
        yield Factor(
            f"update_interval_too_{'short' if is_short else 'long'}",
            Stage.CLUSTERING,
            words,
            _set(update_interval=reference.update_interval),
        )
    if own.tol > reference.tol:
        words = f"the run stops once fewer than {own.tol:.3g} of the labels change"
        repair = _set(tol=reference.tol)
        yield Factor("tolerance_too_large", Stage.CLUSTERING, words, repair)


def _of_repairs(config: Config) -> Iterator[Factor]:
    """What the run does to its own encoder and clusters."""
    own = config.clustering
    if isinstance(own.reset, SoftReset):
        words = f"the encoder is reset every {own.reset.reset_every:,} passes over the data"
        yield Factor("encoder_reset", Stage.CLUSTERING, words, _set(reset="none"))
    if isinstance(own.dissolve, SmallDissolving):
        words = "small clusters are dissolved"
        yield Factor("clusters_dissolved", Stage.CLUSTERING, words, _set(dissolve="none"))


def too_few_iterations(config: Config, needed: int) -> Iterator[Factor]:
    """The factor of a maximum below what the reference gets."""
    if config.clustering.max_iterations < needed:
        words = f"the run ends after {counted(config.clustering.max_iterations, 'iteration')}"
        repair = _set(max_iterations=needed)
        yield Factor("too_few_iterations", Stage.CLUSTERING, words, repair)


def _of_batches(config: Config, facts: DataFacts) -> Iterator[Factor]:
    own, reference = config.clustering, _reference().clustering
    size = min(own.batch_size, facts.n_samples)
    if size < min(reference.batch_size, facts.n_samples):
        words = f"a batch has only {counted(size, 'sample')}"
        repair = _set(batch_size=reference.batch_size)
        yield Factor("batch_too_small", Stage.CLUSTERING, words, repair)
    if own.batch_order == "stored" and facts.is_ordered:
        words = "the data are sorted and batches are taken in their order"
        repair = _set(batch_order="shuffled")
        yield Factor("ordered_batches", Stage.CLUSTERING, words, repair)


def _of_start(config: Config, facts: DataFacts) -> Iterator[Factor]:
    own, reference = config.clustering, _reference().clustering
    if own.alpha != reference.alpha:
        words = f"alpha is {own.alpha:g}"
        yield Factor("alpha_unsuitable", Stage.KMEANS, words, _set(alpha=reference.alpha))
    n_clusters = facts.n_classes or max(2, facts.n_samples // SAMPLES_PER_CLUSTER)
    # More than there are distinct samples is a fault of the data.
    if facts.n_distinct >= own.n_clusters > n_clusters > 1:
        words = f"{own.n_clusters:,} clusters are more than the data have"
        yield Factor("too_many_clusters", Stage.KMEANS, words, _set(n_clusters=n_clusters))


def _of_data(config: Config, facts: DataFacts) -> Iterator[Factor]:
    wanted = config.clustering.n_clusters
    if facts.n_distinct < wanted:
        distinct = counted(facts.n_distinct, "distinct sample")
        words = f"the data have {distinct} for {wanted:,} clusters"
        fewer = {"clustering.n_clusters": max(2, facts.n_distinct)}
        yield Factor("constant_or_duplicate_data", Stage.PRETRAINING, words, lambda _: fewer)
    if facts.is_unscaled and config.data.scaling == "none":
        words = f"the data are not scaled: values up to {facts.largest:,.4g}"
        if facts.largest <= 1 or facts.spread_ratio > facts.largest:
            words = f"the data are not scaled: a feature spreads {facts.spread_ratio:,.0f} times "
            words += "as wide as others"
        repair = {"data.scaling": "standard"}
        yield Factor("data_not_scaled", Stage.PRETRAINING, words, lambda _: repair)


def _of_pretraining(config: Config) -> Iterator[Factor]:
    own, sound = config.pretraining, PRETRAINING
    if not isinstance(own, PretrainingSettings):
        if isinstance(own, NoPretraining):
            words, fields = "the network is not pretrained", "kind epochs optimizer learning_rate"
            yield _pretraining_factor("pretraining_insufficient", words, fields)
        return
    if (own.optimizer, own.learning_rate) != (sound.optimizer, sound.learning_rate):
        name = own.optimizer.upper() if own.optimizer == "sgd" else own.optimizer.capitalize()
        words = f"the step of pretraining ({name} at {own.learning_rate:g}) does not suit"
        yield _pretraining_factor("pretraining_step_unsuitable", words, "optimizer learning_rate")
    if own.epochs < sound.epochs:
        words = f"pretraining of {counted(own.epochs, 'epoch')} is too short"
        yield _pretraining_factor("pretraining_insufficient", words, "epochs")
    if own.batch_size > sound.batch_size:
        words = f"pretraining takes {own.batch_size:,} samples per step"
        yield _pretraining_factor("pretraining_batch_too_large", words, "batch_size")


def _pretraining_factor(cause: str, words: str, fields: str) -> Factor:
    chosen = {f"pretraining.{name}": getattr(PRETRAINING, name) for name in fields.split()}
    return Factor(cause, Stage.PRETRAINING, words, lambda _: chosen)


def network_suspects(config: Config, *, is_dead: bool) -> Iterator[Factor]:
    """The factor of a network that is not the reference's; ``is_dead`` where its embedding is."""
    own, reference = config.autoencoder, _reference().autoencoder
    if not isinstance(reference, DenseNetwork):
        return
    width = own.n_dimensions if own.n_dimensions > 1 else reference.n_dimensions
    units = (*reference.units[:-1], width)
    repair: dict[str, Any] = {"autoencoder.units": units}
    if isinstance(own, DenseNetwork):
        shape = "-".join(str(one) for one in own.units)
        if own.dropout:
            shape, repair["autoencoder.dropout"] = f"{shape}, dropout {own.dropout:g}", 0.0
    else:
        shape, repair = own.kind, {NETWORKS.path: reference.kind, **repair}
    if any(config.get(path) != value for path, value in repair.items()):
        words = f"the network ({shape}) does not learn the data"
        cause = "dead_embedding" if is_dead else "network_unsuitable"
        yield Factor(cause, Stage.PRETRAINING, words, lambda _: repair)

"""What the settings, the data and a run's own numbers say for or against a cause."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from dec_core.analysis.diagnosis import Case
from dec_core.analysis.factors import Factor, reference_rate
from dec_core.analysis.signs import ROW_SUM_MARGIN
from dec_core.config import SETTINGS
from dec_core.words import counted

Item = dict[str, Any]


def evidence_of(factor: Factor, case: Case) -> list[Item]:
    """Static evidence (settings and data) and indicators (the run's history) of a factor.

    Returns
    -------
    Plain values, each with ``kind`` ("static" or "indicator"), ``indicator``, ``value``,
    ``threshold`` (None where there is none), ``speaks`` ("for" or "against") and ``sentence``
    """
    items = [*_settings(factor, case), *_FURTHER.get(factor.cause, lambda _: iter(()))(case)]
    return [item for item in items if item["value"] is not None]


def _settings(factor: Factor, case: Case) -> Iterator[Item]:
    """Own values beside those of the reference."""
    config = case.trial.config
    for path, reference in factor.repair(config).items():
        own = config.get(path)
        if own != reference:
            label, text = SETTINGS[path].label, SETTINGS[path].format(reference)
            sentence = f"{label} {config.text_of(path)}; the reference has {text}."
            yield _item("static", path, own, reference, sentence)


def _item(
    kind: str, indicator: str, value: Any, threshold: Any, sentence: str, *, is_for: bool = True
) -> Item:
    return {
        "kind": kind,
        "indicator": indicator,
        "value": None if isinstance(value, float) and not math.isfinite(value) else value,
        "threshold": threshold,
        "speaks": "for" if is_for else "against",
        "sentence": sentence,
    }


def _target_numbers(case: Case) -> Iterator[Item]:
    for name, choose in (("target_row_sum_min", min), ("target_row_sum_max", max)):
        sums = [u.measures[name] for u in case.trial.history if name in u.measures]
        if sums:
            value = choose(sums)
            sentence = f"Rows of P summed to {value:.3g}; those of equation 3 sum to 1."
            is_for = abs(value - 1) > ROW_SUM_MARGIN
            yield _item("indicator", name, value, 1.0, sentence, is_for=is_for)
    largest = [u.measures["target_max"] for u in case.trial.history if "target_max" in u.measures]
    if largest:
        value = max(largest)
        sentence = f"An entry of P was {value:.3g}; those of equation 3 are at most 1."
        is_for = value > 1 + ROW_SUM_MARGIN
        yield _item("indicator", "target_max", value, 1.0, sentence, is_for=is_for)


def _first_steps(case: Case) -> Iterator[Item]:
    """What the first interval did: too large a step moves everything at once."""
    if len(case.trial.history) < 2:
        return
    before, after = case.trial.history[:2]
    changed = after.measures.get("delta_label", math.nan)
    at = f"by iteration {after.iteration:,}"
    sentence = f"{changed:.0%} of the labels changed {at}."
    yield _item("indicator", "delta_label", changed, 0.1, sentence, is_for=changed > 0.1)
    began = before.measures.get("embedding_spread", math.nan)
    grown = after.measures.get("embedding_spread", math.nan) / began if began else math.nan
    sentence = f"The embedding became {grown:.2g} times as wide {at}."
    yield _item("indicator", "embedding_spread", grown, 2.0, sentence, is_for=grown > 2)


def _rate(case: Case) -> Iterator[Item]:
    config = case.trial.config
    times = config.clustering.learning_rate / reference_rate(config)
    sentence = f"That is {times:,.3g} times the rate that is known to converge."
    yield _item("static", "learning_rate_ratio", times, 1.0, sentence)
    yield from _first_steps(case)


def _interval(case: Case) -> Iterator[Item]:
    settings = case.trial.config.clustering
    per_pass = math.ceil(case.facts.n_samples / settings.batch_size)
    part = settings.update_interval / per_pass
    sentence = (
        f"One interval sees {part:.2g} times the data ({counted(per_pass, 'step')} per pass)."
    )
    yield _item("static", "passes_per_interval", part, 1.0, sentence, is_for=part < 1)


def _batch(case: Case) -> Iterator[Item]:
    settings = case.trial.config.clustering
    per_cluster = settings.batch_size / settings.n_clusters
    sentence = f"A batch has {per_cluster:.2g} samples per cluster."
    yield _item("static", "samples_per_cluster", per_cluster, 1.0, sentence, is_for=per_cluster < 1)


def _order(case: Case) -> Iterator[Item]:
    facts = case.facts
    if facts.neighbor_labels is not None:
        sentence = f"Neighbouring rows share their class {facts.neighbor_labels:.0%} beyond chance."
        yield _item("static", "neighbor_labels", facts.neighbor_labels, 0.5, sentence)
    sentence = f"Neighbouring rows lie at {facts.neighbor_distance:.0%} of the usual distance."
    yield _item("static", "neighbor_distance", facts.neighbor_distance, 0.8, sentence)


def _scale(case: Case) -> Iterator[Item]:
    facts = case.facts
    sentence = f"The largest value is {facts.largest:,.4g}; networks expect about 0 to 1."
    yield _item("static", "largest_value", facts.largest, 10.0, sentence)
    sentence = f"The widest feature spreads {facts.spread_ratio:,.3g} times as far as the median."
    is_for = facts.spread_ratio > 100
    yield _item("static", "spread_ratio", facts.spread_ratio, 100.0, sentence, is_for=is_for)


def _pretraining(case: Case) -> Iterator[Item]:
    start = case.trial.start
    error = math.nan if start is None else start.value("reconstruction_error")
    pca = case.facts.pca_error
    if math.isfinite(error):
        sentence = (
            f"The autoencoder leaves {error:.0%} of the variance unexplained, principal components "
            f"of the same width {pca:.0%}."
        )
        yield _item("static", "reconstruction_error", error, pca, sentence, is_for=error > pca)
    if case.trial.history:
        first = case.trial.history[0].measures
        rank = first.get("embedding_rank", math.nan)
        dimensions = case.trial.config.autoencoder.n_dimensions
        sentence = f"The embedding fills {rank:.1f} of {dimensions} dimensions."
        is_for = rank < dimensions / 2
        yield _item("indicator", "embedding_rank", rank, float(dimensions), sentence, is_for=is_for)


def _clusters(case: Case) -> Iterator[Item]:
    k, n = case.trial.config.clustering.n_clusters, case.facts.n_samples
    sentence = f"{n / k:,.3g} samples per cluster."
    yield _item("static", "samples_per_cluster", n / k, 20.0, sentence, is_for=n / k < 20)


def _distinct(case: Case) -> Iterator[Item]:
    facts, k = case.facts, case.trial.config.clustering.n_clusters
    sentence = f"{facts.n_distinct:,} of {facts.n_samples:,} samples are distinct."
    is_for = facts.n_distinct < k
    yield _item("static", "distinct_samples", facts.n_distinct, k, sentence, is_for=is_for)
    sentence = f"{facts.n_constant:,} of {facts.n_features:,} features are constant."
    is_for = facts.n_constant == facts.n_features
    yield _item("static", "constant_features", facts.n_constant, 0, sentence, is_for=is_for)


_FURTHER: dict[str, Callable[[Case], Iterator[Item]]] = {
    "target_rows_not_normalised": _target_numbers,
    "target_ignores_cluster_frequency": _target_numbers,
    "learning_rate_too_high": _rate,
    "learning_rate_too_low": _rate,
    "momentum_too_high": _first_steps,
    "optimizer_unsuitable": _first_steps,
    "update_interval_too_short": _interval,
    "update_interval_too_long": _interval,
    "target_per_batch": _batch,
    "batch_too_small": _batch,
    "ordered_batches": _order,
    "data_not_scaled": _scale,
    "constant_or_duplicate_data": _distinct,
    "too_many_clusters": _clusters,
    "pretraining_insufficient": _pretraining,
    "pretraining_step_unsuitable": _pretraining,
    "pretraining_batch_too_large": _pretraining,
    "dead_embedding": _pretraining,
    "network_unsuitable": _pretraining,
}

"""What is right or wrong with a target distribution, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dec_core.analysis.target_inspection import TargetInspection, angles, lengths
from dec_core.analysis.verdict import Condition

# Targets whose entries differ by less on average are the same but for rounding.
SAME = 1e-6
# Below this part of what lies between uniform and certain, q tells nothing that P could sharpen.
FLAT = 0.05
# With a larger share of the samples in one cluster there is no clustering left to improve.
ONE_CLUSTER = 0.9
# A pull this much like the paper's, as a ratio of lengths and in degrees, needs no words.
_LIKE_RATIO, _LIKE_DEGREES = 1.05, 5.0
# Nor do a cluster's shares of both targets that differ by less.
_LIKE_SHARE = 0.05


@dataclass(frozen=True)
class TargetFinding:
    """``condition`` says how a person should take it; ``sentence`` may be several."""

    condition: Condition
    sentence: str


def target_finding(numbers: TargetInspection) -> TargetFinding:
    """Whether P is a distribution, whether it is the paper's, and what its step does."""
    used = numbers.used
    if not np.isfinite(used.row_sums).all():
        count, n_samples = np.count_nonzero(~np.isfinite(used.row_sums)), len(used.row_sums)
        condition, said = (
            Condition.BROKEN,
            [f"{count:,} of {n_samples:,} rows of P are not finite."],
        )
    elif not used.is_distribution:
        condition, said = Condition.BROKEN, [*_no_distribution(numbers), *_step(numbers)]
    elif numbers.mean_difference > SAME:
        condition, said = Condition.WARNING, [_other_target(numbers), *_step(numbers)]
    else:
        condition, said = Condition.HEALTHY, ["P is the paper's target: its rows sum to 1."]
    doubts = list(_doubts(numbers))
    if doubts and condition is Condition.HEALTHY:
        condition = Condition.WARNING
    if not doubts and condition is not Condition.BROKEN:
        said.append(_sharpening(numbers))
    return TargetFinding(condition, " ".join([*said, *doubts]))


def row_sum_text(value: float) -> str:
    """A row sum with as many digits as tell it from 1."""
    apart = abs(value - 1)
    if not 0 < apart < 0.01:
        return f"{value:.3g}"
    return f"{value:.{int(np.ceil(-np.log10(apart)))}f}"


def _no_distribution(numbers: TargetInspection) -> Iterator[str]:
    sums, largest = numbers.used.row_sums, numbers.used.largest_entry
    yield (
        f"The rows of P sum to {row_sum_text(sums.min())} to {row_sum_text(sums.max())} instead "
        "of 1: this is not a distribution."
    )
    if largest > 1:
        counted = ", which the loss counts as 1" if numbers.loss == "kld" else ""
        yield f"Its largest entry is {largest:.3g}{counted}."
    yield from _most_favoured(numbers)


def _most_favoured(numbers: TargetInspection) -> Iterator[str]:
    """The cluster whose share of P is furthest from the paper's, where that is far."""
    used, paper = numbers.used.cluster_shares, numbers.paper.cluster_shares
    cluster = int(np.abs(used - paper).argmax())
    if abs(used[cluster] - paper[cluster]) > _LIKE_SHARE:
        yield (
            f"It puts {used[cluster]:.0%} of its weight on cluster {cluster}, the paper's P "
            f"{paper[cluster]:.0%}."
        )


def _other_target(numbers: TargetInspection) -> str:
    cluster = int(numbers.cluster_differences.argmax())
    return (
        "The rows of P sum to 1, but it is not the paper's target: its entries differ by "
        f"{numbers.mean_difference:.2g} on average, most in cluster {cluster}."
    )


def _step(numbers: TargetInspection) -> Iterator[str]:
    """The centre on which both steps differ most."""
    used, paper = numbers.pulls(of_centers=True)
    cluster = int(np.nan_to_num(lengths(used - paper)).argmax())
    length, expected = lengths(used)[cluster], lengths(paper)[cluster]
    turned = float(angles(used, paper)[cluster])
    if not (length > 0 and expected > 0):
        return
    ratio, parts = float(length / expected), []
    if turned > _LIKE_DEGREES:
        parts.append(f"lies at {turned:.0f} degrees to that by the paper's P")
    if max(ratio, 1 / ratio) > _LIKE_RATIO:
        other = "" if parts else " as by the paper's P"
        parts.append(f"is {ratio:.2g} times as long{other}")
    if parts:
        yield f"The step of centre {cluster} {' and '.join(parts)}."


def _doubts(numbers: TargetInspection) -> Iterator[str]:
    """What makes a target useless however it was computed."""
    n_clusters = numbers.q.shape[1]
    uniform, largest = 1.0 / n_clusters, numbers.sharpness.largest
    if n_clusters > 1 and largest - uniform < FLAT * (1 - uniform):
        yield (
            f"But q is nearly uniform: the largest entry of a row is {largest:.3f} on average, "
            f"1 of {n_clusters} is {uniform:.3f}. P has nothing to sharpen."
        )
    cluster = int(numbers.sizes.argmax())
    if numbers.sizes[cluster] > ONE_CLUSTER:
        yield (
            f"Cluster {cluster} holds {numbers.sizes[cluster]:.1%} of the samples; P puts "
            f"{numbers.used.cluster_shares[cluster]:.1%} of its weight on it."
        )


def _sharpening(numbers: TargetInspection) -> str:
    before, after = numbers.sharpness.largest, numbers.used.sharpness.largest
    does, moves = ("sharpens", "rises") if after > before else ("does not sharpen", "falls")
    return (
        f"It {does} q: the largest entry of a row {moves} from {before:.2f} to {after:.2f} on "
        "average."
    )

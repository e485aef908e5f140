"""The benchmark's numbers as text for a person, with every target marked as met or missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Our time over that of the matrix products alone. How often plain Keras takes as long depends on
# the machine's matrix rate, so that no target stands there.
MOST_OVER_FLOOR = {
    "seed": {"clustering": 2.0, "pretraining": 2.4},
    "reference": {"clustering": 1.2, "pretraining": 1.2},
}
MOST_METRICS_SHARE = 0.1
MOST_SEPARATION_SHARE = 0.1
METRICS_SAMPLES = 70_000
MOST_OTHER_WORK = 0.1

_ROW = "{:<10} {:<24} {:>8} {:>8} {:>8} {:>7} {:>7}  {}"


def report(result: dict[str, Any]) -> str:
    """Tables and sentences, one string."""
    lines = [*_machine(result), "", *_networks(result), "", *_growth(result), ""]
    return "\n".join([*lines, *_metrics(result), *_memory(result["memory"])])


def _machine(result: dict[str, Any]) -> Iterator[str]:
    facts = result["machine"]
    yield (
        f"{facts['cores']} cores, {facts['cpu']}, TensorFlow {facts['tensorflow']}, "
        f"Keras {facts['keras']}; medians of {result['repetitions']} repetitions in turns"
    )
    share = facts["other_work"]
    if share is not None:
        warning = "; too much for these numbers to count" if share >= MOST_OTHER_WORK else ""
        yield f"other programs took {share:.0%} of the processors' time{warning}"
    for shortcut in result["shortcuts"]:
        yield f"shortcut: {shortcut}"


def _networks(result: dict[str, Any]) -> Iterator[str]:
    yield _ROW.format("network", "", "plain", "ours", "floor", "ratio", "/floor", "target")
    for name, most_by_phase in MOST_OVER_FLOOR.items():
        for phase, time in (("clustering", "ms_per_iteration"), ("pretraining", "s_per_epoch")):
            numbers, most = result[name], most_by_phase[phase]
            over = numbers[f"{phase}_over_floor"]
            yield _ROW.format(
                name,
                f"{phase}, {time.replace('_per_', '/')}",
                *(f"{numbers[prefix + time]:.3f}" for prefix in ("plain_", "", "floor_")),
                f"{numbers[f'{phase}_ratio']:.1f}",
                f"{over:.2f}",
                f"<= {most:g} {mark(over <= most)}",
            )


def _growth(result: dict[str, Any]) -> Iterator[str]:
    yield "seed network, growth with the number of samples:"
    for row in result["growth"]:
        yield (
            f"{row['n_samples']:>9,} samples: {row['ms_per_step']:.3f} ms/step; "
            f"{row['s_per_update']:.4f} s/update, {row['us_per_update_and_sample']:.3f} us per "
            f"sample; {row['s_per_epoch']:.3f} s/epoch, {row['us_per_epoch_and_sample']:.3f} us "
            "per sample"
        )


def _metrics(result: dict[str, Any]) -> Iterator[str]:
    row = next(row for row in result["growth"] if row["n_samples"] == METRICS_SAMPLES)
    for cycle, share in row["metrics_share"].items():
        yield (
            f"scores and health, {cycle.replace('_', ' ')}: {share:.1%} of an update with its "
            f"steps ({row['metrics_ms']:.1f} ms); at most {MOST_METRICS_SHARE:.0%} "
            f"{mark(share <= MOST_METRICS_SHARE)}"
        )
    for row in result["growth"]:
        share, is_met = row["separation_share"], row["separation_share"] <= MOST_SEPARATION_SHARE
        yield (
            f"separation of clusters, {row['n_samples']:,} samples: {share:.1%} of an update "
            f"without its steps ({row['separation_ms']:.2f} ms); at most "
            f"{MOST_SEPARATION_SHARE:.0%} {mark(is_met)}"
        )


def _memory(memory: dict[str, Any]) -> Iterator[str]:
    yield (
        f"peak memory of a run: {memory['peak_mb']:,.0f} MB; at most {memory['bound_mb']:,.0f} MB "
        f"{mark(memory['is_met'])}"
    )


def mark(is_met: bool) -> str:
    """The word for it."""
    return "met" if is_met else "MISSED"

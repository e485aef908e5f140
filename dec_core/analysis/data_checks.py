"""What a person should know of data before a run is trained on them, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.data_check import AboutColumns, DataCheck, Remedy, Severity
from dec_core.analysis.data_facts import UNSCALED_RATIO, UNSCALED_VALUE, DataFacts, data_facts
from dec_core.analysis.rows import Rows
from dec_core.analysis.table_figures import (
    HEAVY_TAIL,
    PIXEL,
    Table,
    fitting_batch_size,
    fitting_scaling,
    heavy_tailed,
    listed,
    looked_at,
    repeated_features,
    telling_features,
)
from dec_core.config import Config
from dec_core.words import counted

# Where one class has so many times the samples of another, ACC says little.
_IMBALANCE = 10.0
# Fewer samples in each cluster leave its centre to chance.
_SAMPLES_PER_CLUSTER = 10
# Rows that repeat others are worth a word from this share on; rows that are dropped as well.
_REPEATED_SHARE, _DROPPED_SHARE = 0.01, 0.2
# A column of text with more values is never made features of 0 and 1.
_MOST_CATEGORIES = 100


@dataclass(frozen=True)
class _Looked:
    """What every check may look at; ``rows`` and ``labels`` stand for all samples."""

    rows: Table
    labels: NDArray[np.integer] | None
    facts: DataFacts
    n_samples: int
    sizes: NDArray[np.integer]
    config: Config
    about: AboutColumns

    def without(self, names: Sequence[str]) -> tuple[Remedy, ...]:
        """Leaving columns out; nothing where they are none of a file."""
        if not names or not set(names) <= self.about.columns:
            return ()
        left = self.config.get("data.leave_out") or ()
        words = f"Leave out {names[0]}" if len(names) == 1 else _these("Leave out", len(names))
        return (Remedy(words, {"data.leave_out": tuple(dict.fromkeys((*left, *names)))}),)


def data_checks(
    x: Rows, y: NDArray[np.integer] | None, config: Config, about: AboutColumns | None = None
) -> tuple[DataCheck, ...]:
    """Everything that is worth saying of data, what matters most first; nothing of sound data.

    Parameters
    ----------
    x : (n_samples, n_features) numbers before ``data.scaling`` and ``data.log1p``; of many rows
        only a part is looked at
    y : (n_samples,) true labels from 0, or None
    config : the settings that the data would be trained with
    about : what is known beside the numbers
    """
    rows = np.asarray(x[looked_at(x)])
    labels = None if y is None else np.asarray(y)[looked_at(x)]
    looked = _Looked(
        rows,
        labels,
        data_facts(rows.astype(np.float32, copy=False), labels, 1),
        len(x),
        np.zeros(0, np.int64) if y is None else np.unique(y, return_counts=True)[1],
        config,
        about or AboutColumns(),
    )
    found = [check for one in _CHECKS for check in one(looked)]
    return tuple(sorted(found, key=lambda check: list(Severity).index(check.severity)))


def _missing(looked: _Looked) -> Iterator[DataCheck]:
    about, chosen = looked.about, looked.config.get("data.missing")
    if not about.n_lacking:
        return
    rows = f"{about.n_lacking:,} of {about.n_rows:,} rows"
    what = "lack a label or a value" if about.lacks_label else "lack a value"
    if chosen == "refuse":
        drop = Remedy(_these("Drop", about.n_lacking, "row"), {"data.missing": "drop"})
        fill = Remedy("Fill in the medians", {"data.missing": "median"})
        can_drop = about.n_lacking < about.n_rows
        remedies = (*([drop] if can_drop else []), *([] if about.lacks_label else [fill]))
        yield DataCheck("missing", Severity.PROBLEM, f"{rows} {what}.", remedies)
    elif chosen == "median":
        sentence = f"{rows} {what}, filled in with the median of the column."
        yield DataCheck("missing", Severity.NOTE, sentence)
    else:
        is_large = about.n_lacking > _DROPPED_SHARE * about.n_rows
        severity = Severity.WARNING if is_large else Severity.NOTE
        yield DataCheck("missing", severity, f"{rows} {what} and are left out.")


def _distinct(looked: _Looked) -> Iterator[DataCheck]:
    n_distinct, n_looked = looked.facts.n_distinct, len(looked.rows)
    n_clusters = looked.config.clustering.n_clusters
    if looked.n_samples < n_clusters or n_distinct < n_clusters:
        fewer = min(n_distinct, looked.n_samples)
        remedy = Remedy(f"Look for {fewer} clusters", {"clustering.n_clusters": fewer})
        yield DataCheck(
            "few_distinct",
            Severity.PROBLEM,
            f"There are {fewer:,} different samples, fewer than the {n_clusters} clusters that "
            "are looked for.",
            (remedy,) if fewer >= 2 else (),
        )
    elif n_looked - n_distinct > _REPEATED_SHARE * n_looked:
        of_all = "" if n_looked == looked.n_samples else " that were looked at"
        yield DataCheck(
            "repeated_rows",
            Severity.NOTE,
            f"{n_looked - n_distinct:,} of {n_looked:,} samples{of_all} repeat another one "
            "exactly. Each counts as often as it is there.",
        )


def _scale(looked: _Looked) -> Iterator[DataCheck]:
    scaling = looked.config.data.scaling
    if scaling not in {"none", "pixels", "unit"}:
        return
    largest, ratio = looked.facts.largest, looked.facts.spread_ratio
    if looked.config.data.log1p:
        largest = float(np.log1p(largest))
    if scaling == "pixels":
        largest /= PIXEL
    is_wide = ratio > UNSCALED_RATIO and not looked.about.is_images
    if scaling != "unit" and largest > UNSCALED_VALUE:
        sentence = f"Values reach {largest:,.4g}; a network learns best from values near 0 to 1."
    elif is_wide and not looked.config.data.log1p:
        sentence = (
            f"One feature spreads {ratio:,.0f} times as wide as the median one, so that it decides "
            "alone which samples are near each other."
        )
    else:
        return
    yield DataCheck("unscaled", Severity.WARNING, sentence, (_scaling(looked),))


def _scaling(looked: _Looked) -> Remedy:
    scaling = fitting_scaling(looked.rows, is_images=looked.about.is_images)
    words = {"pixels": "Divide by 255", "unit": "Bring all values to 0 to 1"}
    return Remedy(words.get(scaling, "Standardise"), {"data.scaling": scaling})


def _tails(looked: _Looked) -> Iterator[DataCheck]:
    data = looked.config.data
    if looked.about.is_images or data.log1p:
        return
    heavy = heavy_tailed(looked.rows)
    can_log = float(looked.rows.min()) >= 0 and looked.facts.largest > UNSCALED_VALUE
    if not len(heavy) or not (can_log or data.scaling != "standard"):
        return
    first = looked.about.name(int(heavy[0]))
    standard = {"data.scaling": "standard"}
    logarithm = Remedy("Take log(1 + value) and standardise", {"data.log1p": True, **standard})
    yield DataCheck(
        "heavy_tails",
        Severity.WARNING,
        f"{len(heavy):,} of {looked.rows.shape[1]:,} features have values over {HEAVY_TAIL:.0f} "
        f"times their usual size, the first is {first}.",
        (logarithm if can_log else Remedy("Standardise", standard),),
    )


def _logarithm(looked: _Looked) -> Iterator[DataCheck]:
    if looked.config.data.log1p and looked.about.lowest < 0:
        yield DataCheck(
            "logarithm",
            Severity.PROBLEM,
            f"The logarithm needs values from 0 on, and the lowest is {looked.about.lowest:,.4g}.",
            (Remedy("Take no logarithm", {"data.log1p": False}),),
        )


def _constant(looked: _Looked) -> Iterator[DataCheck]:
    if looked.about.is_images:
        return
    names = looked.about.constant
    if names:
        yield DataCheck(
            "constant",
            Severity.NOTE,
            f"{counted(len(names), 'feature has', 'features have')} one value only and "
            f"{'is' if len(names) == 1 else 'are'} not trained on: {listed(names)}.",
            looked.without(names),
        )
    elif looked.facts.n_constant:
        yield DataCheck(
            "constant",
            Severity.NOTE,
            f"{counted(looked.facts.n_constant, 'feature has', 'features have')} the same value in "
            "every sample.",
        )


def _repeated_columns(looked: _Looked) -> Iterator[DataCheck]:
    if looked.about.is_images:
        return
    repeated = repeated_features(looked.rows)
    if not repeated:
        return
    names = [looked.about.name(feature) for feature in repeated]
    first = looked.about.name(next(iter(repeated.values())))
    yield DataCheck(
        "repeated_columns",
        Severity.WARNING,
        f"{counted(len(names), 'feature repeats', 'features repeat')} another one exactly and "
        f"counts twice: {listed(names)} ({names[0]} is as {first}).",
        looked.without(names),
    )


def _order(looked: _Looked) -> Iterator[DataCheck]:
    facts = looked.facts
    if not facts.is_ordered:
        return
    if facts.neighbor_labels is not None and facts.neighbor_labels > facts.neighbor_distance - 0.5:
        what = f"Neighbouring rows share their class {facts.neighbor_labels:.0%} beyond chance"
    else:
        what = (
            f"Neighbouring rows are alike: their squared distance is {facts.neighbor_distance:.2f} "
            "of what it would be by chance"
        )
    if looked.config.clustering.batch_order == "shuffled":
        yield DataCheck("ordered", Severity.NOTE, f"{what}. Batches are drawn shuffled.")
        return
    remedy = Remedy("Shuffle the batches", {"clustering.batch_order": "shuffled"})
    sentence = f"{what}, so that batches in this order are unlike the data as a whole."
    yield DataCheck("ordered", Severity.WARNING, sentence, (remedy,))


def _telling(looked: _Looked) -> Iterator[DataCheck]:
    if looked.about.is_images or looked.labels is None:
        return
    found = [looked.about.name(i) for i in telling_features(looked.rows, looked.labels)]
    if found:
        alone = "by itself" if len(found) == 1 else "each by itself"
        yield DataCheck(
            "label_given_away",
            Severity.WARNING,
            f"{listed(found)} {'tells' if len(found) == 1 else 'tell'} the classes apart {alone}, "
            "as a column does that was made from the label. Scores then say little.",
            looked.without(found),
        )


def _mistaken(looked: _Looked) -> Iterator[DataCheck]:
    about = looked.about
    if about.label_like:
        take = Remedy("Take it as the label", {"data.label": about.label_like})
        yield DataCheck(
            "label_as_feature",
            Severity.WARNING,
            f"{about.label_like} is trained on and looks like true labels.",
            (take, *looked.without([about.label_like])),
        )
    if about.id_like:
        take = Remedy("Take it as the id", {"data.id": about.id_like})
        yield DataCheck(
            "id_as_feature",
            Severity.WARNING,
            f"{about.id_like} is trained on and has another value in every row, as an id has.",
            (take, *looked.without([about.id_like])),
        )


def _imbalance(looked: _Looked) -> Iterator[DataCheck]:
    sizes = looked.sizes
    if len(sizes) > 1 and sizes.max() >= _IMBALANCE * sizes.min():
        yield DataCheck(
            "imbalance",
            Severity.NOTE,
            f"The largest class has {sizes.max():,} samples, the smallest {sizes.min():,}. "
            "k-means tends to split the large one; read NMI and ARI beside ACC.",
        )


def _sizes(looked: _Looked) -> Iterator[DataCheck]:
    n, config, clustering = looked.n_samples, looked.config, looked.config.clustering
    paths = [one for one in ("pretraining.batch_size", "clustering.batch_size") if config.has(one)]
    largest = max(config.get(one) for one in paths)
    if largest > n:
        fitting = fitting_batch_size(n)
        yield DataCheck(
            "batch_size",
            Severity.NOTE,
            f"A batch of {largest:,} takes all {n:,} samples at once.",
            (Remedy(f"Batches of {fitting}", dict.fromkeys(paths, fitting)),),
        )
    if n >= clustering.n_clusters > n // _SAMPLES_PER_CLUSTER:
        yield DataCheck(
            "few_samples",
            Severity.WARNING,
            f"{n:,} samples in {clustering.n_clusters} clusters are "
            f"{n / clustering.n_clusters:.1f} each; centres of so few are left to chance.",
        )


def _text(looked: _Looked) -> Iterator[DataCheck]:
    text = looked.about.text
    if not text:
        return
    few = [name for name, n_values in text.items() if n_values <= _MOST_CATEGORIES]
    them = "it" if len(text) == 1 else "them"
    remedy = Remedy(f"Make {them} features of 0 and 1", {"data.text_columns": "one-hot"})
    yield DataCheck(
        "text",
        Severity.NOTE,
        f"{counted(len(text), 'text column is', 'text columns are')} not trained on: "
        f"{listed(text)}.",
        (remedy,) if few else (),
    )


_CHECKS: tuple[Callable[[_Looked], Iterator[DataCheck]], ...] = (
    _missing,
    _logarithm,
    _distinct,
    _scale,
    _tails,
    _mistaken,
    _telling,
    _repeated_columns,
    _order,
    _sizes,
    _constant,
    _text,
    _imbalance,
)


def _these(verb: str, number: int, noun: str = "column") -> str:
    return f"{verb} {counted(number, noun)}"

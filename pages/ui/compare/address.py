"""Which runs are compared, and how they are drawn, as the address says it.

Filters and order of the table stand there as the table has them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from dec_core.config import SETTINGS
from dec_core.errors import RunError
from dec_core.plots.comparison_curves import Along
from dec_core.store.names import check_run_id
from pages.ui.parts.address import keep
from pages.ui.parts.parameters import parameters
from pages.ui.parts.verbatim import verbatim

_RUNS, _BASELINE, _ALONG, _SMOOTHING = "runs", "baseline", "along", "smoothing"
_NUMBERS, _SETTINGS, _MEASURE, _SEEDS = "numbers", "settings", "measure", "seeds"
_PAIR, _PUBLISHED = "pair", "published"
_MEAN, _HIDDEN = "mean", "hidden"
# Of the settings as columns: whichever differ among the chosen runs.
DIFFERING = ("differing",)
_MOST_SMOOTHING = 0.95


def chosen_runs(known: Sequence[str]) -> tuple[str, ...]:
    """The runs of the address that exist; without any word of them the newest three of ``known``.

    An unknown or malformed one becomes a sentence and leaves the address.
    """
    text = parameters.get(_RUNS)
    if text is None:
        choose_runs(known[:3])
        return tuple(known[:3])
    wanted = list(dict.fromkeys(part for part in text.split(",") if part))
    chosen = [run_id for run_id in wanted if _is_known(run_id, known)]
    if chosen != wanted:
        choose_runs(chosen)
    return tuple(chosen)


def chosen_baseline(known: Collection[str]) -> str | None:
    """The run that the others are compared with."""
    run_id = parameters.get(_BASELINE)
    if run_id is None or _is_known(run_id, known):
        return run_id
    choose_baseline(None)
    return None


def choose_runs(run_ids: Sequence[str]) -> None:
    """Make the address name these runs; none at all is a choice too."""
    parameters.change({_RUNS: ",".join(run_ids)})


def forget_runs(deleted: Collection[str], ticked: Sequence[str]) -> None:
    """Take runs that are gone out of those that were ticked, and out of the baseline."""
    left = ",".join(run_id for run_id in ticked if run_id not in deleted)
    baseline = parameters.get(_BASELINE)
    parameters.change({_RUNS: left, _BASELINE: None if baseline in deleted else baseline})


def choose_baseline(run_id: str | None) -> None:
    """Pin a baseline, or none."""
    keep(_BASELINE, run_id or "")


def chosen_along() -> Along:
    """What the curves run along; the iterations where the address does not say otherwise."""
    text = parameters.get(_ALONG)
    if text is None or text in list(Along):
        return Along(text or Along.ITERATIONS)
    _explain(f"The curves can run along {', '.join(Along)}. Received along={text[:40]}.")
    choose_along(Along.ITERATIONS)
    return Along.ITERATIONS


def choose_along(along: Along) -> None:
    """Keep what the curves run along."""
    keep(_ALONG, "" if along is Along.ITERATIONS else along.value)


def chosen_smoothing() -> float:
    """The weight of the moving average, 0 for none."""
    text = parameters.get(_SMOOTHING)
    try:
        weight = float(text or 0)
    except ValueError:
        weight = -1
    if 0 <= weight <= _MOST_SMOOTHING:
        return weight
    _explain(f"Smoothing must be a weight from 0 to {_MOST_SMOOTHING}. Received {text!r:.40}.")
    choose_smoothing(0)
    return 0.0


def choose_smoothing(weight: float) -> None:
    """Keep the weight of the moving average."""
    keep(_SMOOTHING, f"{weight:g}" if weight else "")


def chosen_measure(known: Collection[str]) -> str | None:
    """The one measure that is drawn, by its name; None for all headline measures."""
    name = parameters.get(_MEASURE)
    if name is None or name in known:
        return name
    _explain(f"There is no measure {name[:40]} to draw.")
    choose_measure(None)
    return None


def choose_measure(name: str | None) -> None:
    """Keep which measure is drawn."""
    keep(_MEASURE, name or "")


def is_folded() -> bool:
    """Whether runs that differ in their seed alone are drawn as their mean."""
    text = parameters.get(_SEEDS, _MEAN)
    if text != _MEAN:
        _explain(f"Of runs with several seeds only the mean can be drawn. Received {text[:40]}.")
        choose_folded(False)
    return _SEEDS in parameters


def choose_folded(is_folded: bool) -> None:
    """Keep whether runs are drawn as their mean over the seeds."""
    keep(_SEEDS, _MEAN if is_folded else "")


def is_published_shown() -> bool:
    """Whether published results stand behind the curves."""
    text = parameters.get(_PUBLISHED, _HIDDEN)
    if text != _HIDDEN:
        _explain(f"Published results can only be hidden. Received published={text[:40]}.")
        choose_published_shown(True)
    return _PUBLISHED not in parameters


def choose_published_shown(is_shown: bool) -> None:
    """Keep whether published results stand behind the curves."""
    keep(_PUBLISHED, "" if is_shown else _HIDDEN)


def chosen_numbers(known: Sequence[str]) -> tuple[str, ...]:
    """The further numbers of the table."""
    return _chosen_of(_NUMBERS, known, "number")


def choose_numbers(names: Sequence[str]) -> None:
    """Keep the further numbers of the table."""
    keep(_NUMBERS, ",".join(names))


def chosen_settings() -> tuple[str, ...] | None:
    """The settings that are columns of the table, by path, or DIFFERING; None where none are."""
    if _SETTINGS not in parameters:
        return None
    return _chosen_of(_SETTINGS, [*SETTINGS, *DIFFERING], "setting")


def choose_settings(paths: Sequence[str] | None) -> None:
    """Keep the settings that are columns; no setting at all is a choice too."""
    parameters.change({_SETTINGS: None if paths is None else ",".join(paths)})


def chosen_pair(known: Sequence[str]) -> tuple[str, str]:
    """Whose labels are compared: the first two of ``known``, which are at least two, where the
    address does not name two of them."""
    first, _, second = parameters.get(_PAIR, "").partition(",")
    return (first, second) if {first, second} <= set(known) else (known[0], known[1])


def choose_of_pair(number: int, run_id: str, known: Sequence[str]) -> None:
    """Keep whose labels are compared: another first run, number 0, or second run, number 1."""
    pair = list(chosen_pair(known))
    pair[number] = run_id
    keep(_PAIR, ",".join(pair))


def _chosen_of(name: str, known: Sequence[str], word: str) -> tuple[str, ...]:
    """Names in the address; an unknown one becomes a sentence and leaves it."""
    wanted = dict.fromkeys(part for part in parameters.get(name, "").split(",") if part)
    chosen = tuple(part for part in wanted if part in known)
    for part in wanted:
        if part not in known:
            _explain(f"There is no {word} {part[:40]}, so it is no column.")
    if len(chosen) != len(wanted):
        parameters.change({name: ",".join(chosen)})
    return chosen


def _is_known(run_id: str, known: Collection[str]) -> bool:
    try:
        check_run_id(run_id)
    except RunError as error:
        _explain(str(error))
        return False
    if run_id not in known:
        _explain(f"There is no run {run_id} (any more), so it was left out of the comparison.")
        return False
    return True


def _explain(sentence: str) -> None:
    st.warning(verbatim(sentence), icon=":material/link_off:")

"""The run's log, line by line in the format of the R port."""

from __future__ import annotations

from collections.abc import Mapping

from dec_core.analysis.measures import MEASURES
from dec_core.events.events import ClustersDissolved, EncoderReset, TargetUpdated
from dec_core.events.view import View
from dec_core.words import counted

_IN_LOG = ("loss", "delta_label", "successive_acc", "successive_nmi")


def log_line(update: TargetUpdated, max_iterations: int) -> str:
    """One update; ACC and NMI are between successive predictions, as in the R port's log.

    The port counts the gradient step that an update stands before, so from 1; the update at the
    end of a run stands before none and has the number of the last step. Where the decoder is
    trained along, its error comes last.
    """
    loss, delta_label, acc, nmi = map(update.value, _IN_LOG)
    step = min(update.iteration + 1, max_iterations)
    line = (
        f"Itr {step} (out of {max_iterations}): loss = {loss:.6g}, "
        f"deltaLabel = {delta_label:.7g}, ACC = {acc:.7g}, "
        f"NMI = {nmi:.7g}"
    )
    reconstruction = update.measures.get("reconstruction_loss")
    return line if reconstruction is None else f"{line}, reconstruction = {reconstruction:.6g}"


def true_scores(measures: Mapping[str, float]) -> str:
    """ACC and NMI against the true labels; empty where there are none."""
    return ", ".join(
        f"true {MEASURES[name].label} {measures[name]:.4f}"
        for name in ("acc", "nmi")
        if name in measures
    )


def reset_words(reset: EncoderReset) -> str:
    """A reset of the encoder, as a sentence without its end."""
    share = f"{reset.delta_label:.1%} of the samples changed cluster"
    return f"Encoder reset after iteration {reset.iteration:,}: {share}"


def dissolved_words(dissolved: ClustersDissolved) -> str:
    """Clusters that were dissolved, as a sentence without its end."""
    *others, last = map(str, dissolved.clusters)
    named = f"clusters {', '.join(others)} and {last}" if others else f"cluster {last}"
    return (
        f"{named.capitalize()} dissolved at iteration {dissolved.iteration:,}: "
        f"{dissolved.n_left} left"
    )


def log_text(view: View, first: int = 0) -> str:
    """The updates of a run, from ``first`` on, with what was done to encoder and clusters between
    them, and its last sentence."""
    if view.started is None:
        return ""
    maximum = view.started.config.clustering.max_iterations
    lines = [f"{counted(first, 'update')} before these"] if first > 0 else []
    before = {one.iteration: f"{dissolved_words(one)}." for one in view.dissolved}
    after = {one.iteration: f"{reset_words(one)}." for one in view.resets}
    for update in view.updates[max(first, 0) :]:
        place = update.iteration
        lines += filter(None, (before.get(place), log_line(update, maximum), after.get(place)))
    if view.finished is not None:
        lines.append(view.finished.judgement.sentence)
    return "\n".join(lines)

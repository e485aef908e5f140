"""The run's log, line by line in the format of the R port."""

from __future__ import annotations

from dec_core.analysis.metrics import Scores
from dec_core.events.events import TargetUpdated
from dec_core.events.view import View


def log_line(update: TargetUpdated, max_iterations: int) -> str:
    """One update; ACC and NMI are between successive predictions, as in the R port's log.

    The port counts the gradient step that an update stands before, so from 1; the update at the
    end of a run stands before none and has the number of the last step.
    """
    step = min(update.iteration + 1, max_iterations)
    return (
        f"Itr {step} (out of {max_iterations}): loss = {update.loss:.6g}, "
        f"deltaLabel = {update.delta_label:.7g}, ACC = {update.successive_acc:.7g}, "
        f"NMI = {update.successive_nmi:.7g}"
    )


def true_scores(scores: Scores | None) -> str:
    """ACC and NMI against the true labels; empty where there are none."""
    return "" if scores is None else f"true ACC {scores.acc:.4f}, true NMI {scores.nmi:.4f}"


def log_text(view: View) -> str:
    """All updates of a run and its last sentence."""
    if view.started is None:
        return ""
    maximum = view.started.config.clustering.max_iterations
    lines = [log_line(update, maximum) for update in view.updates]
    if view.finished is not None:
        lines.append(view.finished.judgement.sentence)
    return "\n".join(lines)

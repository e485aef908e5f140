"""Where a run is and how it fares, in one line, one sentence and a few numbers."""

from __future__ import annotations

from math import isnan

import streamlit as st

from dec_core.analysis.measures import MEASURES
from dec_core.analysis.verdict import Condition, StopReason
from dec_core.events.events import Phase, RunFailed
from dec_core.events.view import View
from dec_core.runs.handle import RunHandle
from dec_core.store.record import RunState
from pages.ui.parts.conditions import condition_box
from pages.ui.parts.state import run_manager
from pages.ui.parts.verbatim import verbatim

# Measures of the last update in a row, by name: first those that are compared with the start.
_SCORES, _SCORES_WITHOUT_LABELS = ("acc", "nmi"), ("data_silhouette",)
_TILES = ("delta_label", "occupied_clusters", "effective_clusters")
_NONE = "\N{EN DASH}"
# What the line says of a run that does not train yet, or never will.
_APART = {
    RunState.QUEUED: "Queued",
    RunState.WAITING: "Not begun",
    RunState.WITHDRAWN: "Withdrawn",
}


def where_it_is(session: RunHandle, view: View, state: RunState) -> None:
    """Phase, progress, elapsed and remaining time, as a bar with text."""
    share, text = _progress(session, view, state)
    st.progress(min(max(share, 0.0), 1.0), text=text)


def banner(session: RunHandle, view: View, state: RunState) -> None:
    """How the run fares, by icon, word and colour; the frame's style fixes its height."""
    judgement = view.judgement
    is_broken = judgement is not None and judgement.condition is Condition.BROKEN
    with st.container(key="banner"), st.container(key="broken" if is_broken else "sound"):
        if view.failed is not None:
            _failure(view.failed, state)
        else:
            _judgement(session, view, state)


def messages(view: View) -> None:
    """What else a person should know: why the run failed, and every warning."""
    if view.failed is not None:
        with st.expander("Details"):
            st.code(view.failed.details, language=None, wrap_lines=True)
    for message in view.warnings:
        st.warning(verbatim(message), icon=":material/warning:")


def figures_of_merit(view: View) -> None:
    """The numbers of the last update, against the k-means start where there is one."""
    last = view.updates[-1].measures if view.updates else {}
    start = view.start.measures if view.start else {}
    row = st.container(key="numbers").grid(6, min_column_width=96)
    has_labels = view.started is None or view.has_labels
    scores = _SCORES if has_labels else _SCORES_WITHOUT_LABELS
    for name in (*scores, *_TILES):
        measure = MEASURES[name]
        value, began = last.get(name), start.get(name)
        gain, is_even, help = None, False, measure.help
        if name in scores and value is not None and began is not None:
            gain = None if isnan(value - began) else f"{value - began:+.3f}"
            is_even = gain is not None and float(gain) == 0
            help += " Beside it the gain over the k-means start."
        row.metric(
            measure.tile_label,
            _NONE if value is None else measure.shown_short(value),
            gain,
            # A small fall of what is measured without labels is no fault.
            delta_color="normal" if measure.needs_true_labels and not is_even else "off",
            delta_arrow="off" if is_even else "auto",
            help=help,
        )
    speed = view.iterations_per_second
    row.metric("Iterations/s", _NONE if speed is None else f"{speed:,.0f}")


def _judgement(session: RunHandle, view: View, state: RunState) -> None:
    judgement = view.judgement
    if state is RunState.WITHDRAWN:
        st.info("Withdrawn before it began.", icon=":material/undo:")
    elif state is RunState.INTERRUPTED:
        st.warning(_interrupted_sentence(view), icon=":material/power_off:")
    elif state is RunState.WAITING:
        st.info(
            "Not begun: the run stood in the queue when its process ended. Begin puts it there "
            "again.",
            icon=":material/hourglass_top:",
        )
    elif judgement is None or state is RunState.QUEUED:
        st.info(_waiting_sentence(session, view, state), icon=":material/hourglass_top:")
    else:
        condition_box(judgement.condition, verbatim(judgement.sentence))


def _failure(failed: RunFailed, state: RunState) -> None:
    reason = verbatim(failed.message)
    if state.can_be_resumed:
        st.warning(f"Interrupted: {reason} Resume tries again.", icon=":material/power_off:")
    else:
        st.error(f"Failed: {reason}", icon=":material/error:")


def _interrupted_sentence(view: View) -> str:
    if view.started is None:
        return (
            "Interrupted while it got ready: its process ended first. Resume begins at the "
            "beginning."
        )
    place = f"at iteration {view.iteration:,}"
    if view.centers is None:
        place = f"in pretraining, after epoch {len(view.pretraining)}"
    return (
        f"Interrupted {place}: its process ended before the run did. "
        "Resume goes on from where it was last saved."
    )


def _waiting_sentence(session: RunHandle, view: View, state: RunState) -> str:
    if state is RunState.QUEUED:
        ahead = run_manager().runs_ahead(session)
        names = f", {', '.join(ahead)}" if ahead else ""
        return f"Queued: {len(ahead)} ahead of this one{names}."
    if view.started is None:
        return "Getting ready: loading the data and TensorFlow."
    if view.phase is Phase.PRETRAINING:
        return "Pretraining: the autoencoder learns to reproduce the samples. No clusters yet."
    return "k-means places the cluster centres in the embedding."


def _progress(session: RunHandle, view: View, state: RunState) -> tuple[float, str]:
    share, text = 0.0, "Before training" if state.is_settled else "Getting ready"
    if state in _APART:
        words = [_APART[state]]
    else:
        if view.started is not None:
            share, text = _phase_progress(view)
        words = [text, *_standing(session, view, state)]
    if view.started is not None:
        words.append(f"{view.started.n_samples:,} samples")
    words.append(f"run {session.run_id}")
    if view.reused is not None:
        words.append(f"pretrained by {view.reused.run or 'an earlier run'}")
    if session.lineage is not None:
        words.append(f"branch of {session.lineage.parent} at {session.lineage.iteration:,}")
    return share, " \N{MIDDLE DOT} ".join(words)


def _standing(session: RunHandle, view: View, state: RunState) -> list[str]:
    """What a person waits for, or why there is nothing to wait for; and the time."""
    spent = f"{session.elapsed_seconds:,.1f} s"
    words = [spent] if view.started is not None else []
    if state.is_over and view.failed is not None:
        return ["failed", *words]
    if state.is_settled:
        return [state.in_a_sentence, *words]
    if session.is_stopping:
        return ["stopping ...", *words]
    if state is RunState.PAUSED:
        return ["paused", *words]
    if state is RunState.ELSEWHERE:
        return ["trained by another process", *words]
    if view.seconds_left is not None:
        return [f"{spent}, {_remaining(view)}"]
    return words


def _phase_progress(view: View) -> tuple[float, str]:
    config = view.config
    if view.phase is Phase.PRETRAINING:
        epochs, done = config.pretraining_epochs, len(view.pretraining)
        return view.pretraining_share, f"Pretraining{_layers(view)}, epoch {done:,} of {epochs:,}"
    if view.phase is Phase.KMEANS:
        restarts = config.clustering.kmeans_restarts
        done = view.progress.done if view.progress else 0
        return done / restarts, f"k-means, restart {done} of {restarts}"
    maximum = config.clustering.max_iterations
    ended_by_itself = view.finished and view.finished.stop_reason is not StopReason.STOPPED
    share = 1.0 if ended_by_itself else view.iteration / maximum
    return share, f"Clustering, iteration {view.iteration:,} of {maximum:,}"


def _layers(view: View) -> str:
    """Which layer is trained by itself, where layers are."""
    config, stage = view.config, view.pretraining_stage
    if stage is None:
        return ""
    if stage.layer is not None:
        return f" of layer {stage.layer} of {config.autoencoder.n_layers}"
    return " of all layers" if len(config.pretraining_stages) > 1 else ""


def _remaining(view: View) -> str:
    """Clustering may end by its stop rule long before the maximum, so the time is a bound."""
    seconds = view.seconds_left or 0.0
    amount = f"{seconds / 3600:,.0f} h"
    if seconds < 7200:
        amount = f"{max(seconds, 1):,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
    if view.phase is Phase.PRETRAINING:
        return f"pretraining ends in {amount}"
    return f"at most {amount} left"

"""The target inspector: what P asked for at one update, beside the paper's P for the same q."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.target_words import row_sum_text, target_finding
from dec_core.errors import DECLabError, RunError
from dec_core.runs.handle import RunHandle
from dec_core.runs.target_inspection import InspectedUpdate, Origin, inspect_update
from pages.ui.diagnose.inspected_sample import inspected_sample
from pages.ui.diagnose.target_figures import one_step, target_figures
from pages.ui.parts.conditions import condition_box
from pages.ui.parts.frame_slider import chosen_update, frame_slider
from pages.ui.parts.state import run_manager, show_run
from pages.ui.parts.verbatim import verbatim

# Between two looks at a run that trains.
TICK_SECONDS = 2.0

_CACHE = "inspected"


def inspector(run: RunHandle, *, is_hidden: bool) -> None:
    """The slider, a sentence, the figures, a sample and one step; anew while the run trains."""
    state = run.state
    run_every = None if state.is_settled or is_hidden else TICK_SECONDS

    @st.fragment(run_every=run_every)
    def tick() -> None:
        _draw(run)
        if run.state is not state or run_manager().has_news(run):
            # Where the address names no run, a newer one may have begun by now.
            show_run(run.run_id)
            st.rerun()

    tick()


def _draw(run: RunHandle) -> None:
    view, key = run.view, f"frame:{run.run_id}"
    frame_slider([update.iteration for update in view.updates], (), key=key)
    update = chosen_update(len(view.updates), key=key)
    if update is None:
        st.info(
            "This run has made no target yet: the first one follows the k-means start.",
            icon=":material/hourglass_empty:",
        )
        return
    kept = run.frames.nearest(update)
    try:
        if kept is None:
            raise RunError("No embedding of this run is kept, so its P cannot be made again.")
        inspected = _inspected(run, kept)
    except DECLabError as error:
        st.info(verbatim(str(error)), icon=":material/visibility_off:")
        return
    _finding(inspected)
    _remarks(inspected, update)
    _numbers(inspected)
    with st.container(key="panels"):
        target_figures(run, inspected)
        inspected_sample(run, inspected)
        one_step(run, inspected)


def _inspected(run: RunHandle, update: int) -> InspectedUpdate:
    """Kept for the tab, as most of what a person does on the page leaves the update as it is."""
    known, inspected = st.session_state.get(_CACHE, (None, None))
    if known != (run.run_id, update) or inspected is None:
        inspected = inspect_update(run, run_manager().store, update)
        st.session_state[_CACHE] = (run.run_id, update), inspected
    return inspected


def _finding(inspected: InspectedUpdate) -> None:
    finding = target_finding(inspected.inspection)
    with st.container(key="finding"):
        condition_box(finding.condition, finding.sentence)


def _remarks(inspected: InspectedUpdate, asked: int) -> None:
    """What a person should know of where these numbers come from."""
    rule, words = inspected.config.clustering.target.kind, []
    if inspected.update != asked:
        words.append(f"The nearest earlier update that is kept, {inspected.update:,}, is shown.")
    if inspected.is_estimated:
        count = f"{len(inspected.sample_ids):,} of {inspected.n_samples:,} samples"
        origin = "read from the checkpoint of this update"
        if inspected.origin is Origin.SOME_SAMPLES:
            origin = "estimated from them"
        words.append(
            f"The embedding is kept of {count}: f comes from them, and P used is {origin}."
        )
    if rule == "per-batch":
        words.append("Each batch makes its own P; shown is P of the batches with q of this update.")
    if inspected.config.clustering.objective.trains_decoder:
        words.append(
            "The pulls are those of the clustering loss: a step takes gamma times them, and the "
            "reconstruction error pulls as well."
        )
    iteration = f"Target rule {rule}, iteration {inspected.iteration:,}."
    st.caption(verbatim(" ".join([iteration, *words])))


def _numbers(inspected: InspectedUpdate) -> None:
    numbers = inspected.inspection
    used, paper, q = numbers.used, numbers.paper, numbers.sharpness
    low, high = used.row_sums.min(), used.row_sums.max()
    tiles = (
        (
            "Row sums of P",
            "1" if used.is_distribution else f"{row_sum_text(low)} to {row_sum_text(high)}",
            "The smallest and the largest sum of a row of P; 1 for a distribution.",
        ),
        (
            "Largest entry of P",
            f"{used.largest_entry:.3g}",
            "At most 1 for a distribution. Keras' loss counts a larger one as 1.",
        ),
        (
            "Largest entry of a row",
            f"{q.largest:.2f} \N{RIGHTWARDS ARROW} {used.sharpness.largest:.2f}",
            "Mean over the samples, of q and of P used with its rows divided by their sums: how "
            f"strongly P sharpens q. P of the paper: {paper.sharpness.largest:.2f}.",
        ),
        (
            "Entropy of a row",
            f"{q.entropy:.2f} \N{RIGHTWARDS ARROW} {used.sharpness.entropy:.2f}",
            "Mean over the samples in nats, of q and of P used; 0 where each row names one "
            f"cluster. P of the paper: {paper.sharpness.entropy:.2f}.",
        ),
        (
            "Mean difference",
            f"{numbers.mean_difference:.2g}",
            "Mean absolute difference between the entries of P used and of P of the paper.",
        ),
    )
    row = st.container(key="numbers").grid(len(tiles), min_column_width=110)
    for label, value, help in tiles:
        row.metric(label, value, help=help)

"""The figures of the target inspector."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dec_core.analysis.projection import Plane, run_map
from dec_core.events.events import KMEANS
from dec_core.model.assignment import is_dissolved, nearest_center
from dec_core.plots.cluster_shares import draw_cluster_shares
from dec_core.plots.embedding import draw_waiting
from dec_core.plots.pull_lengths import draw_pull_lengths
from dec_core.plots.pulls import draw_pulls
from dec_core.plots.row_sums import draw_row_sums
from dec_core.plots.slow_motion import DrawnStep, draw_slow_motion
from dec_core.plots.style import Plot
from dec_core.runs.handle import RunHandle
from dec_core.runs.target_inspection import InspectedUpdate
from pages.ui.parts.live_plot import show_plot
from pages.ui.parts.panel import choice, panel, title_row, two_columns
from pages.ui.parts.sample_route import samples_url

HEIGHT, TALL = 290, 360
_CENTERS, _SAMPLES = "Centres", "Samples"
_USED, _PAPER = "P used", "P of the paper"


def target_figures(run: RunHandle, inspected: InspectedUpdate) -> None:
    """P in two rows of two figures."""
    numbers = inspected.inspection
    grid = two_columns("first_row")
    with panel(grid):
        title_row("Do the rows of P sum to 1?")
        figure(run, inspected, "row_sums", partial(draw_row_sums, numbers.used.row_sums))
    with panel(grid):
        title_row("How much does each cluster get?")
        figure(run, inspected, "cluster_shares", partial(draw_cluster_shares, numbers))
    grid = two_columns("second_row")
    with panel(grid):
        of_centers = _pulled()
        draw = partial(_draw_pulls, run, inspected, of_centers=of_centers)
        figure(run, inspected, "pulls", draw, options=of_centers, height=TALL)
    with panel(grid):
        what = "centre" if of_centers else "cluster's samples"
        title_row(f"How strongly is each {what} pulled?")
        draw = partial(draw_pull_lengths, numbers, of_centers=of_centers)
        figure(run, inspected, "pull_lengths", draw, options=of_centers, height=TALL)


def one_step(run: RunHandle, inspected: InspectedUpdate) -> None:
    """One step in slow motion."""
    with st.container(border=True, gap="xsmall"):
        with title_row("What does one step do?"):
            name = choice("Step with", (_USED, _PAPER), "step_with")
        draw = partial(_draw_step, run, inspected, name)
        figure(run, inspected, "slow_motion", draw, options=name, height=TALL)
        rate = inspected.config.clustering.learning_rate
        st.caption(
            f"A plain gradient step at the learning rate {rate:g}, without momentum. The centres "
            "move by the mean over all samples, as in a batch of all. The samples move only "
            "through the encoder's weights; the pull on each is the gradient of its own term of "
            "the loss (equations 4 and 5 of the paper, for any row sums)."
        )


def figure(
    run: RunHandle,
    inspected: InspectedUpdate,
    name: str,
    draw: Callable[[], Plot],
    *,
    options: Hashable = None,
    height: int = HEIGHT,
) -> None:
    """Show a figure of the inspected update, drawn anew where that or the options change."""
    show_plot(
        f"inspector_{name}",
        draw,
        subject=run.run_id,
        filename=f"dec-lab_{run.run_id}_{{}}_iteration-{inspected.iteration}",
        news=inspected.update,
        options=(inspected.update, options),
        may_wait=False,
        zoom=str(options),
        height=height,
        is_titled=True,
        samples=samples_url(run.run_id),
    )


def _pulled() -> bool:
    """The title of the map of pulls; whether it shows the centres'."""
    is_samples = st.session_state.get("pulled") == _SAMPLES
    with title_row(f"Where are the {'samples' if is_samples else 'centres'} pulled?"):
        kind = choice("Pull on", (_CENTERS, _SAMPLES), "pulled")
    return kind == _CENTERS


def _draw_pulls(run: RunHandle, inspected: InspectedUpdate, *, of_centers: bool) -> Plot:
    mapped = run_map(inspected.embedding, run.frames.embedding(KMEANS))
    if mapped is None:
        return draw_waiting("PCA", "The embedding is not finite")
    numbers, plane = inspected.inspection, Plane.of(inspected.embedding, mapped[0])
    starts, sizes = _shown_centers(inspected), np.ones((len(inspected.centers), 1))
    if not of_centers:
        sizes = np.bincount(numbers.labels, minlength=len(sizes))[:, None].astype(np.float64)
        sums = np.zeros_like(starts)
        np.add.at(sums, numbers.labels, inspected.embedding)
        # An empty cluster has no samples to pull.
        sizes[sizes == 0] = np.nan
        starts = sums / sizes
    rate = inspected.config.clustering.learning_rate
    used, paper = (
        -rate * pull / sizes @ plane.directions for pull in numbers.pulls(of_centers=of_centers)
    )
    return draw_pulls(
        mapped[0],
        numbers.labels,
        plane.draw(starts),
        used,
        paper,
        of_centers=of_centers,
        sample_ids=inspected.sample_ids,
        update=inspected.update,
    )


def _draw_step(run: RunHandle, inspected: InspectedUpdate, name: str) -> Plot:
    mapped = run_map(inspected.embedding, run.frames.embedding(KMEANS))
    if mapped is None:
        return draw_waiting("PCA", "The embedding is not finite")
    numbers, plane = inspected.inspection, Plane.of(inspected.embedding, mapped[0])
    target = numbers.used if name == _USED else numbers.paper
    rate = inspected.config.clustering.learning_rate
    pulls, moves = -rate * target.gradient.embedding, -rate * target.gradient.centers
    step = DrawnStep(
        points=mapped[0],
        clusters=numbers.labels,
        wanted=np.nan_to_num(target.p).argmax(axis=1),
        row_sums=target.row_sums,
        moves=pulls @ plane.directions,
        clusters_after=nearest_center(inspected.embedding + pulls, inspected.centers + moves),
        centers=plane.draw(_shown_centers(inspected)),
        center_moves=moves @ plane.directions,
        sample_ids=inspected.sample_ids,
        update=inspected.update,
    )
    return draw_slow_motion(step, name)


def _shown_centers(inspected: InspectedUpdate) -> NDArray[np.float64]:
    """(n_clusters, n_dimensions) float64, NaN for clusters that were dissolved."""
    centers = inspected.centers.astype(np.float64)
    centers[is_dissolved(inspected.centers)] = np.nan
    return centers

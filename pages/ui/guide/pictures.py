"""The picture of each lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from dec_core.analysis.measures import MEASURES
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import Along, Series
from dec_core.plots.dec_steps import draw_dec_steps
from dec_core.plots.palette import run_colors
from dec_core.plots.score_bars import draw_score_bars
from dec_core.plots.scores import draw_scores
from dec_core.plots.sizes import draw_sizes
from dec_core.plots.style import Plot
from dec_core.plots.two_maps import draw_two_maps
from pages.ui.guide.islands import island_maps
from pages.ui.guide.lessons import Lesson
from pages.ui.guide.outcomes import outcome
from pages.ui.guide.small_example import dec_steps, unequal_scores
from pages.ui.parts.live_plot import show_plot

HEIGHT = 430


def show_picture(lesson: Lesson) -> None:
    """Draw what the lesson shows beside its text."""
    draws = _PICTURES[lesson.name](lesson)
    for number, draw in enumerate(draws):
        with st.container(border=True):
            show_plot(
                f"guide-{number}",
                draw,
                subject=f"guide-{lesson.name}",
                filename=f"dec-lab_guide-{lesson.name}_{{}}",
                height=HEIGHT // len(draws),
            )


def curves(lesson: Lesson, measures: tuple[str, ...], along: Along = Along.ITERATIONS) -> Plot:
    """The runs of a lesson side by side, named in a legend below.

    Parameters
    ----------
    measures : names of ``MEASURES``, a panel each
    """
    trials = (*lesson.trials, *lesson.beside)
    series = [
        Series(trial.name, trial.curve, color, (outcome(trial.name),))
        for trial, color in zip(trials, run_colors(len(trials)), strict=True)
    ]
    plot = draw_comparison(series, [MEASURES[name] for name in measures], along)
    # Nothing beside it on the page is a legend.
    plot.figure.update_layout(
        showlegend=True, legend={"orientation": "h", "y": -0.24, "x": 0}, margin={"b": 92}
    )
    return plot


def _of_run(lesson: Lesson) -> tuple[Callable[[], Plot], ...]:
    view = outcome(lesson.trials[0].name)
    return partial(draw_sizes, view), partial(draw_scores, view)


def _draw_steps() -> Plot:
    return draw_dec_steps(dec_steps())


def _draw_bars() -> Plot:
    aid = "1,000 samples: one class of 900, two of 50"
    return draw_score_bars(unequal_scores(), aid)


def _draw_maps() -> Plot:
    maps = island_maps()
    return draw_two_maps(
        {"PCA": maps.pca, "UMAP": maps.umap},
        maps.labels,
        ("A", "B", "C"),
        "The same 240 points in ten dimensions: A is narrow, B is wide, C is far away",
    )


_PICTURES: Mapping[str, Callable[[Lesson], tuple[Callable[[], Plot], ...]]] = {
    "what": lambda _: (_draw_steps,),
    "convergence": _of_run,
    "r-port": _of_run,
    "learning-rate": lambda lesson: (partial(curves, lesson, ("nmi",)),),
    "update-interval": lambda lesson: (partial(curves, lesson, ("nmi",), Along.LOG),),
    "pretraining": lambda lesson: (partial(curves, lesson, ("nmi",)),),
    "stop-rule": lambda lesson: (partial(curves, lesson, ("delta_label", "nmi")),),
    "acc": lambda _: (_draw_bars,),
    "map": lambda _: (_draw_maps,),
}

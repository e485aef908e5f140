"""What happened to a run at single iterations, as marks in the curves over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dec_core.events.log_text import dissolved_words, reset_words
from dec_core.events.view import View
from dec_core.plots.figure import Figure
from dec_core.plots.palette import GREY

_SHORT_NAMES = {
    "clustering.learning_rate": "rate",
    "clustering.update_interval": "interval",
    "clustering.tol": "tol",
}
# Marks that are nearer than this part of a plot share a label, as labels hide the curves.
_LABEL_SHARE = 0.06
# Readable on any colour, in light and in dark.
_ON_AREAS = {"font": {"size": 10, "color": "#ffffff"}, "bgcolor": "rgba(70, 70, 70, 0.8)"}


class Mark(NamedTuple):
    """Something that happened at an iteration.

    Attributes
    ----------
    kind : marks that share a label show the last one of each kind
    label : in few words, beside the mark
    words : the whole sentence, under the pointer
    """

    iteration: int
    kind: str
    label: str
    words: str


def marks_of(view: View) -> list[Mark]:
    """Live parameters that were changed, resets of the encoder, dissolved clusters; in order."""
    marks = []
    for change in view.changes:
        name = _SHORT_NAMES.get(change.path, change.path)
        words = f"{name} {change.old:g} to {change.new:g} after iteration {change.iteration:,}"
        marks.append(Mark(change.iteration, name, f"{name} {change.new:g}", words))
    for reset in view.resets:
        marks.append(Mark(reset.iteration, "reset", "reset", reset_words(reset)))
    for one in view.dissolved:
        marks.append(Mark(one.iteration, "dissolved", f"{one.n_left} left", dissolved_words(one)))
    return sorted(marks, key=lambda mark: mark.iteration)


def add_marks(figure: Figure, view: View, *, on_areas: bool = False) -> None:
    """A dotted line for each of ``marks_of``, with its label, and the sentence at the pointer.

    Marks that stand at the same place, or too near for two labels, share one. ``on_areas`` is
    whether they stand on coloured areas, not between curves.
    """
    marks = marks_of(view)
    line = {"width": 1, "dash": "dot", "color": GREY}
    for place in {mark.iteration: None for mark in marks}:
        figure.add_vline(x=place, line=line)
    for group in _near(marks, _extent(figure, marks) * _LABEL_SHARE):
        figure.add_annotation(
            text=", ".join({mark.kind: mark.label for mark in group}.values()),
            hovertext="<br>".join(mark.words for mark in group),
            x=group[-1].iteration,
            xanchor="right",
            yref="y domain",
            y=1,
            yanchor="top",
            showarrow=False,
            **(_ON_AREAS if on_areas else {"font": {"size": 10}}),
            textangle=-90,
        )


def _near(marks: Sequence[Mark], distance: float) -> list[list[Mark]]:
    """Runs of marks, each nearer to the first of its run than ``distance``."""
    groups: list[list[Mark]] = []
    for mark in marks:
        if groups and mark.iteration - groups[-1][0].iteration <= distance:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups


def _extent(figure: Figure, marks: Sequence[Mark]) -> float:
    """The last iteration that the figure shows."""
    ends = [float(max(trace.x)) for trace in figure.data if trace.x is not None and len(trace.x)]
    return max([*ends, *(float(mark.iteration) for mark in marks)], default=0.0)

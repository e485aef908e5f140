"""What happened to a run at single iterations, as the curves show it."""

from __future__ import annotations

from dec_core.events.events import ClustersDissolved, EncoderReset, ParameterChanged
from dec_core.events.log_text import log_text
from dec_core.events.view import replay
from dec_core.plots.marks import marks_of
from dec_core.plots.scores import draw_scores
from dec_core.plots.sizes import draw_sizes
from tests.plots.scripted import events

RESET = EncoderReset(10, (4, 3, 1), 0.125)
DISSOLVED = ClustersDissolved(20, (0, 2), 1)
CHANGE = ParameterChanged(20, "clustering.tol", 0.001, 0.01)
VIEW = replay([*events()[:-1], RESET, DISSOLVED, CHANGE])


def test_a_mark_stands_where_it_happened_and_says_what() -> None:
    assert [mark.iteration for mark in marks_of(VIEW)] == [10, 20, 20]
    for draw in (draw_scores, draw_sizes):
        layout = draw(VIEW).figure.layout
        upright = [shape.x0 for shape in layout.shapes if shape.yref == "y domain"]
        assert upright == [10, 20]
        reset, rest = layout.annotations
        assert (reset.x, reset.text) == (10, "reset")
        assert reset.hovertext == (
            "Encoder reset after iteration 10: 12.5% of the samples changed cluster"
        )
        assert (rest.x, rest.text) == (20, "tol 0.01, 1 left")
        assert "Clusters 0 and 2 dissolved at iteration 20: 1 left" in rest.hovertext


def test_the_log_tells_it_in_order() -> None:
    lines = log_text(VIEW).splitlines()
    kinds = [line.split(" ")[0] for line in lines[:5]]
    assert kinds == ["Itr", "Itr", "Encoder", "Clusters", "Itr"]
    # From the third update on, the reset lies before what is shown.
    assert [line.split(" ")[0] for line in log_text(VIEW, 2).splitlines()[1:3]] == [
        "Clusters",
        "Itr",
    ]

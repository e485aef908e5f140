"""The runs of a diagnosis as small multiples."""

from __future__ import annotations

from dec_core.plots.trial_runs import TrialRun, draw_trial_runs
from tests.analysis.observations import observe, start


def test_a_run_that_never_clustered_has_its_words_in_its_place() -> None:
    sizes = (60, 40)
    whole = TrialRun("All at the reference", "2 of 2 clusters", start(sizes), [observe(0, sizes)])
    dead = TrialRun("As it was", "dead embedding", None, ())
    plot = draw_trial_runs([dead, whole])
    # Plotly draws no axes, and nothing that is bound to them, without a trace on them.
    traced = {trace.xaxis for trace in plot.figure.data}
    headed = {text.xref.removesuffix(" domain") for text in plot.figure.layout.annotations}
    assert {"x", "x2"} <= headed & traced
    assert "As it was: dead embedding." in plot.alternative

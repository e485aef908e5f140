"""How the runs of the lessons ended, from the logs of real runs, and the figures quoted from them.

``outcomes`` holds the ``events.jsonl`` of ``python -m dec_core train`` with each trial's settings,
as the store wrote them; those of the first screen lie with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dec_core.events.view import View
from dec_core.store.view_reader import ViewReader
from pages.ui.guide.islands import island_figures
from pages.ui.guide.lessons import LESSONS, Lesson
from pages.ui.train.known_outcomes import known_outcome

_LOGS = Path(__file__).with_name("outcomes")


@cache
def outcome(name: str) -> View:
    """The numbers of the real run of a trial."""
    return ViewReader(_LOGS / name).view() if (_LOGS / name).is_dir() else known_outcome(name)


@dataclass(frozen=True)
class Quoted:
    """What a text quotes of a run's end, of its k-means start with ``start_`` before it."""

    view: View

    def __getattr__(self, name: str) -> str:
        if name == "epochs":
            return f"{self.view.config.pretraining_epochs}"
        if name == "end":
            return f"{self.view.updates[-1].iteration:,}"
        if name == "occupied":
            return f"{self.view.updates[-1].measures['occupied_clusters']}"
        start = self.view.start if name.startswith("start_") else self.view.updates[-1]
        if start is None or name.removeprefix("start_") not in start.measures:
            raise AttributeError(name)
        value = start.measures[name.removeprefix("start_")]
        return f"{value:.0%}" if name == "purity" else f"{value:.3f}"


def text_of(lesson: Lesson) -> str:
    """The text of a lesson with the figures of its runs."""
    return lesson.text.format_map({**_quoted(), "islands": island_figures()})


@cache
def _quoted() -> Mapping[str, Quoted]:
    names = {trial.name for one in LESSONS for trial in (*one.trials, *one.beside)}
    return {
        name.replace("-", "_").replace(".", "_"): Quoted(outcome(name)) for name in sorted(names)
    }

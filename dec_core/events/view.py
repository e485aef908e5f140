"""What a screen needs to know of a run: a pure fold of its events.

Live, stored and replayed are the same fold. A view is immutable; every event gives a new one
that shares almost everything with the old.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import pairwise
from statistics import median_low

from dec_core.analysis.verdict import Judgement, Start, assess
from dec_core.config import Config, PretrainingStage
from dec_core.events.events import (
    CentersInitialized,
    ClustersDissolved,
    EncoderReset,
    Event,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    PretrainingReused,
    Progress,
    RunFailed,
    RunFinished,
    RunStarted,
    SignSeen,
    StepsDone,
    TargetUpdated,
    WarningRaised,
)
from dec_core.events.growing import Growing

_RECENT_EPOCHS = 9


@dataclass(frozen=True)
class View:
    """The numbers of a run after some of its events; its arrays are in ``Frames``.

    ``iteration`` is the number of gradient steps done. ``revision`` grows with every event.
    """

    revision: int = 0
    phase: Phase = Phase.DATA
    started: RunStarted | None = None
    pretraining: Growing[PretrainingEpochEnded] = field(default_factory=Growing)
    reused: PretrainingReused | None = None
    progress: Progress | None = None
    centers: CentersInitialized | None = None
    updates: Growing[TargetUpdated] = field(default_factory=Growing)
    iteration: int = 0
    clustering_seconds: float = 0.0
    changes: tuple[ParameterChanged, ...] = ()
    warnings: tuple[str, ...] = ()
    signs: tuple[SignSeen, ...] = ()
    resets: tuple[EncoderReset, ...] = ()
    dissolved: tuple[ClustersDissolved, ...] = ()
    finished: RunFinished | None = None
    failed: RunFailed | None = None

    @cached_property
    def config(self) -> Config:
        """The settings as they stand now, live changes included."""
        return self._config_after(self.changes)

    def config_at(self, iteration: int) -> Config:
        """The settings of the gradient step after ``iteration``."""
        return self._config_after(c for c in self.changes if c.iteration <= iteration)

    def _config_after(self, changes: Iterable[ParameterChanged]) -> Config:
        if self.started is None:
            return Config()
        return self.started.config.with_values({change.path: change.new for change in changes})

    @property
    def has_labels(self) -> bool:
        """Whether true labels exist."""
        return self.started is not None and self.started.has_true_labels

    @cached_property
    def start(self) -> Start | None:
        """The k-means start that the run is measured against.

        A branch that dissolves nothing itself has fewer clusters on purpose where its beginning
        dissolved some.
        """
        if self.centers is None:
            return None
        config = self.config if self.started is None else self.started.config
        start = Start.of(config, self.centers.cluster_sizes, self.centers.measures)
        return replace(start, dissolves=True) if self.dissolved else start

    @property
    def is_over(self) -> bool:
        """Whether no event will follow."""
        return self.finished is not None or self.failed is not None

    @property
    def elapsed_seconds(self) -> float:
        """Active seconds of training so far; pauses and loading do not count."""
        pretraining = self.pretraining[-1].seconds if self.pretraining else 0.0
        kmeans = self.centers.seconds if self.centers else 0.0
        return pretraining + kmeans + self.clustering_seconds

    @property
    def iterations_per_second(self) -> float | None:
        """Clustering speed, updates included; None before the first step."""
        if not self.iteration or not self.clustering_seconds:
            return None
        return self.iteration / self.clustering_seconds

    @property
    def pretraining_stage(self) -> PretrainingStage | None:
        """What is trained at present, before clustering; None where nothing is."""
        return self.config.pretraining_stage(len(self.pretraining) + 1)

    @property
    def pretraining_share(self) -> float:
        """How much of pretraining is done, in [0, 1]."""
        if self.progress is not None and self.progress.phase is Phase.PRETRAINING:
            return self.progress.done / self.progress.total
        return len(self.pretraining) / max(self.config.pretraining_epochs, 1)

    @property
    def seconds_left(self) -> float | None:
        """Of pretraining, or of clustering up to its maximum; None while nobody can know."""
        if self.phase is Phase.PRETRAINING and self.pretraining:
            epochs_left = self.config.pretraining_epochs * (1 - self.pretraining_share)
            return self._seconds_per_epoch * epochs_left
        speed = self.iterations_per_second
        if speed is None:
            return None
        return (self.config.clustering.max_iterations - self.iteration) / speed

    @property
    def _seconds_per_epoch(self) -> float:
        """The median of the last epochs, as those in which graphs are compiled take far longer."""
        last = self.pretraining[-_RECENT_EPOCHS - 1 :]
        ends = [epoch.seconds for epoch in last]
        if len(ends) <= _RECENT_EPOCHS:
            ends.insert(0, 0.0)
        return median_low(end - begin for begin, end in pairwise(ends))

    @cached_property
    def judgement(self) -> Judgement | None:
        """The verdict, or how the run fares so far; None before the first update."""
        if self.finished is not None:
            return self.finished.judgement
        start = self.start
        if start is None or not self.updates:
            return None
        return assess(start, self.updates)


# The events that a view keeps as they are, by the field that holds them.
_KEPT_IN: dict[type[Event], str] = {
    ParameterChanged: "changes",
    SignSeen: "signs",
    EncoderReset: "resets",
    ClustersDissolved: "dissolved",
}


def fold(view: View, event: Event) -> View:
    """The view after one more event; arrays change nothing in it."""
    match event:
        case RunStarted():
            change: dict[str, object] = {"started": event, "phase": Phase.PRETRAINING}
        case Progress():
            change = {"progress": event, "phase": event.phase}
        case PretrainingReused():
            change = {"reused": event}
        case PretrainingEpochEnded():
            change = {"pretraining": view.pretraining.plus(event), "progress": None}
        case CentersInitialized():
            change = {"centers": event, "phase": Phase.CLUSTERING, "progress": None}
        case StepsDone():
            change = {
                "iteration": event.iteration,
                "clustering_seconds": event.seconds,
                "progress": None,
            }
        case TargetUpdated():
            change = {
                "updates": view.updates.plus(event),
                "iteration": event.iteration,
                "clustering_seconds": event.seconds,
                "progress": None,
            }
        case WarningRaised():
            change = {"warnings": (*view.warnings, event.message)}
        case ParameterChanged() | SignSeen() | EncoderReset() | ClustersDissolved():
            kept_in = _KEPT_IN[type(event)]
            change = {kept_in: (*getattr(view, kept_in), event)}
        case RunFinished():
            change = {"finished": event, "progress": None}
        case RunFailed():
            change = {"failed": event, "progress": None}
        case _:
            return view
    return replace(view, revision=view.revision + 1, **change)  # type: ignore[arg-type]


def replay(events: Iterable[Event]) -> View:
    """The view after all of ``events``."""
    return reduce(fold, events, View())

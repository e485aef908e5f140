"""Runs that a diagnosis asks for: found in the store, resumed, or made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic, sleep

from dec_core.analysis.diagnosis import Plan
from dec_core.analysis.trials import Trial, is_hopeless
from dec_core.analysis.verdict import Condition, Judgement, StopReason
from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.events.view import View
from dec_core.runs.commands import Suspend
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import Lineage, RunRecord, RunState
from dec_core.training.checkpoint import is_branch_setting

# Between two looks at the clock and at whether the diagnosis is still wanted.
_LOOK_SECONDS = 0.1
_TAG = "diagnosis of "


class Counterfactuals:
    """Makes the runs of one diagnosis, one after another.

    A run that was made before is not made again: settings, data and seed determine it. So a
    diagnosis that was broken off, by whatever, goes on where it was.

    Parameters
    ----------
    manager : trains the runs
    seconds : the budget; None for as long as it takes
    is_unwanted : asked now and then; the run that trains is interrupted once it says so
    watch : called with the handle of every run before it is trained
    """

    def __init__(
        self,
        manager: RunManager,
        seconds: float | None = None,
        is_unwanted: Callable[[], bool] = lambda: False,
        watch: Callable[[RunHandle], None] = lambda _: None,
    ) -> None:
        self._manager = manager
        self._deadline = None if seconds is None else monotonic() + seconds
        self._is_unwanted = is_unwanted
        self._watch = watch
        self._is_interrupted = False

    @property
    def is_out_of_time(self) -> bool:
        """Whether no further run may train."""
        is_late = self._deadline is not None and monotonic() >= self._deadline
        return is_late or self._is_interrupted or self._is_unwanted()

    def base(self, config: Config, preset: str) -> str:
        """Train the run that is to be explained, unless it is there; returns its id.

        Where the time ends first the run is interrupted, and is explained as it is.
        """
        run_id = self._found(config, None)
        handle = None
        if run_id is None:
            handle = self._manager.start(config, preset, is_hopeless)
        elif self._manager.get(run_id).state.can_be_resumed:
            handle = self._manager.resume(run_id, is_hopeless)
        if handle is not None:
            self._wait(handle)
            run_id = handle.run_id
        return str(run_id)

    def make(self, of: RunHandle, plan: Plan) -> Trial | None:
        """What became of the run that a plan for ``of`` wants; None where the time ended first.

        It begins at the k-means start of ``of`` where nothing before that differs, otherwise anew.

        Raises
        ------
        DECLabError
            If it cannot be stored, or its settings do not fit the data or the machine.
        """
        start = self._start_of(of, plan.config)
        run_id = self._found(plan.config, start)
        if run_id is not None:
            handle = self._manager.get(run_id)
            if handle.state.is_over:
                return trial_of(handle, is_short=plan.is_short)
        if self.is_out_of_time:
            return None
        if run_id is not None:
            handle = self._manager.resume(run_id, is_hopeless)
        elif start is None:
            handle = self._manager.start(plan.config, of.preset, is_hopeless)
        else:
            parent, iteration = start
            handle = self._manager.branch(parent, plan.config, of.preset, iteration, is_hopeless)
        self._tag(handle.run_id, tag_of(of.run_id))
        self._watch(handle)
        return trial_of(handle, is_short=plan.is_short) if self._wait(handle) else None

    def _tag(self, run_id: str, tag: str) -> None:
        """Also a run that goes on, as whatever broke it off may have come before its tag."""
        tags = self._manager.store.record(run_id).tags
        if tag not in tags:
            self._manager.store.annotate(run_id, tags=(*tags, tag))

    def _start_of(self, of: RunHandle, config: Config) -> tuple[str, int] | None:
        """The run and iteration to branch from; None where the run must begin anew."""
        differing = config.differences(of.config)
        kept = self._manager.store.checkpoints(of.run_id)
        if not kept or kept[0] > 0 or not all(map(is_branch_setting, differing)):
            return None
        return of.run_id, kept[0]

    def _found(self, config: Config, start: tuple[str, int] | None) -> str | None:
        """A stored run with these settings from that start, one that is over if there is one."""
        alike = [one for one in self._candidates(config, start) if self._tells(one)]
        return max(alike, key=lambda one: one.is_over).run_id if alike else None

    def _candidates(self, config: Config, start: tuple[str, int] | None) -> Iterator[RunRecord]:
        for record in self._manager.store.records():
            is_alike = record.config == config and _begins_at(record.lineage, start)
            if is_alike and record.state is not RunState.DAMAGED:
                yield record

    def _tells(self, record: RunRecord) -> bool:
        """Whether it is a run that nobody has changed or stopped on the way."""
        if not record.is_over and not record.state.can_be_resumed:
            return False
        try:
            view = self._manager.store.view(record.run_id)
        except RunError:
            return False
        finished = view.finished
        is_stopped = finished is not None and finished.stop_reason is StopReason.STOPPED
        is_clear = view.start is not None and is_hopeless(view.start, view.updates)
        return not view.changes and (is_clear or not is_stopped)

    def _wait(self, handle: RunHandle) -> bool:
        """Until the run has ended; False where it was interrupted, as the time was over or by the
        end of the server, after which nothing more is trained."""
        while not handle.state.is_settled:
            if handle.state is RunState.QUEUED:
                sleep(_LOOK_SECONDS)
            self._manager.join(handle, _LOOK_SECONDS)
            if self.is_out_of_time and handle.state.is_at_work:
                self._manager.send(handle, Suspend())
                self._manager.join(handle)
        self._is_interrupted = not handle.state.is_over
        return handle.state.is_over


def tag_of(run_id: str) -> str:
    """The tag of the runs that explain this one."""
    return f"{_TAG}{run_id}"


def is_counterfactual(record: RunRecord) -> bool:
    """Whether a run was made to explain another one, and not for itself."""
    return any(tag.startswith(_TAG) for tag in record.tags)


def trial_of(handle: RunHandle, *, is_short: bool = False) -> Trial:
    """What became of a run so far; ``is_short`` where its maximum is below the reference's."""
    view: View = handle.view
    judgement = None if view.failed is not None else view.judgement
    config = handle.config if view.started is None else _config_in_force(view, judgement)
    reason = None if view.finished is None else view.finished.stop_reason
    is_cut = reason in (None, StopReason.STOPPED)
    is_cut |= is_short and reason is StopReason.MAX_ITERATIONS
    return Trial(config, view.start, view.updates, judgement, is_cut, handle.run_id)


def _config_in_force(view: View, judgement: Judgement | None) -> Config:
    """Of a run that was changed while it trained, the settings with which it broke; otherwise the
    newest."""
    if not view.changes or judgement is None or judgement.condition is not Condition.BROKEN:
        return view.config
    broke_at = judgement.evidence[0].iteration if judgement.evidence else view.iteration
    # A change after so many steps holds from the next one on.
    return view.config_at(broke_at - 1)


def _begins_at(lineage: Lineage | None, start: tuple[str, int] | None) -> bool:
    if lineage is None or start is None:
        return lineage is None and start is None
    return (lineage.parent, lineage.iteration) == start

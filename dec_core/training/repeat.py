"""A run again, exactly: what was changed or stopped by hand happens at the same places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from dec_core.data import Dataset
from dec_core.errors import RunError
from dec_core.events.events import FrameTaken
from dec_core.events.frames import Labels
from dec_core.events.view import View, fold
from dec_core.training.checkpoint import Checkpoint, Pretrained, Resumption
from dec_core.training.legs import Leg, Place
from dec_core.training.trainer import Trainer


class Repeated(NamedTuple):
    """The numbers of the run, and the newest labels (n_samples,)."""

    view: View
    labels: Labels


def repeat(legs: Sequence[Leg], dataset: Dataset, pretrained: Pretrained | None = None) -> Repeated:
    """Train along ``legs``, each from where the one before ended.

    Under the conditions of the first time, see ``machine.conditions``, the labels are the same,
    bit for bit.

    Parameters
    ----------
    pretrained : the autoencoder that the run began with, where its settings name an earlier run

    Returns
    -------
    The run at the end of the last leg; one that ends before an update has the labels of k-means.

    Raises
    ------
    RunError
        If training takes another way, so that a leg ends where nothing can follow it, or ends
        before k-means.
    SettingsError
        If a config does not fit the data or a change its bounds.
    """
    view, resumption = View(), None
    labels: Labels | None = None
    for number, leg in enumerate(legs):
        is_last = number + 1 == len(legs)
        if resumption is not None and not is_last and _is_at(view, leg.end):
            continue  # the next leg branches off where this one did
        if resumption is not None:
            checkpoint = resumption.checkpoint.at_branch(leg.config, pretrained)
            resumption = replace(resumption, checkpoint=checkpoint)
        trainer = Trainer(leg.config, dataset, resumption=resumption, pretrained=pretrained)
        view, newest = _train(trainer, leg, view)
        labels = labels if newest is None else newest
        pretrained = pretrained or trainer.pretrained
        if not is_last:
            resumption = Resumption.after(view, _checkpoint(trainer, leg.end))
    if labels is None:
        raise RunError("A repeated run must reach the k-means start. It ended before.")
    return Repeated(view, labels)


def _train(trainer: Trainer, leg: Leg, view: View) -> tuple[View, Labels | None]:
    labels = None
    changes = list(leg.changes)
    stop = Place(leg.end.iteration, leg.end.updates - 1) if leg.is_stopped else None
    events = trainer.events()
    while not _is_at(view, leg.end):
        place = _place(view)
        while changes and changes[0].place == place:
            _, path, value = changes.pop(0)
            trainer.requests.change(path, value)
        if place == stop:
            trainer.requests.stop()
        trainer.pace.limit = _steps_to(changes[0].place if changes else leg.end, view)
        event = next(events, None)
        if event is None:
            break
        if isinstance(event, FrameTaken):
            labels = event.labels
        view = fold(view, event)
    return view, labels


def _steps_to(place: Place, view: View) -> int | None:
    """The most that one chunk may do, so that training stands still at the place."""
    if view.centers is None:
        return None
    return max(1, place.iteration - view.iteration)


def _place(view: View) -> Place:
    return Place(view.iteration, len(view.updates))


def _is_at(view: View, end: Place) -> bool:
    return view.centers is not None and (
        view.iteration > end.iteration
        or (view.iteration == end.iteration and len(view.updates) >= end.updates)
    )


def _checkpoint(trainer: Trainer, end: Place) -> Checkpoint:
    checkpoint = trainer.checkpoint()
    if checkpoint is None or checkpoint.iteration != end.iteration:
        raise RunError(
            f"The repeated run must reach iteration {end.iteration:,}, where it was branched. It "
            "ended elsewhere. Repeat it on the machine, with the libraries and on as many cores as "
            "the first time."
        )
    return checkpoint

"""The trainer: one run of DEC as a generator of events, phase after phase."""

from __future__ import annotations

from collections.abc import Iterator

from dec_core.config import Config, Misfit
from dec_core.data import Dataset
from dec_core.data.fit import clusters_excess
from dec_core.errors import SettingsError
from dec_core.events.events import (
    Event,
    Phase,
    RunFinished,
    RunStarted,
    SamplesChosen,
    WarningRaised,
)
from dec_core.training.checkpoint import Checkpoint, Pretrained, Resumption
from dec_core.training.clock import ActiveTime
from dec_core.training.context import TrainingContext
from dec_core.training.memory import check_memory
from dec_core.training.networks import NETWORKS, CompiledNetwork
from dec_core.training.phases.clustering import ClusteringPhase
from dec_core.training.phases.kmeans import KMeansPhase
from dec_core.training.phases.phase import TrainingPhase
from dec_core.training.phases.pretraining import PretrainingPhase
from dec_core.training.resident import resident_type


def train(config: Config, dataset: Dataset) -> Iterator[Event]:
    """All events of one run. See ``Trainer``."""
    return Trainer(config, dataset).events()


class Trainer:
    """One run, driven by whoever advances ``events()``.

    Advancing the generator is training; not advancing it is a pause. Between two events, on the
    same thread, ``requests`` may be made and ``pace.limit`` set; no event is further than about
    half a second from the next.

    Parameters
    ----------
    data_seconds : what loading the data took
    resumption : where to go on; ``config`` may then differ from the checkpoint's as far as
        ``check_branch`` allows
    pretrained : an autoencoder for exactly these data and settings, instead of pretraining; needed
        where the settings name an earlier run

    Attributes
    ----------
    clock : active time by phase, which another thread may read
    pace : how many gradient steps are taken between two events
    requests : changes of live parameters, and the end of the run
    pretrained : what was given, or the autoencoder of this run once it is pretrained

    Raises
    ------
    SettingsError
        If the config does not fit the data or the machine's memory.
    """

    def __init__(
        self,
        config: Config,
        dataset: Dataset,
        data_seconds: float = 0.0,
        *,
        resumption: Resumption | None = None,
        pretrained: Pretrained | None = None,
    ) -> None:
        _check_fit(config, dataset)
        if resumption is None:
            _check_pretrained(config, dataset, pretrained)
        seconds = resumption.checkpoint.seconds if resumption else {Phase.DATA: data_seconds}
        self._context = TrainingContext(config, dataset, ActiveTime(seconds))
        self.clock, self.pace = self._context.clock, self._context.pace
        self.requests = self._context.requests
        self.pretrained = pretrained
        self._resumption = resumption
        self._phase: TrainingPhase | None = None

    @property
    def config(self) -> Config:
        """The settings as they stand, live changes included."""
        return self._context.config

    def checkpoint(self) -> Checkpoint | None:
        """The run as it stands after the event at hand; None where nothing is worth keeping.

        In pretraining that is after an epoch, in clustering after any event that follows an
        update of the target distribution.
        """
        return None if self._phase is None else self._phase.checkpoint()

    def events(self) -> Iterator[Event]:
        """The run from its beginning, or from the checkpoint, to ``RunFinished``."""
        if self._resumption is None:
            dataset = self._context.dataset
            yield SamplesChosen(self._context.sample_ids, dataset.y, dataset.rows, dataset.ids)
            yield self._run_started()
            if self.config.clustering.objective.remark:
                yield WarningRaised(self.config.clustering.objective.remark)
        with NETWORKS.network(self._context) as network:
            for phase in self._phases(network):
                if self._resumption is not None:
                    phase.restore(self._resumption)
                self._phase = phase
                yield from self.clock.timed(phase.name, phase.events())
                if phase.ending is not None:
                    yield RunFinished(*phase.ending, self.clock.by_phase())
                    return

    def _phases(self, network: CompiledNetwork) -> Iterator[TrainingPhase]:
        """Each is built when the one before has come to its end."""
        context = self._context
        pretraining = PretrainingPhase(context, network, self.pretrained)
        yield pretraining
        self.pretrained = pretraining.pretrained
        loop = network.clustering(context)
        kmeans = KMeansPhase(context, loop, pretraining.loss)
        yield kmeans
        yield ClusteringPhase(context, loop, kmeans.labels, kmeans.start)

    def _run_started(self) -> RunStarted:
        dataset = self._context.dataset
        return RunStarted(
            config=self.config,
            dataset_name=dataset.name,
            n_samples=dataset.n_samples,
            n_features=dataset.n_features,
            n_sampled=len(self._context.sample_ids),
            has_true_labels=dataset.y is not None,
            class_names=dataset.class_names,
        )


def _check_fit(config: Config, dataset: Dataset) -> None:
    n_clusters = config.clustering.n_clusters
    excess = clusters_excess(n_clusters, dataset.n_samples)
    if excess is not None:
        raise SettingsError(
            f"n_clusters must be between 2 and {excess.whole} ({excess.maximum:,}). "
            f"Received {n_clusters:,}. Choose a smaller number or more samples."
        )
    for misfit in config.misfits(dataset.n_features, dataset.image_shape):
        raise misfit.error
    value_bytes = resident_type(dataset.samples).itemsize
    check_memory(config, dataset.n_samples, dataset.n_features, value_bytes=value_bytes)


def _check_pretrained(config: Config, dataset: Dataset, pretrained: Pretrained | None) -> None:
    """Whether the autoencoder of an earlier run is there where the settings name one."""
    if config.pretraining.earlier_run is None:
        return
    if pretrained is None or not pretrained.fits(config, dataset.n_features):
        raise Misfit(
            "pretraining.run",
            "needs the store with that run, and an autoencoder in it that fits the data",
        ).error

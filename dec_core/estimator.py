"""Deep Embedded Clustering as a scikit-learn estimator."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import (  # type: ignore[import-untyped]
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.utils import check_random_state  # type: ignore[import-untyped]
from sklearn.utils.validation import check_is_fitted, validate_data  # type: ignore[import-untyped]

from dec_core.analysis.verdict import SPOILT
from dec_core.config import NETWORKS, PRETRAININGS, Config
from dec_core.data import Dataset
from dec_core.data.samples import Samples
from dec_core.data.scaling import Scale
from dec_core.errors import DECLabError
from dec_core.events.events import KMEANS, TargetUpdated
from dec_core.events.frames import Frames
from dec_core.events.log_text import log_line
from dec_core.events.view import View
from dec_core.runs.execution import Advance, train_recorded
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.assigning import Assigner
from dec_core.training.checkpoint import Checkpoint, Pretrained
from dec_core.training.compiled_clustering import Evaluation

# What a run says of data that came as an array: it cannot load them again.
_DATA = "array"
_PRESET = "estimator"


class DEC(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Deep Embedded Clustering (Xie, Girshick and Farhadi, ICML 2016).

    An autoencoder is pretrained on the samples, k-means finds centres in its embedding, and
    encoder and centres are trained together towards a sharper assignment. A run that collapses or
    diverges says so with a ``ConvergenceWarning``.

    Parameters
    ----------
    n_clusters : int, from 2 to the number of samples
    network : "dense", "conv" for images or "conv3d" for volumes, the kind of autoencoder
        ``settings`` may have its layers, such as ``{"autoencoder.filters": (16, 32)}``.
    units : sequence of int
        Of the dense network: of the encoder's layers, the last one the embedding; the decoder
        mirrors them.
    image_shape : tuple of int, or None
        (height, width, channels) of a sample that is an image, (depth, height, width, channels) of
        a volume; a row of X holds its numbers in that order. The convolutional networks need it.
    scaling : "none", "pixels", "unit", "features", "standard" or "norm"
        What is done with the features first, fitted on the training samples.
    pretraining_epochs, pretraining_optimizer, pretraining_learning_rate
        Of the autoencoder; the optimizer is "adam" or "sgd" with momentum 0.9.
    optimizer, learning_rate : of the clustering phase
    batch_size : int, of both phases
    update_interval : int
        Gradient steps between two updates of the target distribution.
    tol : float
        Training ends when a smaller share of the labels changed between two updates.
    max_iter : int, gradient steps of the clustering phase at most
    n_init : int, restarts of k-means
    alpha : float, degrees of freedom of Student's t (equation 1)
    target : "paper", "per-batch" or "r-recycled", the rule of the target distribution (equation 3)
    objective : "dec", the clustering loss alone, or "idec", the reconstruction error plus ``gamma``
        times that loss (Guo et al., IJCAI 2017)
    gamma : float, from 0 to 10; of "idec" alone
    settings : mapping of str, or None
        Any other setting of a run by its path, such as ``{"autoencoder.activation": "elu"}``.
    random_state : int, RandomState or None
        The same number gives the same labels.
    verbose : int
        1 prints a line at every update.
    run_dir : path or None
        Stores the run in this folder, so that the app shows it (``DEC_RUNS_DIR``).
    warm_start_from : a fitted DEC or None
        Takes its pretrained autoencoder, which must have the same layers and features, instead of
        pretraining again.

    Attributes
    ----------
    labels_ : (n_samples,) int64, the cluster of every training sample
    cluster_centers_ : (n_clusters, n_dimensions) float32, in the embedding
    n_features_in_, feature_names_in_ : as everywhere in scikit-learn
    n_iter_ : int, gradient steps of the clustering phase
    verdict_ : str, such as "converged" or "collapsed"
    view_ : View, all numbers of the run
    run_id_ : str, in ``run_dir``; None where it is not stored

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.metrics import adjusted_rand_score
    >>> X, y = make_blobs(300, n_features=8, centers=3, random_state=0)
    >>> dec = DEC(n_clusters=3, units=(32, 4), scaling="standard", random_state=0).fit(X)
    >>> dec.verdict_, round(adjusted_rand_score(y, dec.labels_), 2)
    ('converged', 1.0)
    >>> bool((dec.predict(X) == dec.labels_).all()), dec.transform(X[:2]).shape
    (True, (2, 4))
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        network: str = NETWORKS.default,
        units: Sequence[int] = (256, 128, 10),
        image_shape: Sequence[int] | None = None,
        scaling: str = "none",
        pretraining_epochs: int = 40,
        pretraining_optimizer: str = "adam",
        pretraining_learning_rate: float = 1e-3,
        optimizer: str = "sgd",
        learning_rate: float = 0.05,
        batch_size: int = 256,
        update_interval: int = 30,
        tol: float = 1e-3,
        max_iter: int = 20_000,
        n_init: int = 20,
        alpha: float = 1.0,
        target: str = "paper",
        objective: str = "dec",
        gamma: float = 0.1,
        settings: Mapping[str, Any] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
        run_dir: str | PathLike[str] | None = None,
        warm_start_from: DEC | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.network = network
        self.units = units
        self.image_shape = image_shape
        self.scaling = scaling
        self.pretraining_epochs = pretraining_epochs
        self.pretraining_optimizer = pretraining_optimizer
        self.pretraining_learning_rate = pretraining_learning_rate
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.update_interval = update_interval
        self.tol = tol
        self.max_iter = max_iter
        self.n_init = n_init
        self.alpha = alpha
        self.target = target
        self.objective = objective
        self.gamma = gamma
        self.settings = settings
        self.random_state = random_state
        self.verbose = verbose
        self.run_dir = run_dir
        self.warm_start_from = warm_start_from

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002, N803
        """Train on samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), finite numbers
        y : ignored

        Raises
        ------
        ValueError
            If a parameter or the samples do not fit, or pretraining leaves nothing to cluster.
        """
        x = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2)
        try:
            self._train(x)
        except DECLabError as error:
            raise ValueError(str(error)) from error
        return self

    def predict(self, X: Any) -> NDArray[np.int64]:  # noqa: N803
        """The cluster of every sample, (n_samples,)."""
        return self._assigned(X).labels.astype(np.int64)

    def transform(self, X: Any) -> NDArray[np.float32]:  # noqa: N803
        """The embedding of every sample, (n_samples, n_dimensions)."""
        return self._assigned(X).embedding

    def score_samples(self, X: Any) -> NDArray[np.float32]:  # noqa: N803
        """The soft assignment q of every sample, (n_samples, n_clusters); rows sum to 1."""
        return self._assigned(X).q

    @property
    def _n_features_out(self) -> int:
        return int(self.cluster_centers_.shape[1])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # The embedding is float32 whatever the samples are.
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __getstate__(self) -> dict[str, Any]:
        # A compiled graph cannot be pickled; it is made anew when it is needed.
        return {**super().__getstate__(), "_assigner": None}

    def _train(self, x: NDArray[np.floating]) -> None:
        config = self._config()
        scale = Scale.fit(x, config.data.scaling)
        shape = None if self.image_shape is None else tuple(self.image_shape)
        dataset = Dataset(_DATA, scale.apply(x), image_shape=shape, source="an array")
        pretrained = _pretrained_by(self.warm_start_from, config, dataset.n_features)
        recorder = self._recorder(config)
        newest: list[Advance] = []

        def follow(advance: Advance) -> None:
            newest[:] = [advance]
            if self.verbose and isinstance(advance.event, TargetUpdated):
                print(log_line(advance.event, config.clustering.max_iterations))

        train_recorded(recorder, follow, dataset=dataset, pretrained=pretrained)
        (last,) = newest
        self._take(last, scale, recorder.run_id if self.run_dir is not None else None)

    def _take(self, last: Advance, scale: Scale, run_id: str | None) -> None:
        """Keep what became of the run."""
        judgement, checkpoint = last.view.judgement, last.trainer.checkpoint()
        if checkpoint is None or judgement is None or last.view.centers is None:
            raise DECLabError("" if judgement is None else judgement.sentence)
        if judgement.verdict in SPOILT:
            warnings.warn(judgement.sentence, ConvergenceWarning, stacklevel=4)
        self.view_: View = last.view
        self.labels_ = _newest_labels(last.view, last.frames)
        self.cluster_centers_ = checkpoint.weights[-1]
        self.n_iter_ = last.view.iteration
        self.verdict_ = judgement.verdict.value if judgement.verdict else ""
        self.run_id_ = run_id
        self._scale = scale
        self._pretrained = last.trainer.pretrained
        # Without what only going on would need.
        self._checkpoint: Checkpoint = replace(checkpoint, optimizer=(), p=None, labels=None)
        self._assigner: Assigner | None = None

    def _assigned(self, X: Any) -> Evaluation:  # noqa: N803
        check_is_fitted(self)
        x = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        if self._assigner is None:
            self._assigner = Assigner(self._checkpoint, self.n_features_in_)
        return self._assigner.assign(Samples(np.ascontiguousarray(self._scale.apply(x))))

    def _config(self) -> Config:
        chosen = dict(self.settings or {})
        network = chosen.get(NETWORKS.path, self.network)
        if network == NETWORKS.default:
            layers = {"autoencoder.units": tuple(self.units)}
        else:
            layers = {"autoencoder.image_shape": tuple(self.image_shape or ())}
        kind = chosen.get(PRETRAININGS.path, PRETRAININGS.default)
        is_trained = "epochs" in PRETRAININGS.own_fields(kind)
        values = {
            "data.scaling": self.scaling,
            NETWORKS.path: network,
            **layers,
            **(self._of_pretraining() if is_trained else {}),
            "clustering.n_clusters": self.n_clusters,
            "clustering.optimizer": self.optimizer,
            "clustering.learning_rate": self.learning_rate,
            "clustering.batch_size": self.batch_size,
            "clustering.update_interval": self.update_interval,
            "clustering.tol": self.tol,
            "clustering.max_iterations": self.max_iter,
            "clustering.kmeans_restarts": self.n_init,
            "clustering.alpha": self.alpha,
            "clustering.target": self.target,
            "clustering.objective": self.objective,
            **({"clustering.gamma": self.gamma} if self.objective == "idec" else {}),
            "seed": self._seed(),
            **chosen,
        }
        config = Config().with_values(values).to_dict()
        return Config.from_dict({**config, "data": {**config["data"], "name": _DATA}})

    def _of_pretraining(self) -> dict[str, Any]:
        return {
            "pretraining.epochs": self.pretraining_epochs,
            "pretraining.optimizer": self.pretraining_optimizer,
            "pretraining.learning_rate": self.pretraining_learning_rate,
            "pretraining.batch_size": self.batch_size,
        }

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _recorder(self, config: Config) -> Recorder | MemoryRecorder:
        if self.run_dir is None:
            return MemoryRecorder(config)
        store = RunStore(Path(self.run_dir))
        return Recorder(store, store.create(config, _PRESET))


def _pretrained_by(other: DEC | None, config: Config, n_features: int) -> Pretrained | None:
    if other is None:
        return None
    check_is_fitted(other)
    known: Pretrained | None = other._pretrained
    if known is not None and known.fits(config, n_features):
        return known
    raise DECLabError(
        "warm_start_from must have the same layers, number of features and pretraining_epochs. "
        "Received one that has not. Fit it with the same parameters, or leave it out."
    )


def _newest_labels(view: View, frames: Frames) -> NDArray[np.int64]:
    update = len(view.updates) - 1 if view.updates else KMEANS
    return frames.labels(update).astype(np.int64)

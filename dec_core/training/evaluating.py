"""An evaluation over all data that lets whoever drives the run act on the way."""

from __future__ import annotations

from collections.abc import Generator

from dec_core.events.events import Phase, Progress
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation


def evaluated(loop: ClusteringLoop) -> Generator[Progress, None, Evaluation]:
    """All samples of the loop by its present weights.

    Yields
    ------
    After every piece but the last how many samples are done

    Returns
    -------
    The same as ``loop.evaluate_all()``
    """
    n_samples = loop.batches.n_samples
    pieces = []
    for begin, piece in loop.evaluate():
        pieces.append(piece)
        done = begin + len(piece.labels)
        if done < n_samples:
            yield Progress(Phase.CLUSTERING, done, n_samples)
    return Evaluation.joined(pieces)

"""The UMAP process that ``Projector`` starts; it answers until its pipe closes."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings

import numpy as np

from dec_core.processes.projector import read_array, write_array

LOW_PRIORITY = 10


def main() -> None:
    """Answer each request (embedding, previous map, seed) with a map or a sentence."""
    with contextlib.suppress(OSError):
        os.nice(LOW_PRIORITY)
    # umap imports TensorFlow if it can, for a variant that is not used here: 3 s and 500 MB.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    # Whatever a library prints must not land between the messages.
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # umap warns that exact neighbours cannot place new points; none are placed here.
    warnings.simplefilter("ignore")
    from dec_core.analysis.projection import umap_map

    umap_map(np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32), None, 0)
    while True:
        try:
            embedding = read_array(requests)
            previous = read_array(requests)
            seed = int(read_array(requests))
        except EOFError:
            return
        try:
            points = umap_map(embedding, previous if len(previous) else None, seed)
        except Exception as error:
            write_array(answers, np.array(f"UMAP could not make this map: {error}"))
        else:
            write_array(answers, points)
        answers.flush()


if __name__ == "__main__":
    main()

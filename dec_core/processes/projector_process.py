"""The UMAP process that ``Projector`` starts; it answers until its pipe closes."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import warnings

import numpy as np

from dec_core.processes.own_process import send, streams, yields

LOW_PRIORITY = 10


def main() -> None:
    """Answer each (embedding, previous map, seed) with (map, None) or (None, sentence)."""
    if yields():
        with contextlib.suppress(OSError):
            os.nice(LOW_PRIORITY)
    # umap imports TensorFlow if it can, for a variant that is not used here: 3 s and 500 MB.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    requests, answers = streams()
    # umap warns that exact neighbours cannot place new points; none are placed here.
    warnings.simplefilter("ignore")
    from dec_core.analysis.projection import umap_map

    umap_map(np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32), None, 0)
    while True:
        try:
            request = pickle.load(requests)
        except (EOFError, pickle.UnpicklingError):
            return
        try:
            send(answers, (umap_map(*request), None))
        except Exception as error:
            send(answers, (None, f"UMAP could not make this map: {error}"))


if __name__ == "__main__":
    main()

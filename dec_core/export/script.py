"""A Python script that makes a run again and compares its labels."""

from __future__ import annotations

import pprint
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dec_core.config import Config
from dec_core.runs.record import Lineage
from dec_core.training.outcome import labels_sha256

_HEAD = '''\
"""Trains {title} of DEC Lab again and compares its labels.

Run it where ``import dec_core`` works.{notes}
"""

import hashlib

EXPECTED = {expected!r}
VERSIONS = {versions}
CONFIG = {config}
'''

_TRAIN = """

def final_labels():
    from dec_core import Config, View, fold, load, train

    config = Config.from_dict(CONFIG)
    dataset = load(config.data, config.seed)
    view = View()
    for event in train(config, dataset):
        view = fold(view, event)
    return (view.updates[-1] if view.updates else view.centers).labels
"""

_BRANCH = """

def final_labels():
    from dec_core import Config
    from dec_core.runs.branch import branch
    from dec_core.runs.execution import execute
    from dec_core.runs.recorder import Recorder
    from dec_core.runs.store import RunStore

    store = RunStore()
    run_id = branch(store, {parent!r}, Config.from_dict(CONFIG), {preset!r}, {iteration})
    recorder = Recorder(store, run_id)
    try:
        *_, last = execute(recorder.config, recorder)
    finally:
        recorder.close()
    return last.view.updates[-1].labels
"""

_TAIL = """

def main():
    digest = hashlib.sha256(final_labels().astype("<i4").tobytes()).hexdigest()
    print("labels_sha256", digest)
    if digest == EXPECTED:
        print("The same labels, bit for bit.")
        return 0
    print("Other labels; expected", EXPECTED)
    print("Results repeat on one machine with these versions:", VERSIONS)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
"""


def reproduce_script(
    title: str,
    config: Config,
    labels: NDArray[np.integer],
    *,
    versions: Mapping[str, str],
    preset: str = "",
    lineage: Lineage | None = None,
    notes: tuple[str, ...] = (),
) -> str:
    """The script's text.

    Parameters
    ----------
    title : the run's name
    labels : (n_samples,), its final labels
    versions : of the libraries that it was trained with
    lineage : where it branched; its parent must be in the store then
    notes : what the script cannot repeat
    """
    about = "".join(f"\n\n{note}" for note in notes).replace("\\", "").replace('"""', "'''")
    text = _HEAD.format(
        title=title,
        notes=about,
        expected=labels_sha256(labels),
        versions=pprint.pformat(dict(versions)),
        config=pprint.pformat(config.to_dict(), sort_dicts=False),
    )
    if lineage is None:
        return text + _TRAIN + _TAIL
    how = _BRANCH.format(parent=lineage.parent, preset=preset, iteration=lineage.iteration)
    return text + how + _TAIL

"""A Python script that makes a run again and compares its labels."""

from __future__ import annotations

import pprint
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.data.upload_places import is_upload
from dec_core.events.outcome import labels_sha256
from dec_core.training.legs import Leg

_SCRIPT = '''\
"""Trains {title} of DEC Lab again and compares its labels.

Run it where ``import dec_core`` works. Every leg goes on from the end of the one before it, with
what was changed by hand on the way.
"""

import hashlib

EXPECTED = {expected!r}
CONDITIONS = {versions}
LEGS = {legs}


def final_labels():
    from dec_core import load
    from dec_core.training.legs import Leg
    from dec_core.training.repeat import repeat
{store}
    legs = [Leg.from_dict(leg) for leg in LEGS]
    config = legs[0].config
    return repeat(legs, load(config.data, config.seed){pretrained}).labels


def main():
    from dec_core.machine import conditions, differences

    changes = differences(CONDITIONS, conditions())
    if changes:
        print("The labels may differ, as the conditions do:", ", ".join(changes))
    digest = hashlib.sha256(final_labels().astype("<i4").tobytes()).hexdigest()
    print("labels_sha256", digest)
    if digest == EXPECTED:
        print("The same labels, bit for bit.")
        return 0
    print("Other labels; expected", EXPECTED)
    print("Results repeat under these conditions:", CONDITIONS)
    print("What differs here:", ", ".join(changes) or "nothing that is known to matter")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
'''


_STORE = """    from dec_core.store.store import RunStore

    RunStore()  # whose folder, DEC_RUNS_DIR, has the uploaded file
"""
_PRETRAINED = """    from dec_core.store.earlier_autoencoder import pretrained_of
    from dec_core.store.store import RunStore

    # The store, DEC_RUNS_DIR, has this run with the autoencoder that it took from another one.
    pretrained = pretrained_of(RunStore(), {title!r})
"""


def reproduce_script(
    title: str, legs: Sequence[Leg], labels: NDArray[np.integer], versions: Mapping[str, str]
) -> str:
    """The script's text.

    Parameters
    ----------
    title : the run's id
    legs : the way that it took
    labels : (n_samples,), its final labels
    versions : the conditions that it was trained under, see ``machine.conditions``
    """
    store = _STORE if any(_is_on_upload(leg) for leg in legs) else ""
    takes_pretrained = any(leg.config.pretraining.earlier_run is not None for leg in legs)
    return _SCRIPT.format(
        title=title,
        expected=labels_sha256(labels),
        versions=_literal(dict(versions)),
        legs=_literal([leg.to_dict() for leg in legs]),
        store=store + (_PRETRAINED.format(title=title) if takes_pretrained else ""),
        pretrained=", pretrained" if takes_pretrained else "",
    )


def _is_on_upload(leg: Leg) -> bool:
    return is_upload(leg.config.get("data.file") or "")


def _literal(value: Any) -> str:
    return pprint.pformat(value, sort_dicts=False)

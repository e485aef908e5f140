"""Arrays and parsing: where the samples come from and what may be said about them.

The law of this room: a function takes a name, a file or an array and gives back an array or a
``Dataset``, or says what is wrong with it. Nothing here trains, judges, draws or remembers a
run. Importing it loads NumPy and the settings only; scikit-learn and Keras wait until a
data set needs them. A new source of data is registered with ``register_source``.
"""

from dec_core.data.catalog import (
    Source,
    describe,
    description_of,
    load,
    place_of,
    register_source,
    title_of,
    unregister_source,
)
from dec_core.data.dataset import Dataset
from dec_core.data.facts import DESCRIPTIONS, Description
from dec_core.data.fit import Excess, excesses
from dec_core.data.sources.built_in import available
from dec_core.data.sources.idx import read_idx
from dec_core.data.subset import stratified_indices, stratified_subset

__all__ = [
    "DESCRIPTIONS",
    "Dataset",
    "Description",
    "Excess",
    "Source",
    "available",
    "describe",
    "description_of",
    "excesses",
    "load",
    "place_of",
    "read_idx",
    "register_source",
    "stratified_indices",
    "stratified_subset",
    "title_of",
    "unregister_source",
]

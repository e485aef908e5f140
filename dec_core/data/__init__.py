"""Arrays and parsing: where the samples come from and what may be said about them.

The law of this room: a function takes a name, a file or an array and gives back an array or a
``Dataset``, or says what is wrong with it. Nothing here trains, judges, draws or remembers a
run. Importing it loads NumPy only; scikit-learn and Keras wait until a data set needs them.
"""

from dec_core.data.catalog import DESCRIPTIONS, Description, describe, load
from dec_core.data.dataset import Dataset
from dec_core.data.fit import Excess, excesses
from dec_core.data.idx import read_idx
from dec_core.data.sources import available
from dec_core.data.subset import stratified_indices, stratified_subset

__all__ = [
    "DESCRIPTIONS",
    "Dataset",
    "Description",
    "Excess",
    "available",
    "describe",
    "excesses",
    "load",
    "read_idx",
    "stratified_indices",
    "stratified_subset",
]

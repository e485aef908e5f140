"""The settings of a run: their names, types, bounds, defaults, labels, help and presets.

The command line, the form on the Train page and the checks all read them from here. Importing
this room loads neither NumPy nor TensorFlow.
"""

from dec_core.config.presets import DEFAULT_PRESET, PRESETS, Preset, get_preset
from dec_core.config.settings import (
    LIVE_PARAMETERS,
    SETTINGS,
    AutoencoderSettings,
    ClusteringSettings,
    Config,
    DatasetName,
    DataSettings,
    Initializer,
    PretrainingSettings,
    Setting,
)

__all__ = [
    "DEFAULT_PRESET",
    "LIVE_PARAMETERS",
    "PRESETS",
    "SETTINGS",
    "AutoencoderSettings",
    "ClusteringSettings",
    "Config",
    "DataSettings",
    "DatasetName",
    "Initializer",
    "Preset",
    "PretrainingSettings",
    "Setting",
    "get_preset",
]

"""The settings of a run: their names, types, bounds, defaults, labels, help and presets.

The command line, the form on the Train page and the checks all read them from here. Data sources,
networks, pretraining, target rules, objectives, resets of the encoder and the dissolving of
clusters have kinds (``kinds``): a new one is a class and one ``register``. Importing this room
loads neither NumPy nor TensorFlow.
"""

from dec_core.config.config import LIVE_PARAMETERS, Config, may_be
from dec_core.config.conv_network import Conv3DNetwork, ConvNetwork, ConvolutionalNetwork
from dec_core.config.kinds import Kinds
from dec_core.config.networks import (
    NETWORKS,
    DenseNetwork,
    ImageShape,
    Initializer,
    Misfit,
    NetworkSettings,
    Shapes,
)
from dec_core.config.objectives import (
    OBJECTIVES,
    TARGETS,
    DecObjective,
    IdecObjective,
    Objective,
    TargetRule,
)
from dec_core.config.presets import (
    DEFAULT_PRESET,
    PRESETS,
    REFERENCE_PRESET,
    Preset,
    get_preset,
)
from dec_core.config.pretraining import (
    PRETRAININGS,
    LayerWisePretraining,
    NoPretraining,
    Pretraining,
    PretrainingFromRun,
    PretrainingSettings,
    PretrainingStage,
)
from dec_core.config.repairs import DISSOLVINGS, RESETS, Dissolving, SmallDissolving, SoftReset
from dec_core.config.section import setting
from dec_core.config.settings import ClusteringSettings
from dec_core.config.sources import (
    SOURCES,
    DataSettings,
    FileData,
    ImageColor,
    Missing,
    Scaling,
    UnknownSource,
)
from dec_core.config.table import SETTINGS, Setting

__all__ = [
    "DEFAULT_PRESET",
    "DISSOLVINGS",
    "LIVE_PARAMETERS",
    "NETWORKS",
    "OBJECTIVES",
    "PRESETS",
    "PRETRAININGS",
    "REFERENCE_PRESET",
    "RESETS",
    "SETTINGS",
    "SOURCES",
    "TARGETS",
    "ClusteringSettings",
    "Config",
    "Conv3DNetwork",
    "ConvNetwork",
    "ConvolutionalNetwork",
    "DataSettings",
    "DecObjective",
    "DenseNetwork",
    "Dissolving",
    "FileData",
    "IdecObjective",
    "ImageColor",
    "ImageShape",
    "Initializer",
    "Kinds",
    "LayerWisePretraining",
    "Misfit",
    "Missing",
    "NetworkSettings",
    "NoPretraining",
    "Objective",
    "Preset",
    "Pretraining",
    "PretrainingFromRun",
    "PretrainingSettings",
    "PretrainingStage",
    "Scaling",
    "Setting",
    "Shapes",
    "SmallDissolving",
    "SoftReset",
    "TargetRule",
    "UnknownSource",
    "get_preset",
    "may_be",
    "setting",
]

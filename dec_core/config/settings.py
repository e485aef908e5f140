"""The settings of a run, section by section.

A ``Config`` is frozen, compares by value and survives ``Config.from_json(config.to_json())``.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from dec_core.errors import SettingsError

DatasetName = Literal["digits", "fashion-mnist", "mnist"]
TargetRule = Literal["paper", "r-recycled", "per-batch"]
Loss = Literal["kld", "categorical_crossentropy", "mse"]
OptimizerName = Literal["sgd", "adam"]
BatchOrder = Literal["stored", "shuffled"]
Activation = Literal["relu", "elu", "gelu", "tanh"]
Initializer = Literal["variance_scaling", "glorot_uniform", "he_normal"]
Units = Annotated[int, Field(ge=1, le=20_000)]

# What may change while a run trains; everything else is fixed when it starts.
LIVE_PARAMETERS = ("clustering.learning_rate", "clustering.update_interval", "clustering.tol")


class Section(BaseModel):
    """One group of settings; unknown keys and non-finite numbers are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=False
    )


def _setting(default: Any, label: str, help: str, *, log: bool = False, **bounds: Any) -> Any:
    """A field with its label, its help sentence and whether its slider is logarithmic."""
    return Field(default, title=label, description=help, json_schema_extra={"log": log}, **bounds)


class DataSettings(Section):
    """Which data are clustered."""

    name: DatasetName = _setting(
        "digits", "Data set", "Digits is built in; the others are read from disk or downloaded."
    )
    n_samples: int | None = _setting(
        None,
        "Samples",
        "How many samples to use, drawn class by class with the seed; empty means all.",
        ge=1,
        le=10_000_000,
    )


class AutoencoderSettings(Section):
    """The symmetric dense autoencoder."""

    units: tuple[Units, ...] = _setting(
        (256, 128, 10),
        "Encoder layers",
        "Units of the encoder's layers, the last one the embedding; the decoder mirrors them.",
        min_length=1,
        max_length=12,
    )
    activation: Activation = _setting(
        "relu", "Activation", "Of every layer but the embedding and the output, which are linear."
    )
    initializer: Initializer = _setting(
        "variance_scaling",
        "Initializer",
        "Of every kernel but the embedding's; variance_scaling is VarianceScaling(1/3, fan_in).",
    )
    bottleneck_initializer: Initializer = _setting(
        "variance_scaling", "Embedding initializer", "Of the embedding layer's kernel."
    )


class PretrainingSettings(Section):
    """Training of the autoencoder on the reconstruction error, before any clustering."""

    epochs: int = _setting(
        40, "Epochs", "Passes over the data before clustering starts.", ge=0, le=2_000, log=True
    )
    optimizer: OptimizerName = _setting("sgd", "Optimizer", "SGD with momentum, or Adam.")
    learning_rate: float = _setting(
        1.0, "Learning rate", "Step size of pretraining.", ge=1e-6, le=10.0, log=True
    )
    momentum: float = _setting(0.9, "Momentum", "Of SGD; Adam ignores it.", ge=0.0, le=0.999)
    batch_size: int = _setting(
        256, "Batch size", "Samples per gradient step.", ge=1, le=65_536, log=True
    )
    shuffle: bool = _setting(True, "Shuffle", "Draw the samples in a new order each epoch.")


class ClusteringSettings(Section):
    """The clustering phase: k-means start, target distribution, optimisation, stop rule."""

    n_clusters: int = _setting(
        10, "Clusters", "How many clusters to look for; at most one per sample.", ge=2, le=200
    )
    alpha: float = _setting(
        1.0,
        "Alpha",
        "Degrees of freedom of Student's t in the soft assignment (equation 1).",
        ge=0.01,
        le=100.0,
        log=True,
    )
    target: TargetRule = _setting(
        "paper",
        "Target rule",
        "paper: P over all data (equation 3). r-recycled: as the R port divides. "
        "per-batch: P from each batch alone.",
    )
    loss: Loss = _setting("kld", "Loss", "What pulls q towards the target distribution.")
    optimizer: OptimizerName = _setting("sgd", "Optimizer", "SGD with momentum, or Adam.")
    learning_rate: float = _setting(
        0.05, "Learning rate", "Step size of clustering.", ge=1e-6, le=10.0, log=True
    )
    momentum: float = _setting(0.9, "Momentum", "Of SGD; Adam ignores it.", ge=0.0, le=0.999)
    batch_size: int = _setting(
        256, "Batch size", "Samples per gradient step.", ge=1, le=65_536, log=True
    )
    update_interval: int = _setting(
        30,
        "Update interval",
        "Iterations between two updates of the target distribution.",
        ge=1,
        le=10_000,
        log=True,
    )
    tol: float = _setting(
        1e-3,
        "Tolerance",
        "Stop when a smaller share of the labels changed between two updates.",
        ge=0.0,
        le=0.5,
        log=True,
    )
    max_iterations: int = _setting(
        20_000,
        "Maximum iterations",
        "Stop here at the latest. Iteration n is the state after n gradient steps; 0 is the "
        "k-means start.",
        ge=1,
        le=1_000_000,
        log=True,
    )
    kmeans_restarts: int = _setting(
        20, "k-means restarts", "Starts of k-means; the best one gives the centres.", ge=1, le=200
    )
    batch_order: BatchOrder = _setting(
        "stored", "Batch order", "stored: as the data lie. shuffled: a new order each pass."
    )


class Config(Section):
    """All settings of a run.

    Raises
    ------
    SettingsError
        From ``from_json``, ``from_dict`` and ``with_values``, naming the setting, what was
        expected and what was received.
    """

    data: DataSettings = DataSettings()
    autoencoder: AutoencoderSettings = AutoencoderSettings()
    pretraining: PretrainingSettings = PretrainingSettings()
    clustering: ClusteringSettings = ClusteringSettings()
    seed: int = _setting(
        0, "Seed", "Same settings and same seed give the same labels.", ge=0, le=2**31 - 1
    )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Config:
        """Check nested values as ``to_dict`` gives them."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from error

    @classmethod
    def from_json(cls, text: str) -> Config:
        """Read what ``to_json`` wrote."""
        try:
            values = json.loads(text)
        # Beside what is no JSON: no text, bytes of no known encoding, a number of too many digits,
        # too many brackets.
        except (ValueError, TypeError, RecursionError) as error:
            raise SettingsError(
                f"Settings must be a JSON object. {error}. Check the text."
            ) from error
        if not isinstance(values, dict):
            raise SettingsError(
                f"Settings must be a JSON object. Received a {type(values).__name__}. "
                "Put the sections between braces."
            )
        return cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """Nested plain values, ready for JSON."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """One JSON object with every setting."""
        return json.dumps(self.to_dict(), indent=2)

    def with_values(self, values: Mapping[str, Any]) -> Config:
        """A copy in which ``{"section.field": value}`` are set; text is parsed where needed."""
        nested = self.to_dict()
        for path, value in values.items():
            setting = SETTINGS.get(path)
            if setting is None:
                raise SettingsError(
                    f"Unknown setting {_shown(path)}. Expected one of: {', '.join(SETTINGS)}."
                )
            parsed = setting.parse(value) if isinstance(value, str) else value
            if setting.section:
                nested[setting.section][setting.field] = parsed
            else:
                nested[setting.field] = parsed
        return Config.from_dict(nested)

    def get(self, path: str) -> Any:
        """The value at ``section.field``."""
        value: Any = self
        for part in path.split("."):
            value = getattr(value, part)
        return value

    def differences(self, other: Config) -> dict[str, Any]:
        """The settings of this config that differ from ``other``'s, by path."""
        return {path: self.get(path) for path in SETTINGS if self.get(path) != other.get(path)}


@dataclass(frozen=True)
class Setting:
    """One field of ``Config`` as the form and the command line see it.

    ``minimum`` and ``maximum`` are inclusive bounds, None where there are none; ``choices`` are
    the allowed words, empty where any number will do.
    """

    path: str
    label: str
    help: str
    kind: type
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    is_log: bool
    is_optional: bool

    @property
    def section(self) -> str:
        """The section's name, empty for ``seed``."""
        return self.path.rpartition(".")[0]

    @property
    def field(self) -> str:
        """The name within the section."""
        return self.path.rpartition(".")[2]

    def parse(self, text: str) -> Any:
        """Turn text from a command line or a URL into what pydantic can check."""
        text = text.strip()
        if self.is_optional and text.lower() in ("", "all", "none"):
            return None
        if self.kind is tuple:
            return [part.strip() for part in text.strip("[]()").split(",") if part.strip()]
        return text

    def format(self, value: Any) -> str:
        """The inverse of ``parse``."""
        if value is None:
            return "all"
        if self.kind is tuple:
            return ",".join(str(part) for part in value)
        if self.kind is float:
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        return str(value).lower() if self.kind is bool else str(value)


def _setting_of(path: str, info: FieldInfo) -> Setting:
    annotation = info.annotation
    arguments = get_args(annotation)
    is_optional = type(None) in arguments
    choices = tuple(a for a in arguments if isinstance(a, str))
    if isinstance(annotation, type):
        kind = annotation
    elif choices:
        kind = str
    else:
        kind = int if is_optional else tuple
    minimum = maximum = None
    for constraint in info.metadata:
        minimum = getattr(constraint, "ge", minimum)
        maximum = getattr(constraint, "le", maximum)
    extra = info.json_schema_extra
    return Setting(
        path=path,
        label=info.title or path,
        help=info.description or "",
        kind=kind,
        default=info.default,
        minimum=minimum,
        maximum=maximum,
        choices=choices,
        is_log=bool(isinstance(extra, dict) and extra.get("log")),
        is_optional=is_optional,
    )


def _all_settings() -> Iterator[Setting]:
    for name, info in Config.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            for field, field_info in info.annotation.model_fields.items():
                yield _setting_of(f"{name}.{field}", field_info)
        else:
            yield _setting_of(name, info)


SETTINGS: Mapping[str, Setting] = MappingProxyType({s.path: s for s in _all_settings()})


def _sentence(error: ValidationError) -> str:
    """All of pydantic's complaints as sentences: what was expected, what was received."""
    sentences = []
    for problem in error.errors(include_url=False):
        path = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
        if problem["type"] == "extra_forbidden":
            sentences.append(f"Unknown setting {_shown(path)}. Remove it or correct its name.")
            continue
        setting = SETTINGS.get(path)
        remedy = f" {setting.label}: {setting.help}" if setting else ""
        expected = problem["msg"].replace("Input should be", "must be").rstrip(".")
        sentences.append(f"{path}: {expected}. Received {_shown(problem['input'])}.{remedy}")
    return " ".join(sentences)


def _shown(value: Any) -> str:
    """A value in a sentence, cut where it is long or deep; it may be anything."""
    try:
        return _SHORT.repr(value)
    except ValueError:  # Python does not write out numbers of thousands of digits
        return f"a {type(value).__name__} of too many digits"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 100
_SHORT.maxlist = _SHORT.maxtuple = 20

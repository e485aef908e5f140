"""All settings of a run in one object.

A ``Config`` is frozen, compares by value and survives ``Config.from_json(config.to_json())``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dec_core.config.augmentation import augmentation_misfit
from dec_core.config.kinds import shown, when_kinds_change
from dec_core.config.networks import NETWORKS, DenseNetwork, ImageShape, Misfit, NetworkSettings
from dec_core.config.pretraining import (
    PRETRAININGS,
    Pretraining,
    PretrainingSettings,
    PretrainingStage,
)
from dec_core.config.section import Frozen, Section, setting
from dec_core.config.settings import ClusteringSettings
from dec_core.config.sources import SOURCES, DataSettings
from dec_core.config.table import SETTINGS, Setting, describe
from dec_core.errors import SettingsError

# What may change while a run trains; everything else is fixed when it starts.
LIVE_PARAMETERS = ("clustering.learning_rate", "clustering.update_interval", "clustering.tol")


# Problems of which the table of settings says in words what was expected.
_IN_TABLE = (
    "_parsing",
    "_type",
    "int_from_float",
    "finite_number",
    "greater_than_equal",
    "less_than_equal",
    "too_short",
)


class Config(Frozen):
    """All settings of a run.

    Raises
    ------
    SettingsError
        From ``from_json``, ``from_dict`` and ``with_values``, naming the setting, what was
        expected and what was received.
    """

    data: Annotated[DataSettings, SOURCES] = DataSettings()
    autoencoder: Annotated[NetworkSettings, NETWORKS] = DenseNetwork()
    pretraining: Annotated[Pretraining, PRETRAININGS] = PretrainingSettings()
    clustering: ClusteringSettings = ClusteringSettings()
    seed: int = setting(
        0, "Seed", "Same settings and same seed give the same labels.", ge=0, le=2**31 - 1
    )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Config:
        """Check nested values as ``to_dict`` gives them.

        A kind that is not named is the default one, as in runs that were stored before there were
        kinds. A data set that is not registered becomes an ``UnknownSource``.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = error.errors(include_url=False)
            sentences = dict.fromkeys(_of_problem(one, values) for one in problems)
            message = " ".join(dict.fromkeys(sentence for _, sentence in sentences))
            raise SettingsError(message, dict(list(sentences))) from error

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
        """Nested plain values, ready for JSON: a dict for each section, by flat names."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """One JSON object with every setting."""
        return json.dumps(self.to_dict(), indent=2)

    def with_values(self, values: Mapping[str, Any]) -> Config:
        """A copy in which ``{"section.field": value}`` are set; text is parsed where needed.

        Where the kind of something changes, the fields that only the former kind has are dropped
        and those that only the new one has take their defaults.
        """
        if not values:
            return self
        nested = self.to_dict()
        rows = [_known(path) for path in values]
        # Kinds first: which other settings there are depends on them.
        for row in sorted(rows, key=lambda row: not row.names_kind):
            value = values[row.path]
            value = row.parse(value) if isinstance(value, str) else value
            if row.names_kind:
                _choose_kind(nested, row, value)
            elif row.union is not None and not row.applies(partial(_kind_in, nested)):
                raise SettingsError(_of_another_kind(row, _kind_in(nested, row.union.path)))
            else:
                (nested[row.section] if row.section else nested)[row.field] = value
        return Config.from_dict(nested)

    def get(self, path: str) -> Any:
        """The value at ``section.field``; None where the kind that is chosen has no such field."""
        section, _, field = path.rpartition(".")
        if not section:
            return getattr(self, field)
        part: Section = getattr(self, section)
        return part.value_of(field)

    @property
    def pretraining_stages(self) -> tuple[PretrainingStage, ...]:
        """What is trained one after another before any clustering."""
        return self.pretraining.stages(self.autoencoder)

    @property
    def pretraining_epochs(self) -> int:
        """Of all stages together."""
        return sum(stage.epochs for stage in self.pretraining_stages)

    def pretraining_stage(self, epoch: int) -> PretrainingStage | None:
        """The stage that an epoch, counted from 1 over all of them, belongs to; None beyond."""
        before = 0
        for stage in self.pretraining_stages:
            if before < epoch <= before + stage.epochs:
                return stage
            before += stage.epochs
        return None

    def pretraining_layer(self, epoch: int) -> int | None:
        """The layer that an epoch, counted from 1, trains by itself; None where it trains all."""
        stage = self.pretraining_stage(epoch)
        return None if stage is None else stage.layer

    def misfits(self, n_features: int, image_shape: ImageShape | None) -> Iterator[Misfit]:
        """What does not suit samples of that shape.

        Parameters
        ----------
        image_shape : (height, width, channels); None where samples are no images
        """
        misfit = self.autoencoder.misfit(n_features, image_shape)
        if misfit is not None:
            yield misfit
        pixels = image_shape or self.autoencoder.pixels(n_features)
        own = self.clustering
        yield from filter(
            None,
            (
                self.pretraining.misfit(self.autoencoder, pixels),
                augmentation_misfit("clustering", own.shift, own.rotation, pixels),
            ),
        )

    def has(self, path: str) -> bool:
        """Whether this config has that setting; another one of other kinds may not."""
        return path in SETTINGS and SETTINGS[path].applies(self.get)

    def text_of(self, path: str) -> str:
        """The value as text; a dash where this config does not have the setting."""
        if not self.has(path):
            return "\N{EN DASH}"
        return SETTINGS[path].format(self.get(path)) or "none"

    def differences(self, other: Config) -> dict[str, Any]:
        """The settings of this config that differ from ``other``'s, by path.

        A setting that ``other`` does not have differs where it is not at its default.
        """
        return {
            path: self.get(path)
            for path, row in SETTINGS.items()
            if self.has(path)
            and self.get(path) != (other.get(path) if other.has(path) else self._default(row))
        }

    def _default(self, row: Setting) -> Any:
        """The default of a setting in the kind that is chosen here."""
        if row.union is None:
            return row.default
        return row.union.own_fields(self.get(row.union.path))[row.field].default


def may_be(path: str, value: Any) -> bool:
    """Whether a config of some kind has just this value there; None where another kind lacks it.

    Raises
    ------
    SettingsError
        If the value is out of its bounds.
    """
    row = _known(path)
    if row.union is None or not row.only_for:
        return bool(Config().with_values({path: value}).get(path) == value)
    kind = {row.union.path: row.only_for[0]}
    return value is None or bool(Config().with_values({**kind, path: value}).get(path) == value)


def _known(path: str) -> Setting:
    row = SETTINGS.get(path)
    if row is None:
        raise SettingsError(
            f"Unknown setting {shown(path)}. Expected one of: {', '.join(SETTINGS)}."
        )
    return row


def _choose_kind(nested: dict[str, Any], row: Setting, name: Any) -> None:
    """Name another kind in nested values, and drop what it does not have."""
    # An unknown one may stay where it stands: it was stored, not typed.
    if row.union is None or name == _kind_in(nested, row.path):
        return
    if name not in row.choices:
        sentence = row.union.refusal(name)
        raise SettingsError(sentence, {row.path: sentence})
    section = nested[row.section]
    section[row.field] = name
    for field in list(section):
        own = SETTINGS.get(f"{row.section}.{field}")
        if own is None or not own.applies(partial(_kind_in, nested)):
            del section[field]


def _kind_in(values: Mapping[str, Any], path: str) -> Any:
    """The kind that nested values name in the setting ``path``, or the default one."""
    section, _, tag = path.rpartition(".")
    return values.get(section, {}).get(tag, SETTINGS[path].default)


def _of_another_kind(setting: Setting, kind: str) -> str:
    """A setting was given that this kind does not have."""
    tag = setting.union.path if setting.union is not None else ""
    return (
        f"{setting.path} belongs to {tag}={' or '.join(setting.only_for)}. Received it with "
        f"{tag}={kind}. Leave it out, or choose {tag}={setting.only_for[0]}."
    )


def _of_problem(problem: ErrorDetails, values: Mapping[str, Any]) -> tuple[str, str]:
    """The setting's path, and the sentence that says what is wrong with it."""
    if problem["type"] == "kind":
        return problem["msg"].partition(":")[0], problem["msg"]
    path = _path([str(part) for part in problem["loc"] if not isinstance(part, int)])
    setting = SETTINGS.get(path)
    if problem["type"] == "extra_forbidden":
        if setting is not None and setting.union is not None:
            return path, _of_another_kind(setting, _kind_in(values, setting.union.path))
        return path, f"Unknown setting {shown(path)}. Remove it or correct its name."
    remedy = f" {setting.label}: {setting.help}" if setting else ""
    expected = problem["msg"].replace("Input should be", "must be").rstrip(".")
    received = problem["input"]
    if setting is not None and problem["type"].endswith(_IN_TABLE):
        expected = f"must be {setting.expected}"
        received = _received(setting, values)
    elif setting is not None and isinstance(received, list | tuple):
        received = setting.format(received)
        if problem["type"] == "too_long":
            expected = f"must be at most {problem['ctx']['max_length']} numbers, commas between"
    return path, f"{path}: {expected}. Received {shown(received)}.{remedy}"


def _received(setting: Setting, values: Mapping[str, Any]) -> Any:
    """All that was given for a setting; a list as it is typed."""
    value = (values.get(setting.section, {}) if setting.section else values).get(setting.field)
    return setting.format(value) if setting.kind is tuple and isinstance(value, list) else value


def _path(names: list[str]) -> str:
    """A setting's path, in which the part of a section that holds it is not named.

    Pydantic says ``("clustering", "objective", "loss")`` of what is ``clustering.loss`` here.
    """
    if len(names) > 2:
        section = Config.model_fields[names[0]].annotation
        if isinstance(section, type) and issubclass(section, Section):
            names = [name for name in names if name not in section.parts()]
    return ".".join(names)


describe(Config)
when_kinds_change(lambda: describe(Config))

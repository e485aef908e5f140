"""All settings of a run in one object.

A ``Config`` is frozen, compares by value and survives ``Config.from_json(config.to_json())``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ValidationError

from dec_core.config import sentences
from dec_core.config.kinds import Kinds, kinds_of, when_kinds_change
from dec_core.config.networks import NETWORKS, DenseNetwork, NetworkSettings
from dec_core.config.section import Frozen, Section, setting
from dec_core.config.settings import ClusteringSettings, PretrainingSettings
from dec_core.config.sources import SOURCES, DataSettings
from dec_core.config.table import SETTINGS, Setting
from dec_core.errors import SettingsError

# What may change while a run trains; everything else is fixed when it starts.
LIVE_PARAMETERS = ("clustering.learning_rate", "clustering.update_interval", "clustering.tol")


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
    pretraining: PretrainingSettings = PretrainingSettings()
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
            raise SettingsError(sentences.of_validation(error, cls)) from error

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
        nested = self.to_dict()
        settings = {path: _known(path) for path in values}
        # Kinds first: which other settings there are depends on them.
        for path, row in settings.items():
            if row.union is not None and row.names_kind:
                _choose_kind(nested, row, row.union, values[path])
        for path, row in settings.items():
            if not row.names_kind:
                self._set(nested, row, values[path])
        return Config.from_dict(nested)

    def get(self, path: str) -> Any:
        """The value at ``section.field``; None where the kind that is chosen has no such field."""
        section, _, field = path.rpartition(".")
        if not section:
            return getattr(self, field)
        part: Section = getattr(self, section)
        return part.value_of(field)

    def has(self, path: str) -> bool:
        """Whether this config has that setting; another one of other kinds may not."""
        return path in SETTINGS and SETTINGS[path].applies(self.get)

    def text_of(self, path: str) -> str:
        """The value as text; a dash where this config does not have the setting."""
        if not self.has(path):
            return "\N{EN DASH}"
        return SETTINGS[path].format(self.get(path))

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

    @staticmethod
    def _set(nested: dict[str, Any], row: Setting, value: Any) -> None:
        union = row.union
        if union is not None and row.only_for:
            section, _, tag = union.path.rpartition(".")
            kind = nested[section].get(tag, union.default)
            if kind not in row.only_for:
                raise SettingsError(sentences.of_another_kind(row, kind))
        parsed = row.parse(value) if isinstance(value, str) else value
        (nested[row.section] if row.section else nested)[row.field] = parsed


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
            f"Unknown setting {sentences.shown(path)}. Expected one of: {', '.join(SETTINGS)}."
        )
    return row


def _choose_kind(nested: dict[str, Any], row: Setting, kinds: Kinds[Any], name: Any) -> None:
    name = row.parse(name) if isinstance(name, str) else name
    section = nested[row.section]
    before = section.get(row.field, kinds.default)
    # Also an unknown one, where it is what stands there: it was stored, not typed.
    if name == before:
        return
    if not isinstance(name, str) or name not in kinds.names:
        raise SettingsError(sentences.unknown_kind(kinds, name))
    if kinds_of(Config.model_fields[row.section]) is kinds:
        former = section.keys() - kinds.model(name).model_fields.keys()
    else:
        former = kinds.own_fields(before).keys() - kinds.own_fields(name).keys()
    for field in former:
        section.pop(field, None)
    section[row.field] = name


def _rebuild() -> None:
    """Let the sections and the table follow what is registered."""
    ClusteringSettings.model_rebuild(force=True)
    Config.model_rebuild(force=True)
    SETTINGS.describe(Config)


SETTINGS.describe(Config)
when_kinds_change(_rebuild)

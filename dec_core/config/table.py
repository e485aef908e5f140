"""One row for each setting, as the form, the command line and the address need it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from dec_core.config.kinds import Kinds, kinds_of
from dec_core.config.section import Frozen, Section


@dataclass(frozen=True)
class Setting:
    """One field of ``Config`` as the form and the command line see it.

    ``minimum`` and ``maximum`` are inclusive bounds, of each number where it is a list, None where
    there are none; ``slide_to`` is where a slider ends, None for ``maximum``; ``choices`` are the
    allowed words, empty where any number will do. ``is_of_text`` says that a list holds texts.
    ``union`` is what this setting chooses a kind of, or what it is a field of; ``only_for`` are the
    kinds that have it, empty where all do.
    """

    path: str
    label: str
    help: str
    kind: type
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    slide_to: float | None = None
    choices: tuple[str, ...] = ()
    is_log: bool = False
    is_optional: bool = False
    is_of_text: bool = False
    union: Kinds[Any] | None = None
    only_for: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Its name within a sentence; pretraining and clustering have some of the same name."""
        label = self.label[0].lower() + self.label[1:]
        return f"pretraining {label}" if self.section == "pretraining" else label

    @property
    def section(self) -> str:
        """The section's name, empty for ``seed``."""
        return self.path.rpartition(".")[0]

    @property
    def field(self) -> str:
        """The name within the section."""
        return self.path.rpartition(".")[2]

    @property
    def names_kind(self) -> bool:
        """Whether it chooses a kind, on which other settings may depend."""
        return self.union is not None and self.union.path == self.path

    def applies(self, kind_of: Callable[[str], Any]) -> bool:
        """Whether it is a setting beside others; ``kind_of(path)`` gives the kinds chosen there."""
        if self.union is None or not self.only_for:
            return True
        return kind_of(self.union.path) in self.only_for

    @property
    def expected(self) -> str:
        """What may be typed, in words: "a whole number from 2 to 200"."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        if self.kind is str:
            return "a text" + (", or empty for none" if self.is_optional else "")
        if self.is_of_text:
            return "texts with commas between"
        number = "a whole number" if self.kind is int else "a number"
        if self.kind is tuple:
            number = "whole numbers with commas between, each"
        low, high = self._bound(self.minimum), self._bound(self.maximum)
        if low and high:
            number += f" from {low} to {high}"
        elif low or high:
            number += f" of at least {low}" if low else f" of at most {high}"
        return number + (f", or empty for {self._word_for_none}" if self.is_optional else "")

    def _bound(self, value: float | None) -> str:
        if value is None:
            return ""
        return f"{value:,.0f}" if value == int(value) else self.format(value)

    @property
    def _word_for_none(self) -> str:
        """No number means all samples; no text is empty, as any word may name a column."""
        return "" if self.kind is str else "all"

    def parse(self, text: str) -> Any:
        """Turn text from a command line or a URL into what pydantic can check."""
        text = text.strip()
        if self.is_optional and (not text or (self.kind is not str and text in ("all", "none"))):
            return None
        if self.kind is tuple:
            if self.is_of_text:
                return [part for row in csv.reader([text], skipinitialspace=True) for part in row]
            return [part.strip() for part in text.strip("[]()").split(",") if part.strip()]
        return text

    def format(self, value: Any) -> str:
        """The inverse of ``parse``."""
        if value is None:
            return self._word_for_none
        if self.is_of_text:
            return _csv_row(value)
        if self.kind is tuple:
            return ",".join(str(part) for part in value)
        if self.kind is float and not isinstance(value, str):
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        return str(value).lower() if self.kind is bool else str(value)


def _csv_row(values: Iterable[str]) -> str:
    """Texts with commas between, quoted where they hold one or the end of a line."""
    stream = io.StringIO()
    csv.writer(stream).writerow(values)
    return stream.getvalue().removesuffix(csv.excel.lineterminator)


SETTINGS: dict[str, Setting] = {}
"""Every setting by its path, "section.field"; a setting that names a kind precedes its fields.

It follows what is registered. A union of one kind leaves nothing to choose, so that the setting
that would name the kind is not in the table.
"""


def describe(config: type[Frozen]) -> None:
    """Make ``SETTINGS`` anew from a class whose fields are sections, unions or single settings.

    Raises
    ------
    ValueError
        If two settings have the same path.
    """
    rows: dict[str, Setting] = {}
    for setting in _settings_of(config):
        if setting.path in rows:
            raise ValueError(
                f"Each setting needs a name of its own. Received {setting.path} twice. "
                "Rename the field of the new kind."
            )
        rows[setting.path] = setting
    SETTINGS.clear()
    SETTINGS.update(rows)


def _settings_of(group: type[Frozen], prefix: str = "") -> Iterator[Setting]:
    for name, info in group.model_fields.items():
        kinds = kinds_of(info)
        if kinds is not None:
            yield from _of_union(kinds)
        elif isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            yield from _settings_of(info.annotation, f"{name}.")
        else:
            yield _setting(prefix + name, info)


def _of_union(kinds: Kinds[Any]) -> Iterator[Setting]:
    """The setting that names the kind, the fields that only some kinds have, those of all."""
    section = kinds.path.rpartition(".")[0]
    if len(kinds.names) > 1:
        yield Setting(
            kinds.path,
            kinds.label,
            kinds.help,
            str,
            kinds.default,
            choices=kinds.names,
            union=kinds,
        )
    own: dict[str, FieldInfo] = {}
    for kind in kinds.names:
        # What several kinds have is described as in the first of them.
        own = {**kinds.own_fields(kind), **own}
    for field, info in own.items():
        having = kinds.kinds_with(field)
        only_for = having if having != kinds.names else ()
        yield _setting(f"{section}.{field}", info, kinds, only_for)
    for field, shared in kinds.base.model_fields.items():
        if field != kinds.tag:
            yield _setting(f"{section}.{field}", shared)


def _setting(
    path: str,
    info: FieldInfo,
    union: Kinds[Any] | None = None,
    only_for: tuple[str, ...] = (),
) -> Setting:
    annotation = info.annotation
    arguments = get_args(annotation)
    is_optional = type(None) in arguments
    choices = tuple(a for a in arguments if isinstance(a, str))
    # Of "int | None" the first one; a generic type such as tuple[int, ...] by its origin.
    of_values = arguments[0] if is_optional else annotation
    kind = str if choices else get_origin(of_values) or of_values
    if not isinstance(kind, type):
        raise ValueError(
            f"A setting must be a number, a text, a list or a choice. Received {annotation} for "
            f"{path}. Give it one of these types."
        )
    minimum, maximum = _bounds(_element(annotation) if kind is tuple else info)
    if info.is_required():
        raise ValueError(f"A setting needs a default. Received {path} without one. Give it one.")
    extra: dict[str, Any] = {}
    if isinstance(info.json_schema_extra, dict):
        extra |= info.json_schema_extra
    return Setting(
        path=path,
        label=info.title or path,
        help=info.description or "",
        kind=kind,
        default=info.default,
        minimum=minimum,
        maximum=maximum,
        choices=choices,
        slide_to=extra.get("slide_to"),
        is_log=bool(extra.get("log")),
        is_optional=is_optional,
        is_of_text=kind is tuple and _element(annotation).annotation is str,
        union=union,
        only_for=only_for,
    )


def _element(annotation: Any) -> FieldInfo:
    """What each number of a list may be."""
    return FieldInfo.from_annotation(get_args(annotation)[0])


def _bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    minimum = maximum = None
    for constraint in info.metadata:
        minimum = getattr(constraint, "ge", minimum)
        maximum = getattr(constraint, "le", maximum)
    return minimum, maximum

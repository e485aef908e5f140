"""A group of settings, and how it is written where parts of it have kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from dec_core.config.kinds import Kinds, kinds_of


class Frozen(BaseModel):
    """Values that are checked and then fixed; unknown keys, NaN and infinity are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=False
    )


class Section(Frozen):
    """One group of settings.

    A field that is annotated with ``Kinds`` holds an object of one kind, a part of the section.
    In JSON, on the command line and in addresses the section is flat all the same: the name of
    the part holds the kind, and the kind's own fields stand beside it.

    ``implied`` are fields that are not written: the tags of kinds that were the only ones when
    the first runs were stored, so that these and new ones have the same text.
    """

    implied: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def parts(cls) -> dict[str, Kinds[Any]]:
        """The parts and their kinds, by field."""
        found = ((field, kinds_of(info)) for field, info in cls.model_fields.items())
        return {field: kinds for field, kinds in found if kinds is not None}

    def value_of(self, field: str) -> Any:
        """A value by its flat name: of a part its kind; None where that kind lacks the field."""
        parts = type(self).parts()
        if field in parts:
            return getattr(getattr(self, field), parts[field].tag)
        if field in type(self).model_fields:
            return getattr(self, field)
        for part, kinds in parts.items():
            if field in kinds.own_fields(self.value_of(part)):
                return getattr(getattr(self, part), field)
        return None

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, values: Any) -> Any:
        """Flat values with each part's own fields in an object of their own."""
        parts = cls.parts()
        if not parts or not isinstance(values, Mapping):
            return values
        gathered = dict(values)
        for part, kinds in parts.items():
            kind = gathered.pop(part, kinds.default)
            if isinstance(kind, BaseModel):
                gathered[part] = kind
                continue
            own = kinds.own_fields(kind) if isinstance(kind, str) else ()
            fields = {field: gathered.pop(field) for field in own if field in gathered}
            gathered[part] = {kinds.tag: kind, **fields}
        return gathered

    @model_serializer(mode="wrap")
    def _spread(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The inverse of ``_gathered``."""
        parts, flat = type(self).parts(), {}
        for field, value in handler(self).items():
            if field in parts:
                own = dict(value)
                if parts[field].tag in own:
                    flat[field] = own.pop(parts[field].tag)
                flat |= own
            elif field not in self.implied:
                flat[field] = value
        return flat


def setting(default: Any, label: str, help: str, *, log: bool = False, **bounds: Any) -> Any:
    """A field with its label, its help sentence and whether its slider is logarithmic."""
    return Field(default, title=label, description=help, json_schema_extra={"log": log}, **bounds)

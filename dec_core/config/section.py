"""A group of settings, and how it is written where parts of it have kinds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

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

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Section(Frozen):
    """One group of settings.

    A field that is annotated with ``Kinds`` holds an object of one kind, a part of the section.
    In JSON, on the command line and in addresses the section is flat all the same: the name of
    the part holds the kind, and the kind's own fields stand beside it.
    """

    @classmethod
    def parts(cls) -> dict[str, Kinds[Any]]:
        """The parts and their kinds, by field."""
        return _parts(cls)

    def value_of(self, field: str) -> Any:
        """A value by its flat name: of a part its kind; None where that kind lacks the field."""
        parts = type(self).parts()
        if field in parts:
            return getattr(getattr(self, field), parts[field].tag)
        for holder in (self, *(getattr(self, part) for part in parts)):
            if field in type(holder).model_fields:
                return getattr(holder, field)
        return None

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, values: Any) -> Any:
        """Flat values with each part's own fields in an object of their own."""
        if not isinstance(values, Mapping):
            return values
        gathered = dict(values)
        for part, kinds in cls.parts().items():
            kind = gathered.get(part, kinds.default)
            if not isinstance(kind, BaseModel):
                own = kinds.own_fields(kind) if isinstance(kind, str) else ()
                fields = {field: gathered.pop(field) for field in own if field in gathered}
                gathered[part] = {kinds.tag: kind, **fields}
        return gathered

    @model_serializer(mode="wrap")
    def _spread(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The inverse of ``_gathered``."""
        parts = type(self).parts()
        flat: dict[str, Any] = {}
        for field, value in handler(self).items():
            if field in parts:
                tag = parts[field].tag
                flat |= {field if name == tag else name: own for name, own in value.items()}
            else:
                flat[field] = value
        return flat


# Comparing two configs asks for them a thousand times.
@cache
def _parts(section: type[Section]) -> dict[str, Kinds[Any]]:
    found = ((field, kinds_of(info)) for field, info in section.model_fields.items())
    return {field: kinds for field, kinds in found if kinds is not None}


def setting(
    default: Any,
    label: str,
    help: str,
    *,
    log: bool = False,
    slide_to: float | None = None,
    **bounds: Any,
) -> Any:
    """A field with its label, its help sentence, whether its slider is logarithmic, and where the
    slider ends if that is before the upper bound."""
    extra: dict[str, Any] = {"log": log, "slide_to": slide_to}
    return Field(default, title=label, description=help, json_schema_extra=extra, **bounds)


def implied_kind(name: str) -> Any:
    """The tag of a kind that is not written.

    It was the only kind when the first runs were stored: these and new ones have the same text.
    """
    return Field(name, exclude=True)

"""Open unions: kinds of data source, network, objective and target rule, each with own fields.

A new kind is a class and one call of ``register``. The settings table, ``Config``, the form, the
command line and the address follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

Base = TypeVar("Base", bound=BaseModel)

# The tag in the schema of a stored name that nobody has registered; no name contains a space.
_UNKNOWN = "not registered"
_listeners: list[Callable[[], None]] = []


def when_kinds_change(listener: Callable[[], None]) -> None:
    """Call ``listener`` after every registration from now on."""
    _listeners.append(listener)


@dataclass(frozen=True)
class _Kind(Generic[Base]):
    model: type[Base]
    help: str


class Kinds(Generic[Base]):
    """The kinds of one thing, as the annotation of the field that holds one of them.

    Parameters
    ----------
    path : the setting that names the kind, "clustering.target" for example
    base : the class of all kinds; a kind's own fields are those which it does not have
    tag : the field in which each kind holds its name
    default : the name of the kind that is meant where none is named
    label, help : of the setting; the help of the kinds is added
    unknown : the class for a stored name that is not registered; None where that is an error
    """

    def __init__(
        self,
        path: str,
        base: type[Base],
        default: str,
        label: str,
        help: str = "",
        *,
        tag: str = "kind",
        unknown: type[Base] | None = None,
    ) -> None:
        self.path, self.base, self.tag, self.default = path, base, tag, default
        self.label = label
        self._help = help
        self._unknown = unknown
        self._kinds: dict[str, _Kind[Base]] = {}

    def register(self, model: type[Base], name: str, help: str = "") -> None:
        """Add a kind. A class without fields of its own may serve several names.

        Parameters
        ----------
        help : a sentence, or part of one, that says what the kind is

        Raises
        ------
        ValueError
            If the name is taken or holds a space, the class does not have the base's fields, or a
            field of its own is called as another setting.
        """
        if name in self._kinds or not name or " " in name:
            raise ValueError(
                f"A kind of {self.path} needs a name of its own without spaces. Received {name!r}. "
                f"Taken are {', '.join(self._kinds)}."
            )
        if not issubclass(model, self.base):
            raise ValueError(
                f"A kind of {self.path} must be a subclass of {self.base.__name__}. "
                f"Received {model.__name__}. Derive it from there."
            )
        self._kinds[name] = _Kind(model, help)
        try:
            _tell_listeners()
        except ValueError:
            self.unregister(name)
            raise

    def unregister(self, name: str) -> None:
        """Take a kind out again; settings of that kind are refused from now on."""
        del self._kinds[name]
        _tell_listeners()

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of their registration."""
        return tuple(self._kinds)

    @property
    def help(self) -> str:
        """What the setting chooses, and what each kind says of itself."""
        said = [f"{name}: {kind.help}" for name, kind in self._kinds.items() if kind.help]
        return " ".join([self._help, *said] if self._help else said)

    def model(self, name: str) -> type[Base]:
        """The class of a kind; the base for a name that is not registered."""
        kind = self._kinds.get(name)
        return self.base if kind is None else kind.model

    def own_fields(self, name: str) -> Mapping[str, FieldInfo]:
        """The fields that a kind has beside those of all kinds; none for an unknown name."""
        fields = self.model(name).model_fields
        return {field: info for field, info in fields.items() if not self.is_shared(field)}

    def is_shared(self, field: str) -> bool:
        """Whether every kind has the field, as it stands in the base."""
        return field in self.base.model_fields

    def kinds_with(self, field: str) -> tuple[str, ...]:
        """The kinds that have a field of their own with that name."""
        return tuple(name for name in self._kinds if field in self.own_fields(name))

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices: dict[Any, CoreSchema] = {
            name: handler.generate_schema(kind.model) for name, kind in self._kinds.items()
        }
        if self._unknown is not None:
            choices[_UNKNOWN] = handler.generate_schema(self._unknown)
        return core_schema.tagged_union_schema(choices, discriminator=self._discriminator)

    def _discriminator(self, value: Any) -> str | None:
        """The name under which a value, an object or a mapping, is looked up."""
        if self._unknown is not None and isinstance(value, self._unknown):
            return _UNKNOWN
        if isinstance(value, Mapping):
            name = value.get(self.tag, self.default)
        else:
            name = getattr(value, self.tag, self.default)
        if not isinstance(name, str):
            return None
        is_open = self._unknown is not None and name not in self._kinds
        return _UNKNOWN if is_open else name


def kinds_of(info: FieldInfo) -> Kinds[Any] | None:
    """The union that a field is annotated with, or None."""
    return next((item for item in info.metadata if isinstance(item, Kinds)), None)


def _tell_listeners() -> None:
    for listener in _listeners:
        listener()

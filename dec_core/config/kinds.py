"""Open unions: kinds of data source, network, objective and target rule, each with own fields.

A new kind is a class and one call of ``register``. The settings table, ``Config``, the form, the
command line and the address follow from it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Base = TypeVar("Base", bound=BaseModel)

_listeners: list[Callable[[], None]] = []

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 100
_SHORT.maxlist = _SHORT.maxtuple = 20


def when_kinds_change(listener: Callable[[], None]) -> None:
    """Call ``listener`` after every registration from now on."""
    _listeners.append(listener)


def shown(value: Any) -> str:
    """A value in a sentence, cut where it is long or deep; it may be anything."""
    try:
        return _SHORT.repr(value)
    except ValueError:  # Python does not write out numbers of thousands of digits
        return f"a {type(value).__name__} of too many digits"


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
        self._models: dict[str, type[Base]] = {}
        self._help_of: dict[str, str] = {}

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
        if name in self._models or not name or " " in name:
            raise ValueError(
                f"A kind of {self.path} needs a name of its own without spaces. Received {name!r}. "
                f"Taken are {', '.join(self._models)}."
            )
        if not issubclass(model, self.base):
            raise ValueError(
                f"A kind of {self.path} must be a subclass of {self.base.__name__}. "
                f"Received {model.__name__}. Derive it from there."
            )
        self._models[name], self._help_of[name] = model, help
        try:
            _tell_listeners()
        except ValueError:
            self.unregister(name)
            raise

    def unregister(self, name: str) -> None:
        """Take a kind out again; settings of that kind are refused from now on."""
        del self._models[name], self._help_of[name]
        _tell_listeners()

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of their registration."""
        return tuple(self._models)

    @property
    def help(self) -> str:
        """What the setting chooses, and what each kind says of itself."""
        said = [f"{name}: {help}" for name, help in self._help_of.items() if help]
        return " ".join([self._help, *said] if self._help else said)

    def model(self, name: str) -> type[Base]:
        """The class of a kind; the base for a name that is not registered."""
        return self._models.get(name, self.base)

    def own_fields(self, name: str) -> Mapping[str, FieldInfo]:
        """The fields that a kind has beside those of all kinds; none for an unknown name."""
        fields = self.model(name).model_fields
        shared = self.base.model_fields
        return {field: info for field, info in fields.items() if field not in shared}

    def kinds_with(self, field: str) -> tuple[str, ...]:
        """The kinds that have a field of their own with that name."""
        return tuple(name for name in self._models if field in self.own_fields(name))

    def refusal(self, name: Any) -> str:
        """The sentence that says that there is no kind of that name."""
        *others, last = map(repr, self._models)
        expected = f"{', '.join(others)} or {last}" if others else last
        received = f"Received {shown(name)}. {self.label}: {self.help}"
        return f"{self.path}: must be {expected}. {received}"

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def _checked(self, value: Any) -> Base:
        """An object of the kind that a value, an object or a mapping, names.

        The kind is looked up when a value is checked, so that it may be registered at any time.
        """
        if isinstance(value, Mapping):
            name = value.get(self.tag, self.default)
        else:
            name = getattr(value, self.tag, self.default)
        model = self._models.get(name, self._unknown) if isinstance(name, str) else None
        if model is None:
            raise PydanticCustomError("kind", "{sentence}", {"sentence": self.refusal(name)})
        return model.model_validate(value)


def kinds_of(info: FieldInfo) -> Kinds[Any] | None:
    """The union that a field is annotated with, or None."""
    return next((item for item in info.metadata if isinstance(item, Kinds)), None)


def _tell_listeners() -> None:
    for listener in _listeners:
        listener()

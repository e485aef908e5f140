"""Functions by the names of the kinds that the settings know."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from dec_core.config import Kinds
from dec_core.errors import SettingsError

Function = TypeVar("Function")


class Registry(Generic[Function]):
    """One function for each kind of a thing; ``kinds`` are those of the settings."""

    def __init__(self, kinds: Kinds[Any]) -> None:
        self._kinds = kinds
        self._functions: dict[str, Function] = {}

    def register(self, name: str, function: Function) -> None:
        """Say how a kind is computed. Replaces what was said before."""
        self._functions[name] = function

    def unregister(self, name: str) -> None:
        """Take a kind out again."""
        del self._functions[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The kinds that have a function."""
        return tuple(self._functions)

    def __getitem__(self, name: str) -> Function:
        """The function of a kind.

        Raises
        ------
        SettingsError
            If nobody has registered one.
        """
        try:
            return self._functions[name]
        except KeyError:
            raise SettingsError(
                f"{self._kinds.path} must be a kind that can be trained: "
                f"{', '.join(self._functions)}. Received {name!r}. Choose one of these, or "
                "register its function in dec_core.model."
            ) from None

"""Functions by the names of the kinds that the settings know."""

from __future__ import annotations

from typing import Any, TypeVar

from dec_core.config import Kinds
from dec_core.errors import SettingsError

Function = TypeVar("Function")


class Registry(dict[str, Function]):
    """One function for each kind of a thing; ``kinds`` are those of the settings.

    Raises
    ------
    SettingsError
        From ``registry[name]``, if the kind has no function.
    """

    def __init__(self, kinds: Kinds[Any], functions: dict[str, Function]) -> None:
        super().__init__(functions)
        self._kinds = kinds

    def __missing__(self, name: str) -> Function:
        raise SettingsError(
            f"{self._kinds.path} must be a kind that can be trained: {', '.join(self)}. Received "
            f"{name!r}. Choose one of these, or register its function in dec_core.model."
        )

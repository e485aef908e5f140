"""What a person asks of a run while it trains: changes of live parameters, and its end."""

from __future__ import annotations

from collections.abc import Callable

from dec_core.analysis.signs import History, Start
from dec_core.config import LIVE_PARAMETERS, Config
from dec_core.errors import SettingsError

EndCondition = Callable[[Start, History], bool]


def check_change(path: str, value: float) -> None:
    """Whether a setting may get this value while a run trains.

    Parameters
    ----------
    path : of a setting, such as "clustering.tol"

    Raises
    ------
    SettingsError
        If ``path`` is fixed during a run or ``value`` is out of its bounds.
    """
    if path not in LIVE_PARAMETERS:
        raise SettingsError(
            f"{path} is fixed while a run trains. Only {', '.join(LIVE_PARAMETERS)} can be "
            "changed. Start a new run for the rest."
        )
    Config().with_values({path: value})


class TrainingRequests:
    """Changes that wait for the next gradient step, and whether the run should end.

    Whoever drives the run writes here between two events; the phases read it.

    Attributes
    ----------
    is_stopping : whether ``stop`` was called
    ends_when : whether the run ends after an update, by its start and its updates
    """

    def __init__(self) -> None:
        self._changes: dict[str, float] = {}
        self.is_stopping = False
        self.ends_when: EndCondition = lambda *_: False

    def stop(self) -> None:
        """End the run after the event at hand."""
        self.is_stopping = True

    @property
    def waiting(self) -> dict[str, float]:
        """The changes that have not been taken yet, by path."""
        return dict(self._changes)

    def change(self, path: str, value: float) -> None:
        """Change a live parameter from the next gradient step on; the last value counts.

        Raises
        ------
        SettingsError
            See ``check_change``.
        """
        check_change(path, value)
        self._changes[path] = value

    def take(self) -> tuple[str, float] | None:
        """Path and value of the change that has waited longest, which then no longer waits."""
        if not self._changes:
            return None
        path = next(iter(self._changes))
        return path, self._changes.pop(path)

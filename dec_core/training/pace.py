"""How many gradient steps are taken between two events."""

from __future__ import annotations


class Pace:
    """How many steps fit into one chunk, so that commands take effect soon.

    The first chunk of a phase is short, as it is also compiled; later ones follow the measured
    speed.
    ``limit`` caps the steps whatever the speed: 1 while a person steps by hand.
    ``target_seconds`` is what a chunk should take.
    """

    def __init__(self) -> None:
        self.limit: int | None = None
        self.target_seconds = 0.25
        self.restart()

    def restart(self) -> None:
        """Forget the speed: the steps from now on are others, and not compiled yet."""
        self._seconds_per_step: float | None = None
        self._is_compiled = False

    def steps(self, wanted: int) -> int:
        """At most ``wanted``, at least 1."""
        if self._seconds_per_step is None:
            fitting = 8
        else:
            fitting = int(self.target_seconds / max(self._seconds_per_step, 1e-7))
        if self.limit is not None:
            fitting = min(fitting, self.limit)
        return max(1, min(wanted, fitting))

    def record(self, steps: int, seconds: float) -> None:
        """Tell how long ``steps`` took."""
        if self._is_compiled:
            self._seconds_per_step = seconds / steps
        self._is_compiled = True

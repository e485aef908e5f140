"""Who knows whom in the room of training, read from the source."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path

from tests.test_architecture import files, imports

PACKAGE = "dec_core.training"
# It trains whole runs again, as every user of the package trains one.
TRAINS_WHOLE_RUNS = f"{PACKAGE}.repeat"


def module_of(path: Path) -> str:
    """``dec_core/training/phases/kmeans.py`` is dec_core.training.phases.kmeans."""
    parts = path.with_suffix("").parts
    return ".".join(parts[parts.index("dec_core") :])


PATHS = {module_of(path): path for path in files("dec_core/training")}


def known_to(module: str) -> set[str]:
    """The modules of the room that one imports, wherever in the file, for types too."""
    names = set(imports(PATHS[module]))
    return {other for other in PATHS if any(f"{name}.".startswith(f"{other}.") for name in names)}


def test_no_module_knows_the_trainer() -> None:
    knowing = [module for module in PATHS if f"{PACKAGE}.trainer" in known_to(module)]
    assert knowing == [TRAINS_WHOLE_RUNS]


def test_the_room_holds_no_circle() -> None:
    # Raises CycleError, which names the circle.
    order = list(TopologicalSorter({module: known_to(module) for module in PATHS}).static_order())
    assert order.index(f"{PACKAGE}.context") < order.index(f"{PACKAGE}.trainer")


def test_no_phase_knows_another() -> None:
    phases = [f"{PACKAGE}.phases.{name}" for name in ("pretraining", "kmeans", "clustering")]
    for phase in phases:
        assert not known_to(phase) & set(phases), phase

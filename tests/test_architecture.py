"""The law of the house, read from the source: who may import whom, and what belongs where."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import dec_core

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400

# Each room may import those before it; some know less.
ORDER = (
    *("errors", "words", "machine", "config", "data", "model", "analysis", "events", "training"),
    *("store", "processes", "runs", "experiments"),
)
MAY_IMPORT = {
    **{room: set(ORDER[: index + 1]) for index, room in enumerate(ORDER)},
    "model": {"errors", "words", "config", "data", "model"},
    "analysis": {"errors", "words", "config", "analysis"},
    "events": {"errors", "words", "config", "analysis", "events"},
    "plots": {"errors", "words", "config", "analysis", "events", "plots"},
    "export": {*ORDER, "plots", "export"} - {"runs", "experiments"},
    "cli": {*ORDER, "export", "signals", "cli"},
    "estimator": {*ORDER, "estimator"},
    "signals": set(),
    "__main__": {"cli", "signals"},
    "__init__": set(),
}
ANALYSIS_LIBRARIES = {"numpy", "scipy", "sklearn", "umap"}


def files(*places: str) -> list[Path]:
    """The Python files in these folders and files, as far as they exist."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.is_file()
    return found


ENGINE = files("dec_core")
SCREENS = files("app.py", "pages")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """``dec_core/model/x.py`` lies in model, ``dec_core/cli/main.py`` in cli."""
    return path.relative_to(ROOT / "dec_core").parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), name_of(path))


def imports(path: Path) -> Iterator[str]:
    """The full dotted name of everything that a file imports, wherever in the file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def libraries(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {name.partition(".")[0] for name in imports(path)}


def breaches(paths: list[Path], forbidden: set[str]) -> list[str]:
    """The files that import something forbidden."""
    return [
        f"{name_of(path)} imports {', '.join(sorted(found))}"
        for path in paths
        if (found := libraries(path) & forbidden)
    ]


def test_there_is_a_house_to_check() -> None:
    rooms = {room_of(path) for path in ENGINE}
    assert rooms >= {"errors", "config", "data", "model", "analysis", "training", "cli"}
    assert rooms <= set(MAY_IMPORT), "a room without a law"


def rooms_known_to(path: Path) -> set[str]:
    """The rooms of the engine that a file imports from."""
    dotted = [name.split(".") for name in imports(path)]
    return {parts[1] if parts[1:] else "__init__" for parts in dotted if parts[0] == "dec_core"}


def test_imports_run_one_way() -> None:
    against = {name_of(path): rooms_known_to(path) - MAY_IMPORT[room_of(path)] for path in ENGINE}
    assert {name: rooms for name, rooms in against.items() if rooms} == {}


def module_of(path: Path) -> str:
    """``dec_core/model/x.py`` is dec_core.model.x."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_there_is_no_circle_not_even_inside_a_room() -> None:
    modules = {module_of(path): path for path in [*ENGINE, *SCREENS] if path.stem != "__init__"}
    known = {
        module: {
            other
            for name in imports(path)
            for other in (name, name.rpartition(".")[0])
            if other in modules and other != module
        }
        for module, path in modules.items()
    }
    # Raises CycleError, which names the circle.
    list(TopologicalSorter(known).static_order())


def test_analysis_knows_arrays_only() -> None:
    allowed = ANALYSIS_LIBRARIES | set(sys.stdlib_module_names) | {"dec_core"}
    for path in files("dec_core/analysis"):
        assert libraries(path) <= allowed, name_of(path)


def test_the_engine_knows_no_screen() -> None:
    assert breaches(ENGINE, {"streamlit", "pages", "app"}) == []


def test_only_screens_say_st() -> None:
    for path in ENGINE:
        names = {
            node.value.id
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        assert "st" not in names, name_of(path)


def test_the_address_is_read_and_written_in_one_place() -> None:
    """``st.query_params`` is what came with the last click, which may be older than the page."""
    users = {
        name_of(path)
        for path in SCREENS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "st.query_params"
    }
    assert users == {"pages/ui/parts/parameters.py"}


def test_keras_stays_in_model_and_training() -> None:
    at_home = {"model", "training"}
    elsewhere = [
        path
        for path in ENGINE
        if room_of(path) not in at_home and name_of(path) != "dec_core/data/sources/download.py"
    ]
    assert breaches([*elsewhere, *SCREENS], {"keras", "tensorflow"}) == []


def test_plotly_stays_in_plots() -> None:
    elsewhere = [path for path in ENGINE if room_of(path) not in {"plots", "export"}]
    screens = [path for path in files("pages") if "pages/ui/" not in name_of(path)]
    assert breaches([*elsewhere, *screens], {"plotly", "kaleido"}) == []


def test_umap_stays_in_analysis() -> None:
    elsewhere = [path for path in ENGINE if room_of(path) != "analysis"]
    assert breaches([*elsewhere, *SCREENS], {"umap"}) == []


def test_processes_stay_in_their_room() -> None:
    elsewhere = [path for path in ENGINE if room_of(path) != "processes"] + SCREENS
    assert breaches(elsewhere, {"subprocess", "multiprocessing", "concurrent", "_thread"}) == []


def test_threads_stay_with_runs_and_processes() -> None:
    at_home = {"runs", "processes", "experiments"}
    for path in [path for path in ENGINE if room_of(path) not in at_home] + SCREENS:
        used = {
            node.attr
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "threading"
        }
        used |= {name.partition(".")[2] for name in imports(path) if name.startswith("threading.")}
        assert used <= {"Lock", "RLock"}, name_of(path)


def test_training_prints_nothing_and_writes_no_file() -> None:
    for path in files("dec_core/training", "dec_core/model", "dec_core/analysis"):
        called = {
            node.func.id
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"print", "open", "input"}, name_of(path)
        assert not libraries(path) & {"pathlib", "tempfile", "shutil", "os"}, name_of(path)


def test_input_is_never_checked_by_assert() -> None:
    for path in [*ENGINE, *SCREENS]:
        lines = [node.lineno for node in ast.walk(tree_of(path)) if isinstance(node, ast.Assert)]
        assert lines == [], name_of(path)


def test_nothing_is_called_utils() -> None:
    for path in [*ENGINE, *SCREENS, *files("tests")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        assert not {"utils", "helpers", "common"} & set(parts), name_of(path)
        assert not any(name.endswith(".*") for name in imports(path)), name_of(path)


def test_no_file_is_too_long() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files("app.py", "dec_core", "pages", "tests")
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


@pytest.mark.parametrize("statement", ["import dec_core", "import dec_core.training"])
def test_importing_the_package_loads_no_framework(statement: str) -> None:
    script = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "dec_core" in loaded
    assert not loaded & {"tensorflow", "keras", "streamlit", "sklearn", "plotly", "umap"}


def test_public_names_load_when_they_are_used() -> None:
    script = (
        "import sys, dec_core\n"
        "assert dec_core.Config().seed == 0\n"
        "assert 'digits' in dec_core.PRESETS\n"
        "assert dec_core.View().revision == 0\n"
        "assert set(dec_core.__all__) <= set(dir(dec_core))\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    # Loading TensorFlow takes seconds, and this process has it.
    from dec_core.training import trainer

    assert dec_core.train is trainer.train
    assert all(callable(getattr(dec_core, name)) for name in dec_core.__all__ if name != "PRESETS")

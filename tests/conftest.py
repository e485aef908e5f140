"""What the tests of several rooms share: quiet libraries, steady examples, the real images."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Beside tests that compute, an export that yields to them would stand still.
os.environ["DEC_STEP_BACK"] = "0"

# No example may fail because a machine is slow, and every run tries the same examples.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")

# Read before other fixtures hide it.
DATA_DIR = os.environ.get("DEC_DATA_DIR")


@pytest.fixture(autouse=True)
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own for every test."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("DEC_RUNS_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def visible_gpus() -> Iterator[None]:
    """A command that exports hides the GPUs from its process, which here is that of all tests."""
    name = "CUDA_VISIBLE_DEVICES"
    before = os.environ.get(name)
    yield
    if before is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = before


@pytest.fixture
def real_data_dir(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds fashion-mnist/; skips where there is none, but fails under CI."""
    if DATA_DIR is None or not (Path(DATA_DIR) / "fashion-mnist").is_dir():
        message = f"DEC_DATA_DIR must hold fashion-mnist/. Received {DATA_DIR!r}."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    monkeypatch.setenv("DEC_DATA_DIR", DATA_DIR)
    return Path(DATA_DIR)

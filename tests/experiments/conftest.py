"""One manager per test, closed at its end."""

from tests.runs.conftest import manager

__all__ = ["manager"]

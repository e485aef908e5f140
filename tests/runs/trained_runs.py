"""Finished runs for tests that only look at them: trained once in a process, then copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dec_core.config import Config
from dec_core.runs.execution import train_to_store
from dec_core.store.store import RunStore
from tests.runs.short_runs import small_config

_shelves: list[Shelf] = []


class Shelf:
    """A store of finished runs that no test changes."""

    def __init__(self, folder: Path) -> None:
        self._store = RunStore(folder)
        self._runs: dict[str, list[str]] = {}

    def copy(self, config: Config, store: RunStore) -> str:
        """The id of a finished run that is now in ``store``, the newest one there."""
        run_id = next(one for one in self._all(config) if not (store.root / one).exists())
        shutil.copytree(self._store.root / run_id, store.root / run_id)
        now = datetime.now(UTC).isoformat()
        store.write_record(replace(store.record(run_id), created=now, ended=now))
        return run_id

    def _all(self, config: Config) -> Iterator[str]:
        """Any number of runs of these settings."""
        runs = self._runs.setdefault(json.dumps(config.to_dict()), [])
        yield from runs
        while True:
            runs.append(train_to_store(config, self._store, "digits"))
            yield runs[-1]


@contextmanager
def open_shelf(folder: Path) -> Iterator[None]:
    """Keep finished runs there meanwhile."""
    _shelves.append(Shelf(folder))
    yield
    _shelves.pop()


def finished_run(store: RunStore, values: Mapping[str, Any] | None = None) -> str:
    """The id of a run of ``small_config(values)``, finished as if in this store and just now."""
    return _shelves[-1].copy(small_config(values), store)

"""The Compare page with runs that are damaged: said in sentences, and nothing else is held up."""

from __future__ import annotations

import json
from pathlib import Path

from dec_core.runs.array_files import read_arrays, write_arrays
from dec_core.runs.manager import RunManager
from tests.ui.screens import plots, sentences
from tests.ui.test_compare import compare, forget_sessions, trained


def fewer_samples(folder: Path) -> None:
    """As if the run had been made with one sample less."""
    record = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**record, "n_samples": 299}))
    for path in (folder / "checkpoints").iterdir():
        arrays = read_arrays(path)
        write_arrays(path, {**arrays, "p": arrays["p"][1:], "labels": arrays["labels"][1:]})


def test_labels_that_do_not_fit_are_a_sentence(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    forget_sessions(manager)
    record = (manager.store.folder(first) / "run.json").read_text()
    fewer_samples(manager.store.folder(first))
    address = {"runs": f"{first},{second}"}
    expected = f"{first} and {second} have labels of 299 and 300 samples"
    assert [said for said in sentences(compare(**address)) if said.startswith(expected)]
    (manager.store.folder(first) / "run.json").write_text(record)
    forget_sessions(manager)
    screen = compare(**address)
    assert [said for said in sentences(screen) if "no checkpoint that can be read and fits" in said]
    assert "agreement" not in plots(screen)

"""``python -m dec_core predict``: new samples through the model of a run."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from dec_core.cli.training import EXIT_ENDED
from dec_core.errors import SettingsError
from dec_core.store.printable import printable
from dec_core.words import counted


def add_predict_options(parser: argparse.ArgumentParser) -> None:
    """The run, the file and where the labels go."""
    parser.add_argument("run_id", metavar="RUN")
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FILE",
        help="the new samples: any file that can be trained on; columns are matched by name",
    )
    parser.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="PATH",
        help="a .parquet or .csv file: id, row, cluster, confidence and q of every cluster",
    )
    parser.add_argument(
        "--id", metavar="COLUMN", help="names the samples; that of the run unless given"
    )
    parser.add_argument("--embedding", action="store_true", help="add the embedding")


def predict(options: argparse.Namespace) -> int:
    """Assign the samples of a file to the clusters of a run."""
    from dec_core.export.label_table import TABLE_SUFFIXES, table_bytes, table_of
    from dec_core.export.prediction import predict as assign_file
    from dec_core.export.targets import refused, write_alone
    from dec_core.store.store import RunStore

    # Said before a minute of work, not after it.
    suffix = options.to.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise SettingsError(
            f"--to must end in {' or '.join(TABLE_SUFFIXES)}. Received {options.to.name}. Choose "
            "one of these endings."
        )
    predicted = assign_file(
        RunStore(options.runs_dir),
        options.run_id,
        options.data,
        id_column=options.id,
        with_embedding=options.embedding,
    )
    for note in predicted.notes:
        print(f"note: {printable(note)}", file=sys.stderr)
    try:
        write_alone(options.to, table_bytes(table_of(predicted.samples.columns()), suffix))
    except OSError as error:
        raise refused(options.to, error) from error
    path, n_samples = str(options.to.absolute()), len(predicted.samples.labels)
    if options.json:
        result = {
            "run_id": options.run_id,
            "iteration": predicted.iteration,
            "n_samples": n_samples,
            "path": path,
            "notes": list(predicted.notes),
        }
        print(json.dumps(result))
    else:
        print(f"{counted(n_samples, 'sample')}: {path}")
    return EXIT_ENDED

"""Files of one's own on the command line: their options, settings for their size, what is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from dec_core.config import DEFAULT_PRESET, SETTINGS, Config, get_preset
from dec_core.data.files import as_file
from dec_core.errors import SettingsError
from dec_core.store.printable import printable


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """The file and what its columns are for."""
    own = parser.add_argument_group(
        "data of one's own",
        "Without --preset the run begins with settings for their size and values, which are "
        "printed with their reasons; options and --set come before them.",
    )
    own.add_argument(
        "--data",
        metavar="PATH",
        help="a table (CSV, TSV, Parquet, Arrow), an array (NPY, NPZ, IDX, h5ad) or images (a "
        "folder or zip); instead of --dataset",
    )
    own.add_argument("--label", metavar="COLUMN", help="true labels, for scores only")
    own.add_argument("--id", metavar="COLUMN", help="names the samples in what is exported")
    own.add_argument(
        "--scale",
        choices=SETTINGS["data.scaling"].choices,
        help="shorthand for --set data.scaling=...; see --set data.missing=... as well",
    )
    own.add_argument("--clusters", metavar="K", help="shorthand for --set clustering.n_clusters=K")


def data_values(options: argparse.Namespace) -> dict[str, str | None]:
    """The settings that the options name, by their paths; None where an option is not given.

    Raises
    ------
    SettingsError
        If a file and a known data set are named.
    """
    if options.data is not None and options.dataset is not None:
        raise SettingsError(
            "--data names a file and --dataset a known data set. Received both. Leave one out."
        )
    return {
        "data.name": options.dataset if options.data is None else "file",
        "data.file": options.data and as_file(options.data),
        "data.label": options.label,
        "data.id": options.id,
        "data.scaling": options.scale,
        "clustering.n_clusters": options.clusters,
    }


def config_for_data(values: Mapping[str, Any]) -> Config:
    """A config with these values and, for all else, what suits the file that they name.

    What is proposed and what is wrong with the data is printed to stderr.

    Raises
    ------
    DECLabError
        If the file cannot be read or a value does not fit.
    """
    from dec_core.runs.data_look import look_at

    base = get_preset(DEFAULT_PRESET).config
    chosen = base.with_values(values)
    look = look_at(chosen.data, chosen.seed)
    proposed = [one for one in look.suggestions if one.path not in values and chosen.has(one.path)]
    for one in proposed:
        setting = SETTINGS[one.path]
        print(f"{setting.words} {setting.format(one.value)}: {one.reason}", file=sys.stderr)
    config = chosen.with_values({one.path: one.value for one in proposed})
    if look.label is not None:
        name, n_classes = printable(look.label.name), look.label.n_values
        print(f"note: {name} may hold labels, {n_classes} classes: --label {name}", file=sys.stderr)
    for check in look.checks(config):
        print(f"{check.severity}: {printable(check.sentence)}", file=sys.stderr)
    return config

"""Every error that DEC Lab raises on purpose.

    DECLabError
    |-- SettingsError      a setting is unknown, of the wrong type or out of its bounds
    |-- DataError          data are missing, damaged or unfit for clustering
    |   `-- DataUnavailableError   none of the known sources has the data set
    |-- RunError           a run id is malformed or unknown, or a command does not fit its state
    |-- ProjectionError    the UMAP process could not make a map
    `-- ExportError        a run or a figure cannot be written in the form that was asked for

The message of each says what was expected, what was received and what to do next,
in sentences that can stand on a screen as they are.
"""

from __future__ import annotations

from collections.abc import Mapping


class DECLabError(Exception):
    """Base of every error that DEC Lab raises on purpose."""


class SettingsError(DECLabError):
    """A setting is unknown, of the wrong type or out of its bounds.

    Attributes
    ----------
    by_setting : the sentence of each setting that is wrong, by its path, where these are known
    """

    def __init__(self, message: str, by_setting: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.by_setting = dict(by_setting or {})


class DataError(DECLabError):
    """Data are missing, damaged or unfit for clustering."""


class DataUnavailableError(DataError):
    """None of the known sources has the data set."""


class RunError(DECLabError):
    """A run id is malformed or unknown, or a command does not fit the run's state."""


class ProjectionError(DECLabError):
    """The UMAP process could not make a map."""


class ExportError(DECLabError):
    """A run or a figure cannot be written in the form that was asked for."""

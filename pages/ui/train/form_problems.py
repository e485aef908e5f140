"""What is wrong with the values of the form, in the words of the form."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from dec_core.config import SETTINGS, Config, Setting
from dec_core.data import description_of, excesses
from dec_core.errors import DECLabError, SettingsError
from dec_core.runs.data_look import DataSize
from dec_core.training.memory import check_memory
from pages.ui.train.earlier_run import misfits

# Stands for the form as a whole where a setting is expected.
WHOLE = ""

_DATASET, _SAMPLES = "data.name", "data.n_samples"


def misfits_in_words(
    config: Config, size: DataSize | None, fitting: Collection[str]
) -> dict[str, str]:
    """What the data set and this machine's memory do not allow, as far as it is known now.

    Parameters
    ----------
    size : of the data; None where it is not known yet
    fitting : the earlier runs whose autoencoder suits
    """
    if size is None:
        return {}
    try:
        problems = {
            one.path: f"{SETTINGS[one.path].label}: at most {one.maximum:,}, {one.whole}"
            for one in excesses(config, size.n_samples)
        }
        for misfit in misfits(config, size, fitting):
            problems[misfit.path] = f"{SETTINGS[misfit.path].label}: {misfit.words}"
        if not problems:
            check_memory(config, config.data.n_samples or size.n_samples, size.n_features)
    except DECLabError as error:
        return {WHOLE: str(error)}
    return problems


def wrong_values(values: Mapping[str, Any]) -> dict[str, str]:
    """In the words of the form what is wrong with each of its fields."""
    problems = {}
    for path in values:
        try:
            _read_with_own(values, path)
        except SettingsError as error:
            if path in error.by_setting:
                sentence = in_words(SETTINGS[path], error.by_setting[path])
                problems[path] = _expected(path, values) or sentence
    return problems


def _read_with_own(values: Mapping[str, Any], path: str) -> None:
    """Check one field beside those of the same kind only; raises SettingsError."""
    union = SETTINGS[path].union
    beside = values if union is not None else {path: values[path]}
    Config().with_values(
        {one: value for one, value in beside.items() if one == path or SETTINGS[one].union is union}
    )


def read_alone(values: Mapping[str, Any], path: str) -> Any:
    """The value of one field, whatever stands in the others; raises SettingsError."""
    union = SETTINGS[path].union
    kind = {} if union is None or union.path not in values else {union.path: values[union.path]}
    return Config().with_values({**kind, path: values[path]}).get(path)


def _expected(path: str, values: Mapping[str, Any]) -> str:
    """How many samples may be chosen, where the data set is known; empty for other settings."""
    data = description_of(str(values[_DATASET]))
    if path != _SAMPLES or data is None:
        return ""
    samples = replace(SETTINGS[_SAMPLES], maximum=data.n_samples)
    return f"{samples.label}: {samples.expected}"


def in_words(setting: Setting, sentence: str) -> str:
    """What is wrong with a setting, named as the form names it."""
    help = f" {setting.label}: {setting.help}"
    return sentence.replace(help, "").replace(f"{setting.path}: ", f"{setting.label}: ")

"""What the address says: settings, so that a link reproduces them, and choices of a page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from dec_core.config import DEFAULT_PRESET, PRESETS, SETTINGS, Config, get_preset
from dec_core.errors import SettingsError
from pages.ui.parts.parameters import parameters
from pages.ui.parts.verbatim import verbatim

_PRESET = "preset"


def read_settings() -> tuple[str, Config, list[str]]:
    """Preset and settings of the address, and a sentence for each part that is wrong."""
    problems: list[str] = []
    preset = parameters.get(_PRESET, DEFAULT_PRESET)
    if preset not in PRESETS:
        problems.append(_problem(SettingsError(f"Unknown preset {preset[:40]!r}.")))
        preset = DEFAULT_PRESET
    texts = {path: parameters.get(path) for path in SETTINGS}
    named = {path: text for path, text in texts.items() if text is not None}
    config, errors = _as_far_as_it_fits(get_preset(preset).config, named)
    return preset, config, problems + [_problem(error) for error in errors]


def _as_far_as_it_fits(
    config: Config, named: Mapping[str, str]
) -> tuple[Config, list[SettingsError]]:
    """All settings that are named at once, as some fit only together: a network has a kernel size
    for each of its layers. Where they do not fit, one after the other without those that do not."""
    with suppress(SettingsError):
        return config.with_values(named), []
    errors = []
    for path, text in named.items():
        try:
            config = config.with_values({path: text})
        except SettingsError as error:
            errors.append(error)
    return config, errors


def names_settings() -> bool:
    """Whether the address says anything of settings."""
    return any(name in parameters for name in (_PRESET, *SETTINGS))


def settings_address(preset: str, config: Config) -> dict[str, str]:
    """The parameters that stand for settings: the preset and what differs from it."""
    return {_PRESET: preset} | {
        path: SETTINGS[path].format(value)
        for path, value in config.differences(get_preset(preset).config).items()
    }


def write_settings(preset: str, config: Config) -> None:
    """Put settings into the address; parameters of other parts of the page stay."""
    wanted = settings_address(preset, config)
    parameters.change({name: wanted.get(name) for name in (_PRESET, *SETTINGS)})


def keep(name: str, text: str) -> None:
    """Put a choice into the address; what is as usual, "", does not stand there."""
    parameters.change({name: text or None})


def _problem(error: SettingsError) -> str:
    sentence = verbatim(str(error))
    return f"This link holds a setting that does not fit, which was left out. {sentence}"

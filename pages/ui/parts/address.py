"""What the address says: settings, so that a link reproduces them, and choices of a page."""

from __future__ import annotations

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
    config = get_preset(preset).config
    for path in SETTINGS:
        text = parameters.get(path)
        if text is None:
            continue
        try:
            config = config.with_values({path: text})
        except SettingsError as error:
            problems.append(_problem(error))
    return preset, config, problems


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

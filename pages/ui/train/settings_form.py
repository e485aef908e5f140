"""The settings in the sidebar, made from the fields of ``dec_core.config``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

import streamlit as st

from dec_core.config import (
    DEFAULT_PRESET,
    NETWORKS,
    OBJECTIVES,
    PRESETS,
    PRETRAININGS,
    SETTINGS,
    SOURCES,
    Config,
    Setting,
    get_preset,
)
from dec_core.data import place_of
from dec_core.errors import DECLabError, RunError, SettingsError
from dec_core.runs.handle import RunHandle
from pages.ui.parts.address import names_settings, read_settings, write_settings
from pages.ui.parts.state import current_run
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.data_block import file_in_words, known_size
from pages.ui.train.earlier_run import RUN, fitting_ids
from pages.ui.train.form_problems import WHOLE, misfits_in_words, read_alone, wrong_values
from pages.ui.train.funnel import encoder_funnel
from pages.ui.train.setting_field import draw_field, field_value

_FORM, _DRAWN = "form", "form_drawn"
_DATASET, _FILE = "data.name", "file"

_UNITS, _DROPOUT = "autoencoder.units", "autoencoder.dropout"

# Those that matter most, by heading; all others stand under "More settings".
_MAIN = {
    "Clustering": (
        "clustering.objective",
        "clustering.target",
        "clustering.learning_rate",
        "clustering.update_interval",
        "clustering.tol",
        "clustering.n_clusters",
    ),
    "Pretraining": (PRETRAININGS.path, "pretraining.epochs", "pretraining.learning_rate"),
    "Autoencoder": (NETWORKS.path, _UNITS, _DROPOUT),
    "Run": ("clustering.max_iterations", "data.n_samples", "seed"),
}


@dataclass(frozen=True)
class _Filling:
    """What was put into the form last, and the keys of the preset's and of the settings' fields.

    Every filling makes new fields that have their values as defaults. A value that is put into a
    field which exists already reaches the browser once; where the field is not on the screen at
    that moment, it begins later with its default, and sends that as if a person had chosen it.
    """

    preset: str
    config: Config
    preset_key: str
    prefix: str

    def value(self, path: str) -> Any:
        """What the field of a setting holds now, in a callback too; text where it is typed."""
        return field_value(SETTINGS[path], self.prefix + path, self.default(path))

    def default(self, path: str) -> Any:
        """What was put into the field of a setting."""
        return _value(self.config, path)

    def paths(self) -> list[str]:
        """The settings that there are with the kinds that are chosen now."""
        return [path for path, setting in SETTINGS.items() if setting.applies(self.value)]


@dataclass(frozen=True)
class Chosen:
    """What the form says: ``config`` is None while a field is wrong; ``problems`` says by setting
    why no run can start; ``earlier`` are the runs whose autoencoder the next one can begin with."""

    preset: str
    config: Config | None
    problems: Mapping[str, str]
    earlier: tuple[str, ...] = ()


def chosen_settings() -> Chosen:
    """What the form says now; in a callback that is newer than what the page has drawn."""
    filling: _Filling = st.session_state[_FORM]
    values = {path: filling.value(path) for path in filling.paths()}
    preset = st.session_state.get(filling.preset_key, filling.preset)
    try:
        config = Config().with_values(values)
    except SettingsError:
        return Chosen(preset, None, wrong_values(values))
    try:
        size = known_size(config.data)
        earlier = fitting_ids(config, size)
    except DECLabError as error:
        return Chosen(preset, config, {WHOLE: str(error)})
    return Chosen(preset, config, misfits_in_words(config, size, earlier), earlier)


def _changed(filling: _Filling, config: Config | None, base: Config) -> set[str]:
    """The settings whose fields hold something else than the preset has."""
    if config is not None:
        return set(config.differences(base))
    values = {path: filling.value(path) for path in filling.paths()}
    changed = set()
    for path in values:
        with suppress(SettingsError):
            if read_alone(values, path) == _value(base, path):
                continue
        changed.add(path)
    return changed


def settings_form(session: RunHandle | None) -> Chosen:
    """Draw the form and say what it holds; ``session`` is the run on the page."""
    filling: _Filling | None = st.session_state.get(_FORM)
    # While another page is shown Streamlit forgets the fields; the address keeps what they held.
    if filling is None or (_is_drawn(filling) and filling.preset_key not in st.session_state):
        _load_address()
        filling = st.session_state[_FORM]
    chosen = chosen_settings()
    with st.sidebar:
        with st.container():
            for problem in st.session_state.get("address_problems", []):
                st.warning(problem, icon=":material/link_off:")
        st.selectbox(
            "Preset",
            list(PRESETS),
            index=list(PRESETS).index(filling.preset),
            key=filling.preset_key,
            help="  \n".join(f"{name}: {preset.summary}" for name, preset in PRESETS.items()),
            on_change=_take_preset,
        )
        st.caption(get_preset(chosen.preset).summary)
        base = get_preset(chosen.preset).config
        changed = _changed(filling, chosen.config, base)
        fields = _Fields(filling, base, chosen, changed)
        # Each part has one place, whatever it holds: Streamlit closes what moves to another place.
        with st.container():
            _changes(chosen.config, len(fields.changed))
            if session is not None:
                _beside(session, chosen.config)
            if WHOLE in chosen.problems:
                st.error(verbatim(chosen.problems[WHOLE]), icon=":material/error:")
            shown = _data_fields(fields, chosen.config)
        for heading, paths in _MAIN.items():
            with st.container():
                st.subheader(heading)
                for path in paths:
                    shown |= fields.draw_with_own(path)
                    if path == _UNITS:
                        _layers(filling)
                    if path == OBJECTIVES.path and chosen.config is not None:
                        _remark(chosen.config)
        with st.expander("More settings", icon=":material/tune:"):
            _more(shown, fields)
    st.session_state[_DRAWN] = filling.preset_key, filling.prefix
    if chosen.config is not None:
        write_settings(chosen.preset, chosen.config)
    return chosen


def _layers(filling: _Filling) -> None:
    """The encoder's layers, whatever is wrong with settings of something else."""
    of_layers = [p for p in filling.paths() if SETTINGS[p].union in (SOURCES, NETWORKS)]
    with suppress(SettingsError):
        encoder_funnel(Config().with_values({path: filling.value(path) for path in of_layers}))


def _remark(config: Config) -> None:
    """What is to be known of the objective as it is chosen."""
    if config.clustering.objective.remark:
        st.caption(f":material/info: {config.clustering.objective.remark}")


def _data_fields(fields: _Fields, config: Config | None) -> set[str]:
    """Which data; of a file in words what the Data page says, its fields among the others."""
    if fields.filling.value(_DATASET) != _FILE:
        return fields.draw_with_own(_DATASET)
    fields.draw(_DATASET)
    file_in_words(config)
    return {_DATASET}


def _is_drawn(filling: _Filling) -> bool:
    return bool(st.session_state.get(_DRAWN) == (filling.preset_key, filling.prefix))


def _more(shown: set[str], fields: _Fields) -> None:
    heading = ""
    for path in fields.filling.paths():
        if path in shown:
            continue
        if SETTINGS[path].section != heading:
            heading = SETTINGS[path].section
            st.caption(heading.capitalize())
        fields.draw(path)


def fill_form(preset: str, config: Config, *, preset_key: str = "") -> None:
    """Put settings into the form, before it is drawn."""
    key = uuid4().hex
    st.session_state[_FORM] = _Filling(
        preset, config, preset_key or f"preset:{key}", f"setting:{key}:"
    )


def take_run(session: RunHandle, config: Config | None = None) -> None:
    """Put a run's settings into the form, before it is drawn: as they stand now, or ``config``."""
    preset = session.preset if session.preset in PRESETS else DEFAULT_PRESET
    fill_form(preset, config or settings_of(session))


def _load_address() -> None:
    """A link that names a run and no settings brings those of the run."""
    if not names_settings():
        with suppress(RunError):
            session = current_run()
            if session is not None:
                take_run(session)
                return
    preset, config, problems = read_settings()
    st.session_state["address_problems"] = problems
    fill_form(preset, config)


def _take_preset() -> None:
    """The preset's own data set if it is at hand, otherwise the one chosen before, or digits."""
    filling: _Filling = st.session_state[_FORM]
    preset = st.session_state.get(filling.preset_key, filling.preset)
    config = get_preset(preset).config
    if place_of(config.data) is None:
        config = _on_data_at_hand(config, filling)
    st.session_state["address_problems"] = []
    # The preset's own field stays, and with it the keyboard's focus.
    fill_form(preset, config, preset_key=filling.preset_key)


def _on_data_at_hand(config: Config, filling: _Filling) -> Config:
    """With the data set that the form names, and its own settings, if it is at hand."""
    chosen = {
        path: filling.value(path)
        for path in filling.paths()
        if SETTINGS[path].section == "data" and SETTINGS[path].union is not None
    }
    with suppress(SettingsError):
        on_chosen = config.with_values(chosen)
        if place_of(on_chosen.data) is not None:
            return on_chosen
    return config.with_values({_DATASET: "digits"})


def _value(config: Config, path: str) -> Any:
    """A setting's value; its default where the config is of a kind that does not have it."""
    return config.get(path) if config.has(path) else SETTINGS[path].default


@dataclass(frozen=True)
class _Fields:
    """The fields of a filling, beside ``base``, the preset's settings."""

    filling: _Filling
    base: Config
    chosen: Chosen
    changed: Collection[str]

    def draw_with_own(self, path: str) -> set[str]:
        """A field and, where it names a kind, those that only this kind has; which they are."""
        there, elsewhere = self.filling.paths(), {p for paths in _MAIN.values() for p in paths}
        setting = SETTINGS.get(path)
        drawn = [path] if path in there else []
        if setting is not None and setting.names_kind:
            drawn += [
                own
                for own in there
                if SETTINGS[own].union is setting.union and _is_own(SETTINGS[own])
                if own not in elsewhere
            ]
        for one in drawn:
            self.draw(one)
        return set(drawn)

    def draw(self, path: str) -> None:
        """The field that suits the setting's kind, and what is wrong with it below."""
        setting, default = SETTINGS[path], _value(self.base, path)
        if path == RUN:
            runs = ("", *self.chosen.earlier, self.filling.value(RUN))
            setting = replace(setting, choices=tuple(dict.fromkeys(runs)))
        origin = "Preset" if self.base.has(path) else "Default"
        draw_field(
            setting,
            self.filling.default(path),
            preset=default,
            is_changed=path in self.changed,
            problem=self.chosen.problems.get(path, ""),
            help=f"{setting.help} {origin}: {setting.format(default)}.",
            key=self.filling.prefix + path,
        )


def _is_own(setting: Setting) -> bool:
    """Whether it stands below the kind's field: one kind has it, or the default one does not."""
    default = setting.union.default if setting.union is not None else ""
    return bool(setting.only_for) and (
        len(setting.only_for) == 1 or default not in setting.only_for
    )


def _changes(config: Config | None, count: int) -> None:
    words = f"{count} changed" if count else "Same as the preset"
    _row(
        "A field is wrong" if config is None else words,
        "Reset",
        _take_preset,
        is_needed=bool(count),
        help="Put the preset's settings into this form",
    )


def _beside(session: RunHandle, config: Config | None) -> None:
    """The form is for the next run: whether it is as the run on the page."""
    run = settings_of(session)
    differing = () if config is None else {*config.differences(run), *run.differences(config)}
    count = len(differing)
    _row(
        f"{count} unlike the run shown" if count else "Same as the run shown",
        "Match",
        partial(take_run, session),
        is_needed=bool(count),
        help="Put the settings of the run on the page into this form",
    )


def _row(words: str, label: str, act: Callable[[], None], *, is_needed: bool, help: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"form_{label.lower()}"):
        st.caption(words, width="content")
        st.space("stretch")
        st.button(label, on_click=act, disabled=not is_needed, type="tertiary", help=help)


def settings_of(session: RunHandle) -> Config:
    """A run's settings as they stand now."""
    return session.view.config if session.view.started is not None else session.config

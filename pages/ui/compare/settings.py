"""The settings in which the chosen runs differ, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dec_core.config import SETTINGS, Config, Setting
from pages.ui.compare.runs import configs_of
from pages.ui.compare.series import Group
from pages.ui.compare.small_table import STYLE, swatch

_DIFFERS = ' class="differs"'


def settings_differences(groups: Sequence[Group]) -> None:
    """A column for each setting that is not the same in all runs; the baseline comes first."""
    st.markdown("**Which settings differ?**")
    known = [group for group in groups if all(record.config for record in group.records)]
    known.sort(key=lambda group: not group.is_baseline)
    configs = [[c for record in group.records for c in configs_of(record)] for group in known]
    paths = differing([config for group in configs for config in group])
    if len(known) < 2 and not paths:
        st.caption("Choose at least two runs.")
        return
    if not paths:
        st.caption(f"None: all {len(SETTINGS)} settings are equal.")
        return
    first = _values(configs[0], paths)
    rows = [_row(g, _values(c, paths), first) for g, c in zip(known, configs, strict=True)]
    heads = "".join(_head(SETTINGS[path]) for path in paths)
    st.html(
        f'{STYLE}<div class="dec-lab-settings"><table><thead><tr><th>Run</th>{heads}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    st.caption(f"The other {len(SETTINGS) - len(paths)} settings are equal.")


def differing(configs: Sequence[Config]) -> list[str]:
    """The settings that are not the same in all, in the form's order."""
    found = {path for config in configs[1:] for path in config.differences(configs[0])}
    return [path for path in SETTINGS if path in found]


def _values(configs: Sequence[Config], paths: Sequence[str]) -> list[str]:
    """A value per setting; several where folded runs differ in it or a person changed it."""
    values = [[config.text_of(path) for config in configs] for path in paths]
    return [", ".join(dict.fromkeys(different)) for different in values]


def _head(setting: Setting) -> str:
    section = f" <small>{escape(setting.section)}</small>" if setting.section else ""
    return f"<th>{escape(setting.label)}{section}</th>"


def _row(group: Group, values: Sequence[str], first: Sequence[str]) -> str:
    """Values unlike the first row's stand out."""
    cells = "".join(
        f"<td{'' if value == other else _DIFFERS}>{escape(value)}</td>"
        for value, other in zip(values, first, strict=True)
    )
    mark = " <small>baseline</small>" if group.is_baseline else ""
    return (
        f'<tr data-run="{group.key}"><th>{swatch(group)}{escape(group.name)}{mark}</th>{cells}</tr>'
    )

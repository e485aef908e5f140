"""A run on one page: what was run, what happened, its figures, its settings."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.config import PRESETS, SETTINGS, Config
from dec_core.events.frames import Frames
from dec_core.events.log_text import dissolved_words, reset_words
from dec_core.events.outcome import best
from dec_core.events.view import View
from dec_core.export.figures import all_plots
from dec_core.export.paper import on_white
from dec_core.export.print_layout import has_panels
from dec_core.export.reproduce import reproduction
from dec_core.export.web_page import CONFIG, in_script, page, plotly_script
from dec_core.store.record import RunRecord

_STYLE = Path(__file__).with_suffix(".css")
_DRAW = """<script>
for (const [id, figure] of Object.entries({figures}))
  Plotly.newPlot(id, figure.data, figure.layout, {config});
addEventListener("beforeprint", () => document.querySelectorAll(".plots > div").forEach(
  (element) => Plotly.Plots.resize(element)));
</script>"""


def report_page(record: RunRecord, view: View, frames: Frames) -> str:
    """The whole page."""
    config = view.started.config if view.started else record.config or Config()
    title = record.name
    plots = {plot.name: plot for plot in all_plots(view, frames)}
    figures = {name: on_white(plot) for name, plot in plots.items()}
    wide = {name for name, figure in figures.items() if has_panels(figure["layout"])}
    places = "".join(
        f'<div id="{_safe(name)}" role="figure" aria-label="{_safe(plot.alternative)}"'
        f"{' class=wide' if name in wide else ''}></div>"
        for name, plot in plots.items()
    )
    how = reproduction(record, view)
    body = "\n".join(
        [
            f"<h1>{_safe(title)}</h1>",
            f'<p class="about">{_safe(_about(record, view))}</p>',
            _verdict(view),
            "<h2>What happened</h2>",
            _results(view),
            _list(_remarks(view)),
            f'<h2>Figures</h2><div class="plots">{places}</div>',
            "<h2>Settings</h2>",
            _settings(config, record.preset),
            "<h2>How to run it again</h2>",
            _list(how.notes),
            f"<pre>{_safe(how.command)}</pre>",
            "<h2>Made with</h2>",
            _table(("numbers depend on", "here"), record.versions.items()),
            plotly_script(),
            _DRAW.format(figures=in_script(figures), config=in_script(CONFIG)),
        ]
    )
    return page(f"DEC Lab: {title}", body, style=_STYLE.read_text(encoding="utf-8"))


def _about(record: RunRecord, view: View) -> str:
    started = view.started
    parts = [
        f"Run {record.run_id}",
        f"preset {record.preset}" if record.preset else "",
        f"{started.n_samples:,} samples of {started.dataset_name}, {started.n_features:,} features"
        if started
        else record.dataset,
        f"branched from {record.lineage.parent} at iteration {record.lineage.iteration:,}"
        if record.lineage
        else "",
        f"{view.elapsed_seconds:,.1f} s of training",
        f"created {datetime.fromisoformat(record.created):%Y-%m-%d %H:%M} UTC"
        if record.created
        else "",
        f"data fingerprint {record.fingerprint[:16]}" if record.fingerprint else "",
        ", ".join(record.tags),
    ]
    return "; ".join(filter(None, parts))


def _verdict(view: View) -> str:
    judgement = view.judgement
    if view.failed is not None:
        return f'<p class="verdict broken">{_safe(view.failed.message)}</p>'
    if judgement is None:
        return '<p class="verdict warning">The run ended before there was anything to judge.</p>'
    kind = judgement.condition.value
    return f'<p class="verdict {_safe(kind)}">{_safe(judgement.sentence)}</p>'


def _results(view: View) -> str:
    """k-means start, best and last update side by side; what was never recorded has no row."""
    rows = []
    if view.updates and view.start:
        last, start = view.updates[-1].measures, view.start.measures
        for measure in sorted(MEASURES.values(), key=lambda one: not one.needs_true_labels):
            values = start.get(measure.name), best(view, measure), last.get(measure.name)
            # Of a measure without true labels the best value says little of the clusters.
            shown = values if measure.needs_true_labels else (values[0], None, values[2])
            if shown[2] is not None:
                cells = ("" if value is None else measure.shown(value) for value in shown)
                rows.append((_in_row(measure), *cells))
        rows.append(("iterations", "0", "", f"{view.iteration:,}"))
    return _table(("", "k-means start", "best", "end"), rows, numbers=True)


def _in_row(measure: Measure) -> str:
    """The label, with a small letter where it begins with a word that is no name."""
    if measure.needs_true_labels:
        return f"{measure.label} against the true labels"
    first, rest = measure.label[:1], measure.label[1:]
    is_name = rest.split(" ")[0] != rest.split(" ")[0].lower()
    return measure.label if is_name else first.lower() + rest


def _remarks(view: View) -> list[str]:
    changes = [
        f"{change.path} was changed from {change.old:g} to {change.new:g} after iteration "
        f"{change.iteration:,}."
        for change in view.changes
    ]
    resets = [f"{reset_words(one)}." for one in view.resets]
    dissolved = [f"{dissolved_words(one)}." for one in view.dissolved]
    return [*changes, *resets, *dissolved, *view.warnings]


def _settings(config: Config, preset: str) -> str:
    """All settings; those that differ from the preset are bold, with the preset's value."""
    base = PRESETS[preset].config if preset in PRESETS else Config()
    changed = config.differences(base)
    rows = [
        (
            setting.label,
            path,
            config.text_of(path),
            base.text_of(path) if path in changed else "",
        )
        for path, setting in SETTINGS.items()
        if config.has(path)
    ]
    marks = ["changed" if path in changed else "" for _, path, *_ in rows]
    return _table(("setting", "name", "value", "preset's, where it differs"), rows, marks=marks)


def _table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: bool = False,
    marks: Sequence[str] = (),
) -> str:
    kinds = [' class="number"' if numbers and column else "" for column in range(len(header))]

    def line(tag: str, cells: Sequence[str], mark: str = "") -> str:
        texts = (f"<{tag}{kind}>{_safe(c)}</{tag}>" for kind, c in zip(kinds, cells, strict=True))
        return f"<tr{f' class={mark}' if mark else ''}>{''.join(texts)}</tr>"

    lines = [line("td", row, mark) for row, mark in zip_longest(rows, marks, fillvalue="")]
    return f"<table><thead>{line('th', header)}</thead><tbody>{''.join(lines)}</tbody></table>"


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{_safe(item)}</li>' for item in items)}</ul>" if items else ""


def _safe(text: str) -> str:
    return html.escape(str(text), quote=True)

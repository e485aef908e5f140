"""Figures as files: images by a real browser, pages and numbers without one."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dec_core.analysis.agreement import compare_labels
from dec_core.errors import ExportError
from dec_core.events.events import ParameterChanged
from dec_core.export.browser import Image as Drawn
from dec_core.export.browser import draw_images, find_browser
from dec_core.export.figures import FigureFormat, all_plots, export_figures, render_many
from dec_core.export.paper import INK, FigureSize, converted, on_paper
from dec_core.plots.agreement import draw_agreement
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import Series, headline_measures
from dec_core.plots.embedding import draw_embedding
from dec_core.plots.style import Plot
from tests.plots.scripted import early_views, scripted_frames, scripted_view

FRAMES = scripted_frames()
PLOTS = {plot.name: plot for plot in all_plots(scripted_view(), FRAMES)}


@pytest.fixture
def browser() -> None:
    assert find_browser() is not None, "python -m tests installs a Chromium"


def render(plot: Plot, format: FigureFormat, size: FigureSize | None = None) -> bytes:
    """One figure in one format."""
    (content,) = render_many([(plot, format)], size)
    return content


def comparison() -> Plot:
    runs = [Series(f"run{n}", f"Run {n}", "#3366cc", (scripted_view(),)) for n in range(2)]
    return draw_comparison(runs, headline_measures())


@pytest.mark.usefixtures("browser")
def test_images_have_the_size_that_was_asked_for() -> None:
    size = FigureSize(width=100, height=50, dots_per_inch=192, font_size=9)
    png, svg, pdf = render_many(
        [(PLOTS["scores"], format) for format in FigureFormat if format.is_image], size
    )
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == pytest.approx((100 / 25.4 * 96 * 2, 50 / 25.4 * 96 * 2), abs=2)
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg.decode())
    assert found is not None
    shown = float(found[1]), float(found[2])
    assert shown == pytest.approx((100 / 25.4 * 96, 50 / 25.4 * 96), abs=1)
    assert pdf.startswith(b"%PDF")
    box = re.search(rb"MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)", pdf)
    assert box is not None
    points = float(box[1]), float(box[2])
    assert points == pytest.approx((100 / 25.4 * 72, 50 / 25.4 * 72), abs=2)
    # What is drawn fills the page from corner to corner.
    scale, *place = (float(number) for number in _image_on_page(pdf))
    assert place[:2] == [0, 0]
    assert [side * scale for side in place[2:]] == pytest.approx(points, abs=1)


def _image_on_page(pdf: bytes) -> tuple[str, ...]:
    """The page's scale, and left, top, width and height of the image on it."""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            drawn = zlib.decompress(stream).decode("latin-1")
            number = r"([\d.]+)"
            found = re.search(rf"^{number} 0 0 .*?{' '.join([number] * 4)} re\nW", drawn, re.DOTALL)
            if found is not None:
                return found.groups()
    raise AssertionError("No image is on the page.")


@pytest.mark.usefixtures("browser")
def test_titles_of_axes_are_on_the_paper_and_free_of_the_legend() -> None:
    plots = [*PLOTS.values(), comparison()]
    for small in (None, FigureSize(width=85, height=45)):
        drawn = render_many([(plot, FigureFormat.SVG) for plot in plots], small)
        for plot, svg in zip(plots, map(bytes.decode, drawn), strict=True):
            height = float(_attribute(svg, "<svg", r'viewBox="0 0 [\d.]+ ([\d.]+)"')[0])
            # From the top: where the letters of the titles stand, and where the legend begins.
            titles = _attribute(svg, '<text class="x\\d*title"', r' y="([\d.]+)"')
            legend = _attribute(svg, '<g class="legend"', r"translate\([\d.]+,([\d.]+)\)")
            below = [float(top) for top in legend if float(top) > height / 2]
            lowest = min([height, *below])
            assert all(float(title) + 3 <= lowest for title in titles), plot.name


@pytest.mark.usefixtures("browser")
def test_a_map_is_square_and_the_bands_are_named_from_the_top() -> None:
    bands = PLOTS["sizes"]
    wanted = [(square_map(), FigureFormat.SVG), (bands, FigureFormat.SVG)]
    map_svg, beside = (svg.decode() for svg in render_many(wanted))
    below = render(bands, FigureFormat.SVG, FigureSize(width=85, height=35)).decode()
    ((width, height),) = re.findall(
        r'<clipPath id="clip\w+xyplot"[^>]*><rect width="([\d.]+)" height="([\d.]+)"', map_svg
    )
    assert float(width) == pytest.approx(float(height), rel=0.03)
    names = [str(number) for number in reversed(range(len(bands.figure.data)))]
    for svg in (beside, below):
        assert re.findall(r'class="legendtext"[^>]*>(\d+)<', svg) == names


def _attribute(svg: str, element: str, pattern: str) -> list[str]:
    """The attribute of each such element."""
    return re.findall(rf"{element}[^>]*?{pattern}", svg)


@pytest.mark.usefixtures("browser")
def test_an_image_is_dark_on_white_and_not_empty_also_from_a_running_event_loop() -> None:
    plots = [(PLOTS[name], FigureFormat.PNG) for name in ("sizes", "embedding_pca")]

    async def in_a_notebook() -> list[bytes]:
        return render_many(plots)

    for content in asyncio.run(in_a_notebook()):
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(image.convert("RGB"))
        assert (pixels[0, 0] == 255).all() and (pixels[-1, -1] == 255).all()
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20


def test_a_size_in_pixels_and_its_bounds() -> None:
    assert FigureSize(width=640, height=480, unit="px").pixels == (640, 480)
    assert FigureSize(width=25.4, height=50.8).pixels == (96, 192)
    for wrong in ({"width": 5}, {"height": 2_000}, {"dots_per_inch": 10}, {"font_size": 1}):
        with pytest.raises(ExportError, match="must be between"):
            FigureSize(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ExportError, match=r"between 76 and 3780\. Received 60\."):
        FigureSize(width=60, height=480, unit="px")


@pytest.mark.parametrize("length", [20, 85, 1_000])
def test_a_length_can_be_converted_within_the_bounds(length: float) -> None:
    pixels = converted(length, "px")
    assert FigureSize(width=pixels, height=pixels, unit="px").pixels == (pixels, pixels)
    assert converted(pixels, "mm") == pytest.approx(length, abs=0.15)


def test_letters_have_their_size_whatever_the_width() -> None:
    for font_size in (6, 7, 12):
        drawing = on_paper(PLOTS["scores"], FigureSize(font_size=font_size))
        magnification = drawing.size.magnification
        drawn = drawing.figure["layout"]["font"]["size"] * magnification
        assert drawn == pytest.approx(font_size * 96 / 72)
        assert drawing.width * magnification == pytest.approx(85 / 25.4 * 96, abs=0.1)


def test_panels_get_two_columns_and_room_for_every_row() -> None:
    scores, labels, compared = (
        on_paper(plot).size for plot in (PLOTS["scores"], PLOTS["labels"], comparison())
    )
    assert scores.width == 85
    assert labels.width == 180
    assert compared.height > 1.5 * labels.height


def test_a_figure_can_stand_without_its_title() -> None:
    for plot in PLOTS.values():
        titled, bare = (on_paper(plot, has_title=has_title) for has_title in (True, False))
        assert plot.title in titled.figure["layout"]["title"]["text"]
        assert plot.title not in json.dumps(bare.figure["layout"])
        # Its room goes too.
        assert bare.figure["layout"]["margin"]["t"] <= titled.figure["layout"]["margin"]["t"] - 42
    (page,) = render_many([(PLOTS["scores"], FigureFormat.HTML)], has_title=False)
    assert PLOTS["scores"].title not in page.decode()


def test_a_legend_stands_where_the_map_keeps_its_room() -> None:
    plot = square_map()
    for size, is_below in ((None, True), ((60, 110), True), ((140, 60), False), ((85, 60), False)):
        chosen = size and FigureSize(width=size[0], height=size[1])
        legend = on_paper(plot, chosen).figure["layout"]["legend"]
        assert (legend.get("orientation") == "h") is is_below, size
    fitting = on_paper(plot)
    margin = fitting.figure["layout"]["margin"]
    inner = fitting.width - margin["l"] - margin["r"]
    # Three names in one row, so that a square map is a square.
    assert fitting.height - margin["t"] - margin["b"] - 19 == pytest.approx(inner, abs=1)


def square_map() -> Plot:
    """Three clusters in a map that is as high as wide."""
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return draw_embedding(corners, np.array([0, 1, 2, 2]), method="PCA", iteration=0)


def test_a_size_without_room_for_the_plot_is_refused() -> None:
    size = FigureSize(width=85, height=25)
    with pytest.raises(ExportError, match=r"height of 25 mm and 7 pt.* or no title\."):
        on_paper(PLOTS["sizes"], size)
    assert on_paper(PLOTS["sizes"], size, has_title=False).height < 130


def test_a_long_note_in_a_map_is_broken() -> None:
    doubt = "The samples lie together almost in one point: the shapes are noise"
    corners = np.eye(2, dtype=np.float32)
    plot = draw_embedding(corners, np.array([0, 1]), method="PCA", iteration=0, doubt=doubt)
    (note,) = on_paper(plot).figure["layout"]["annotations"]
    assert note["text"].replace("<br>", " ") == doubt
    assert max(map(len, note["text"].split("<br>"))) < 62


def test_a_comparison_shows_its_legend() -> None:
    plot = comparison()
    assert plot.figure.layout.showlegend is False
    assert on_paper(plot).figure["layout"]["showlegend"] is True


def test_numbers_in_cells_are_dark() -> None:
    plot = draw_agreement(compare_labels(np.array([0, 1, 1]), np.array([0, 1, 0])), "one", "two")
    (cells,) = on_paper(plot).figure["data"]
    assert cells["textfont"]["color"] == INK


def test_a_page_is_self_contained() -> None:
    page = render(PLOTS["scores"], FigureFormat.HTML).decode()
    assert "Plotly.newPlot" in page and len(page) > 3_000_000
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)
    assert page.count("</script>") == 2


def test_nothing_ends_a_script_of_a_page_early(monkeypatch: pytest.MonkeyPatch) -> None:
    library = "var Plotly = '<script></script>';"
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: library)
    plot = PLOTS["scores"]
    figure = deepcopy(plot.figure)
    figure.update_layout(title={"text": "one</script><br>two</SCRIPT >"})
    page = render(replace(plot, figure=figure), FigureFormat.HTML).decode()
    scripts = re.findall(r"<script>(.*?)</script\s*>", page, re.DOTALL | re.IGNORECASE)
    assert len(scripts) == len(re.findall("</script", page, re.IGNORECASE)) == 2
    assert scripts[0] == library.replace("</script", r"<\/script")
    assert scripts[1].startswith("Plotly.newPlot(") and scripts[1].endswith(");")


def test_numbers_of_a_curve() -> None:
    rows = list(csv.reader(io.StringIO(render(PLOTS["scores"], FigureFormat.CSV).decode())))
    assert rows[0] == ["series", "iteration", "score"]
    # Drawn as float32, and yet without its noise.
    assert rows[1:4] == [["ACC", "0", "0.5"], ["ACC", "10", "0.51"], ["ACC", "20", "0.52"]]


def test_numbers_of_several_panels_name_their_measure() -> None:
    rows = list(csv.DictReader(io.StringIO(render(comparison(), FigureFormat.CSV).decode())))
    assert {row["measure"] for row in rows} >= {"ACC", "NMI", "Effective clusters"}
    assert {row["series"] for row in rows} >= {"Run 0", "Run 1"}


def test_every_view_has_the_figures_that_it_has_numbers_for() -> None:
    frames = scripted_frames(n_updates=0)
    names = {
        name: [plot.name for plot in all_plots(view, frames)]
        for name, view in early_views().items()
    }
    assert names["nothing"] == names["started"] == []
    assert names["one epoch"] == ["learning"]
    assert names["centres"] == ["sizes", "labels", "classes", "learning"]
    unlabelled = scripted_view(is_scored=False), scripted_frames(is_scored=False)
    assert "scores" not in [plot.name for plot in all_plots(*unlabelled)]


def test_marks_and_odd_numbers_survive() -> None:
    changed = scripted_view(changes=[ParameterChanged(10, "clustering.tol", 0.1, 0.2)])
    for plot in all_plots(changed, FRAMES):
        for format in (FigureFormat.HTML, FigureFormat.CSV):
            assert render(plot, format)


def test_several_figures_make_a_zip_file_and_one_stays_alone(tmp_path: Path) -> None:
    plots = [PLOTS["scores"], PLOTS["sizes"]]
    export_figures(plots, tmp_path / "all.zip", formats=[FigureFormat.CSV])
    with zipfile.ZipFile(tmp_path / "all.zip") as bundle:
        assert bundle.namelist() == ["all/scores.csv", "all/sizes.csv"]
    export_figures(plots[:1], tmp_path / "one.csv", formats=[FigureFormat.CSV])
    assert (tmp_path / "one.csv").read_text("utf-8").startswith("series,iteration,score")
    with pytest.raises(ExportError, match="needs room at"):
        export_figures(plots, tmp_path / "one.csv" / "x.zip", formats=[FigureFormat.CSV])


def test_without_a_browser_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEC_CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(ExportError, match=r"There is none at .*nowhere.*HTML and CSV need none"):
        render(PLOTS["scores"], FigureFormat.PDF)


def test_a_browser_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEC_CHROMIUM", "/bin/false")
    with pytest.raises(ExportError, match="/bin/false failed"):
        render(PLOTS["scores"], FigureFormat.PNG)


def test_a_browser_that_never_answers_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "silent"
    browser.write_text("#!/bin/sh\nexec sleep 1000\n", "utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("DEC_CHROMIUM", str(browser))
    drawing = on_paper(PLOTS["sizes"]).figure
    with pytest.raises(ExportError, match=r"silent failed: it gave no answer within 1 seconds\."):
        draw_images([Drawn(drawing, {"format": "svg"})], lambda *_: None, seconds_per_step=1)


def test_a_title_of_several_lines_fits() -> None:
    plot = PLOTS["successive"]
    narrow, wide = (
        on_paper(plot, FigureSize(width=width, height=50)).figure["layout"] for width in (50, 300)
    )
    few, many = (layout["title"]["text"].split("<br>") for layout in (wide, narrow))
    assert len(few) == 2 and len(many) > 2
    # The same words, and none of them outside.
    assert " ".join(many) == " ".join(few)
    size = narrow["title"]["font"]["size"]
    width = on_paper(plot, FigureSize(width=50, height=50)).width
    assert max(map(len, many[1:])) * 0.5 * size <= width
    more = narrow["margin"]["t"] - wide["margin"]["t"]
    assert more == pytest.approx((len(many) - len(few)) * 1.3 * size)


@pytest.mark.usefixtures("browser")
def test_narrow_paper_has_its_width() -> None:
    png = render(PLOTS["successive"], FigureFormat.PNG, FigureSize(width=50, height=50))
    assert struct.unpack(">I", png[16:20])[0] == pytest.approx(50 / 25.4 * 300, abs=3)

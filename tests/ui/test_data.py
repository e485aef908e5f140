"""The Data page: files come in, are looked at and mended, and lead to Train."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dec_core.config import Config
from dec_core.runs.execution import train_to_store
from dec_core.runs.manager import RunManager
from dec_core.store.uploads import Upload
from tests.own_files import blobs_csv, on_file
from tests.ui.screens import (
    button,
    captions,
    click,
    intact,
    new_screen,
    opened,
    plots,
    refresh,
    sentences,
    setting,
)

# A gap in the fourth row; all values far from 0 to 1.
TABLE = "name,width,height,class\n" + "\n".join(
    f"s{i},{'' if i == 3 else 100 + i * 37 % 90},{500 + i * 53 % 80},{'cat' if i % 2 else 'dog'}"
    for i in range(60)
)


@pytest.fixture
def upload(manager: RunManager) -> Upload:
    return manager.store.uploads.keep(io.BytesIO(TABLE.encode()), "pets.csv")


def data_page(**query: str) -> AppTest:
    named = {f"data.{name}": value for name, value in query.items()}
    return refresh(opened("data.py", **named))


def title(screen: AppTest) -> str:
    return str(screen.main.subheader[0].value)


def said(screen: AppTest) -> str:
    """All sentences beside the sidebar, as a person reads them."""
    texts = [one.value for kind in (screen.main.markdown, screen.main.caption) for one in kind]
    return "\n".join([*texts, *sentences(screen)]).replace("\\", "")


def press(screen: AppTest, key: str) -> AppTest:
    screen.button(key=key).click().run()
    return intact(screen)


def drop(screen: AppTest, name: str, content: bytes) -> AppTest:
    screen.file_uploader[0].set_value((name, content, "text/csv")).run()
    return intact(screen)


def test_without_a_file_it_shows_digits() -> None:
    screen = data_page()
    assert title(screen) == "Digits"
    assert "Nothing was found that needs care" in said(screen)
    drawn = plots(screen)
    assert drawn.keys() == {"data-class_counts", "data-gallery"}
    assert drawn["data-class_counts"]["alternative"].startswith("10 classes")


def test_nothing_is_downloaded_before_a_person_wants_it() -> None:
    screen = data_page(name="mnist")
    assert title(screen) == "MNIST"
    assert "not on this machine yet" in said(screen)
    assert not button(screen, "Download").disabled
    assert not plots(screen)


def test_a_dropped_file_is_kept_and_shown(manager: RunManager) -> None:
    screen = drop(data_page(), "pets.csv", TABLE.encode())
    (kept,) = manager.store.uploads.all()
    assert screen.query_params["data.file"] == kept.file
    assert title(screen) == "pets.csv"
    assert "Proposed label: **class**, 2 classes." in said(screen)
    assert "1 of 60 rows lack a value." in said(screen)
    assert button(screen, "Train on this").disabled


def test_why_a_proposal_may_be_wrong_is_a_sentence_of_its_own() -> None:
    rows = "\n".join(f"{i * 37 % 90},{i % 20}" for i in range(60))
    words = said(drop(data_page(), "points.csv", f"x,y\n{rows}".encode()))
    assert "Proposed label: **y**, 20 classes. y has 20 values in 60 rows" in words


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("pets.docx", b"PK", "The name of a file must end in"),
        ("pets.csv", b"", "pets.csv must hold data. Received 0 bytes."),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(
    manager: RunManager, name: str, content: bytes, sentence: str
) -> None:
    screen = drop(data_page(), name, content)
    assert any(sentence in one.replace("\\", "") for one in sentences(screen))
    assert manager.store.uploads.all() == []
    assert title(screen) == "Digits"
    # It is said once.
    assert not sentences(refresh(screen))


def test_proposals_and_remedies_are_taken_by_one_click_each(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file)
    press(screen, "take:data.label")
    press(screen, "take:data.id")
    click(screen, "Drop 1 row")
    click(screen, "Standardise")
    assert screen.query_params == {
        "data.name": "file",
        "data.file": upload.file,
        "data.label": "class",
        "data.id": "name",
        "data.missing": "drop",
        "data.scaling": "standard",
    }
    assert "Label: class, 2 classes." in said(screen)
    drawn = plots(screen)
    assert drawn.keys() == {"data-class_counts", "data-feature_histograms"}
    # A link shows the same.
    assert said(data_page(**{n[5:]: v for n, v in screen.query_params.items()})) == said(screen)


def test_fields_follow_the_address_and_write_it(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file, missing="median", label="class")
    field = screen.selectbox(key="data_field:data.label")
    assert field.value == "class"
    field.set_value("").run()
    assert "data.label" not in screen.query_params
    screen.multiselect(key="data_field:data.leave_out").set_value(["width"]).run()
    assert screen.query_params["data.leave_out"] == "width"
    assert "60 samples \N{MIDDLE DOT} 1 feature \N{MIDDLE DOT} values from 500" in said(
        intact(screen)
    )


def test_a_link_with_an_unknown_column_has_a_way_out(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file, label="klass")
    assert "data.label must name a column of the file" in said(screen)
    click(screen, "Forget the choices")
    assert screen.query_params == {"data.name": "file", "data.file": upload.file}


def test_a_path_is_opened_on_the_machine_of_the_server_only() -> None:
    screen = data_page(name="file", file="/etc/table.csv")
    assert "can be opened on that machine only" in said(screen)
    train = new_screen(data__name="file", data__file="/etc/table.csv")
    assert button(train, "Start").disabled


def test_a_sample_is_one_click_away(manager: RunManager) -> None:
    screen = click(data_page(), "Wine")
    assert title(screen) == "wine.csv"
    assert screen.query_params["data.label"] == "kind"
    assert [one.name for one in manager.store.uploads.all()] == ["wine.csv"]


def test_train_on_this_fills_the_form(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file, missing="median", label="class")
    click(screen, "Train on this")
    assert title(screen) == "DEC Lab"
    filled = {path: setting(screen, path).value for path in filter(_of_file.has, _FILLED)}
    assert filled == {**_FILLED, "data.file": upload.file}
    assert not button(screen, "Start").disabled
    assert screen.query_params["data.file"] == upload.file


_of_file = Config().with_values({"data.name": "file"})
_FILLED = {
    "data.name": "file",
    "data.file": "",
    "data.label": "class",
    "data.missing": "median",
    "data.scaling": "standard",
    "clustering.n_clusters": "2",
    "clustering.batch_size": "8",
    "clustering.batch_order": "shuffled",
}


def test_what_is_chosen_here_is_not_suggested_away(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file, missing="median", scaling="none")
    assert setting(click(screen, "Train on this"), "data.scaling").value == "none"


def test_the_form_asks_for_a_file_where_there_is_none() -> None:
    screen = new_screen(data__name="file")
    assert button(screen, "Start").disabled
    assert "Choose a file on the Data page" in [one.value for one in screen.sidebar.error]


def test_train_asks_for_start_only_where_the_file_is_there(upload: Upload) -> None:
    address = {"data__name": "file", "data__missing": "drop"}
    assert "Press Start to train on it" in said(new_screen(data__file=upload.file, **address))
    words = said(new_screen(data__file=f"upload:{'0' * 64}/gone.csv", **address))
    assert "gone.csv was uploaded and is no longer there" in words
    assert "Press Start" not in words


def test_the_form_knows_the_size_of_a_file(upload: Upload) -> None:
    query = {"data__file": upload.file, "data__missing": "drop", "data__n_samples": "60"}
    screen = new_screen(data__name="file", **query)
    assert any("at most 59" in one.value for one in screen.sidebar.markdown)


def test_removing_a_file_names_the_runs_that_use_it(manager: RunManager, upload: Upload) -> None:
    config = Config().with_values({"data.name": "file", "data.file": upload.file})
    run_id = manager.store.create(config, "digits")
    screen = press(data_page(name="file", file=upload.file), f"remove:{upload.file}")
    assert "1 run uses this file. It stays" in sentences(screen)[0]
    assert run_id in [line.value for line in screen.text]
    press(screen, "remove_for_good")
    assert manager.store.uploads.all() == []
    assert title(refresh(screen)) == "Digits"


def test_captions_tell_what_is_loaded(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file, missing="drop")
    (line,) = [one for one in captions(screen) if one.startswith("CSV")]
    assert "59 samples of 60 rows" in line
    assert "2 features" in line
    assert "columns: 2 text, 2 number" in line


def test_the_file_on_the_page_is_assigned_to_the_clusters_of_a_run(
    manager: RunManager, tmp_path: Path
) -> None:
    path, uploads = blobs_csv(tmp_path), manager.store.uploads
    train_to_store(on_file(path, label="kind", id="key"), manager.store, "digits")
    new = uploads.keep(io.BytesIO(path.read_bytes()), "new.csv")
    screen = data_page(name="file", file=new.file, id="key")
    # Runs are listed only where a person opens the block.
    assert not [one for one in screen.selectbox if one.key == "new_samples_run"]
    screen = press(opened_block(screen), "new_samples_assign")
    assert "90 samples: 30 in cluster 0, 30 in cluster 1, 30 in cluster 2." in said(screen)
    narrow = uploads.keep(io.BytesIO(path.read_bytes().replace(b"depth", b"deep")), "narrow.csv")
    screen = opened_block(data_page(name="file", file=narrow.file, id="key"))
    screen = press(screen, "new_samples_assign")
    assert "depth is missing" in said(screen)
    assert "30 in cluster 0" not in said(screen)


def opened_block(screen: AppTest) -> AppTest:
    """The page with the block of new samples open."""
    screen.session_state["new_samples"] = True
    return refresh(screen)


def test_a_logarithm_of_negative_values_leads_to_no_run(manager: RunManager) -> None:
    table = "a,b\n" + "\n".join(f"{i - 3},{i % 7}" for i in range(40))
    kept = manager.store.uploads.keep(io.BytesIO(table.encode()), "negative.csv")
    screen = data_page(name="file", file=kept.file, log1p="true")
    reason = "The logarithm needs values from 0 on, and the lowest is -3."
    assert reason in said(screen)
    assert screen.button(key="train_on_this").disabled
    assert screen.button(key="train_on_this").help.replace("\\", "") == reason
    screen = press(screen, "remedy:logarithm:0")
    assert not screen.button(key="train_on_this").disabled
    assert reason not in said(screen)


def test_what_reading_the_file_changed_is_said(manager: RunManager) -> None:
    table = "a,a\n" + "\n".join(f"{i},{i % 7}" for i in range(40))
    kept = manager.store.uploads.keep(io.BytesIO(table.encode()), "twice.csv")
    assert "Columns with the same name are numbered" in said(data_page(name="file", file=kept.file))


def test_a_click_that_comes_before_the_address_has_changed_loses_nothing(upload: Upload) -> None:
    screen = data_page(name="file", file=upload.file)
    address = dict(screen.query_params)
    press(screen, "take:data.label")
    # As a browser does that has not heard of the first click yet.
    screen.query_params.clear()
    for name, value in address.items():
        screen.query_params[name] = value
    press(screen, "take:data.id")
    assert screen.query_params["data.label"] == "class"
    assert screen.query_params["data.id"] == "name"


def test_size_and_colour_are_offered_for_image_files_only(manager: RunManager) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 6, 6), np.uint8)
    array, archive, picture = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(array, pixels)
    Image.fromarray(pixels[0]).save(picture, "PNG")
    with zipfile.ZipFile(archive, "w") as files:
        for number in range(12):
            files.writestr(f"{number}.png", picture.getvalue())
    for stream, name, is_offered in ((array, "a.npy", False), (archive, "b.zip", True)):
        stream.seek(0)
        file = manager.store.uploads.keep(stream, name).file
        screen = data_page(name="file", file=file)
        assert ("Colour" in [one.label for one in screen.selectbox]) is is_offered
        assert bool(screen.number_input) is is_offered

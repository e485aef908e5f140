"""AnnData files: parts, dense and sparse, columns in old and new layouts, what is refused."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy import sparse

from dec_core.data.sources.contents import Wanted
from dec_core.data.sources.formats import open_contents
from dec_core.errors import SettingsError
from tests.data.small_files import columns, rejected, write, write_h5ad, write_matrix

X = np.array([[0, 2.5], [0, 0], [1, 0]], np.float32)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.csc_array])
def test_x_is_read_with_obs_and_the_names_of_features(tmp_path: Path, form: type) -> None:
    contents = open_contents(write_h5ad(tmp_path / "a.h5ad", form(X)))
    assert np.array_equal(np.asarray(contents.matrix), X)
    assert contents.feature_names == ("g1", "g2")
    assert (contents.part, contents.parts) == ("X", ("X",))
    assert columns(contents) == {
        "cell": ["AAA", "CCC", "GGG"],
        "kind": ["T", "B", None],
        "depth": [1.5, 2.5, 3.5],
        "batch": [7, None, 9],
    }


def test_parts_can_be_chosen(tmp_path: Path) -> None:
    layers, obsm = {"counts": sparse.csr_array(X * 2)}, {"X_pca": np.ones((3, 5))}
    path = write_h5ad(tmp_path / "a.h5ad", X, layers, obsm)
    assert open_contents(path).parts == ("X", "layers/counts", "obsm/X_pca")
    counts = open_contents(path, Wanted(part="layers/counts"))
    assert np.array_equal(np.asarray(counts.matrix), X * 2)
    assert counts.feature_names == ("g1", "g2")
    pca = open_contents(path, Wanted(part="obsm/X_pca"))
    assert (np.asarray(pca.matrix).shape, pca.feature_names) == ((3, 5), None)
    with pytest.raises(SettingsError, match="It has X, layers/counts, obsm/X_pca"):
        open_contents(path, Wanted(part="obsm/umap"))


def test_without_x_another_part_is_taken_and_said(tmp_path: Path) -> None:
    contents = open_contents(write_h5ad(tmp_path / "a.h5ad", obsm={"X_pca": np.ones((3, 5))}))
    assert contents.part == "obsm/X_pca"
    assert contents.notes == ("The file has no X; obsm/X_pca was taken.",)
    rejected(write_h5ad(tmp_path / "b.h5ad"), "X, layers or obsm", "Found obs, var")


def test_old_layouts(tmp_path: Path) -> None:
    """Categories beside the columns (0.7), tables as compound arrays and old names (0.6)."""
    path = tmp_path / "a.h5ad"
    with h5py.File(path, "w") as file:
        write_matrix(file, "X", X)
        obs = file.create_group("obs")
        obs["index"], obs["kind"] = [b"a", b"b", b"c"], np.array([0, -1, 1], np.int8)
        obs.attrs["_index"] = "index"
        obs["__categories/kind"] = ["p", "q"]
        obs["kind"].attrs["categories"] = obs["__categories/kind"].ref
    assert columns(open_contents(path)) == {"index": ["a", "b", "c"], "kind": ["p", None, "q"]}
    with h5py.File(path, "w") as file:
        write_matrix(file, "X", sparse.csr_array(X))
        del file["X"].attrs["encoding-type"], file["X"].attrs["shape"]
        file["X"].attrs["h5sparse_format"], file["X"].attrs["h5sparse_shape"] = "csr", X.shape
        file["obs"] = np.array([(b"a", 1), (b"b", 2), (b"c", 3)], [("index", "S1"), ("n", "i4")])
        file["var"] = np.array([(b"g1",), (b"g2",)], [("index", "S2")])
    contents = open_contents(path)
    assert columns(contents) == {"index": ["a", "b", "c"], "n": [1, 2, 3]}
    assert contents.feature_names == ("g1", "g2")
    assert np.array_equal(np.asarray(contents.matrix), X)


def test_what_would_not_fit_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    path = write_h5ad(tmp_path / "a.h5ad", sparse.csr_array(X))
    with h5py.File(path, "a") as file:
        file["X"].attrs["shape"] = (10**7, 10**5)
    rejected(path, "10,000,000 samples of 100,000 features, dense, would need 3,725.3 GiB")
    with h5py.File(path, "w") as file:
        file.create_dataset("X", (10**7, 10**5), "f4", chunks=(100, 100))
    rejected(path, "10,000,000 samples of 100,000 features would need")


@pytest.mark.parametrize(
    ("member", "values"),
    [("indices", [0, 9]), ("indptr", [0, 1, 1, 9]), ("indptr", [0, 2]), ("data", [1.0])],
)
def test_a_sparse_matrix_that_contradicts_itself(
    tmp_path: Path, member: str, values: list[float]
) -> None:
    path = write_h5ad(tmp_path / "a.h5ad", sparse.csr_array(X))
    with h5py.File(path, "a") as file:
        del file[f"X/{member}"]
        file[f"X/{member}"] = values
    rejected(path, "a.h5ad is damaged: expected a complete AnnData")


def test_values_in_other_files_are_not_read(tmp_path: Path) -> None:
    write(tmp_path / "secret", bytes(24))
    path = tmp_path / "a.h5ad"
    with h5py.File(path, "w") as file:
        file["X"] = h5py.ExternalLink("other.h5", "X")
    rejected(path, "X is a link to another file, which is not followed")
    with h5py.File(path, "w") as file:
        external = [(str(tmp_path / "secret"), 0, 24)]
        file.create_dataset("X", (3, 2), "f4", external=external)
    rejected(path, "X keeps its values in another file")


def test_files_that_are_damaged_or_no_hdf5(tmp_path: Path) -> None:
    path = write_h5ad(tmp_path / "a.h5ad", np.ones((400, 3)))
    rejected(write(path, path.read_bytes()[:3_000]), "a.h5ad is damaged: expected a complete")
    rejected(write(path, "a,b\n1,2\n"), "is named as AnnData, but it begins with 0x612c620a")
    rejected(write_h5ad(path, np.ones((0, 3))), "Found the shape (0, 3)")

"""The convolutional autoencoder: its weights, its sizes, and what it does not take."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest

from dec_core.config import Config, Conv3DNetwork, ConvNetwork, ConvolutionalNetwork
from dec_core.errors import SettingsError
from dec_core.model import build_autoencoder

COLOUR = (6, 9, 3)


def small(**values: Any) -> ConvNetwork:
    chosen = {"filters": (3, 5), "kernels": (3, 2), "strides": (2, 2), "dimensions": 2}
    return ConvNetwork(**{**chosen, **values})


def volumes(**values: Any) -> Conv3DNetwork:
    chosen = {"filters": (3, 5), "kernels": (3, 2), "strides": (2, 2), "dimensions": 2}
    return Conv3DNetwork(**{**chosen, **values})


@pytest.mark.parametrize("size", range(1, 34))
def test_any_image_and_volume_comes_out_as_large_as_it_went_in(size: int) -> None:
    """Sides of 1 to 33, unequal ones, grey and colour; kernels and strides of every parity."""
    layers = {"kernels": (5, 1 + size % 4), "strides": (1 + size % 3, 2 + size % 2)}
    flat = small(**layers, image_shape=(size, 34 - size, 1 + size % 2 * 2))
    deep = volumes(**layers, image_shape=(size, 34 - size, 1 + size % 5, 3 - size % 2 * 2))
    for network in (flat, deep):
        n_features = math.prod(network.image_shape)
        autoencoder = build_autoencoder(n_features, network, seed=0)
        assert autoencoder.model.output_shape == (None, n_features)
        shapes = network.encoder_shapes(n_features)
        assert [one.shape for one in autoencoder.encoder.weights] == shapes
        shapes = shapes + network.decoder_shapes(n_features)
        assert [one.shape for one in autoencoder.model.weights] == shapes
        # What the layers say of themselves holds when they run.
        if size % 11 == 3:
            assert autoencoder.model(np.ones((2, n_features))).shape == (2, n_features)


def test_outputs_are_those_of_the_layers() -> None:
    network = small(image_shape=COLOUR)
    autoencoder = build_autoencoder(162, network, seed=0)
    sizes = {
        layer.name: math.prod(layer.output.shape[1:])
        for layer in autoencoder.model.layers
        if layer.weights
    }
    # 6 x 9 x 3, then 3 x 5 x 3, then 2 x 3 x 5; the decoder gives a row and a column too many.
    assert sizes == {
        "encoder_0": 45,
        "encoder_1": 30,
        "embedding": 2,
        "decoder_dense": 30,
        "decoder_1": 4 * 6 * 3,
        "decoder_0": 6 * 10 * 3,
    }
    assert network.encoder_outputs(162) == 45 + 30 + 2
    assert network.decoder_outputs(162) == 30 + 45 + 162


def test_rows_are_images_in_the_order_of_their_pixels() -> None:
    """One kernel of one pixel keeps the image; the first layer sees it as (height, width, c)."""
    network = ConvNetwork(filters=(3,), kernels=(1,), strides=(1,), image_shape=COLOUR)
    autoencoder = build_autoencoder(162, network, seed=0)
    convolution = autoencoder.model.get_layer("encoder_0")
    convolution.set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    x = np.random.default_rng(0).random((2, 162), np.float32)
    maps = keras.Model(autoencoder.model.input, convolution.output)(x).numpy()
    np.testing.assert_array_equal(maps, x.reshape(2, *COLOUR))


@pytest.mark.parametrize("n_sides", [2, 3])
@pytest.mark.parametrize(
    ("size", "kernel", "stride"), [(7, 5, 2), (8, 5, 2), (11, 4, 3), (7, 2, 3)]
)
def test_a_pixel_comes_out_where_the_kernel_saw_it(
    size: int, kernel: int, stride: int, n_sides: int
) -> None:
    """The transposed convolution, cropped, is the transpose of the encoder's as a matrix."""
    layer: dict[str, Any] = {"filters": (1,), "kernels": (kernel,), "strides": (stride,)}
    network: ConvolutionalNetwork = ConvNetwork(**layer, image_shape=(size, 1, 1))
    if n_sides == 3:
        network = Conv3DNetwork(**layer, image_shape=(1, size, 1, 1))
    model = build_autoencoder(size, network, seed=0).model
    weights = np.random.default_rng(1).random((*(kernel,) * n_sides, 1, 1), np.float32)
    for name in ("encoder_0", "decoder_0"):
        model.get_layer(name).set_weights([weights, np.zeros(1, np.float32)])
    down = keras.Model(model.input, model.get_layer("encoder_0").output)
    up = keras.Model(model.get_layer("maps").output, model.layers[-1].output)
    matrix = down(np.eye(size, dtype=np.float32)).numpy().reshape(size, -1)
    n_maps = matrix.shape[1]
    maps = (n_maps, *network.maps(size)[-1])
    transposed = up(np.eye(n_maps, dtype=np.float32).reshape(maps)).numpy()
    np.testing.assert_array_equal(transposed, matrix.T)


def test_weights_depend_on_the_seed_alone() -> None:
    weights = [build_autoencoder(162, small(image_shape=COLOUR), s).model for s in (4, 4, 5)]
    first, again, other = (model.get_weights() for model in weights)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    kernels = [i for i, one in enumerate(first) if one.ndim > 1]
    assert not any(np.array_equal(first[i], other[i]) for i in kernels)


def test_no_shape_stands_for_a_square_of_grey_or_colour_pixels() -> None:
    assert ConvNetwork().maps(784) == [(28, 28, 1), (14, 14, 32), (7, 7, 64), (4, 4, 128)]
    assert ConvNetwork().shape_of_images(27) == (3, 3, 3)
    assert Conv3DNetwork().maps(8**3)[:2] == [(8, 8, 8, 1), (4, 4, 4, 32)]
    assert Conv3DNetwork().shape_of_images(3 * 33**3) == (33, 33, 33, 3)
    for network, n_features in ((ConvNetwork(), 13), (small(image_shape=COLOUR), 161)):
        with pytest.raises(SettingsError, match=r"autoencoder\.image_shape: must be three numbers"):
            build_autoencoder(n_features, network, seed=0)


def test_what_does_not_suit_the_data_is_said_by_setting() -> None:
    images = (8, 8, 1)
    assert ConvNetwork().misfit(64, images) is None
    assert small(image_shape=COLOUR).misfit(162, COLOUR) is None
    # A table of pixels, of which whoever gives the shape knows that they are images.
    assert small(image_shape=images).misfit(64, None) is None
    found = [
        ConvNetwork().misfit(64, None),
        ConvNetwork().misfit(162, COLOUR),
        small(image_shape=(4, 16, 1)).misfit(64, images),
        small(image_shape=COLOUR).misfit(64, None),
        small(kernels=(3, 9)).misfit(64, images),
    ]
    assert [(one.path.partition(".")[2], one.words) for one in found if one is not None] == [
        (
            "image_shape",
            "the rows of these data are no images, which this network needs. Choose the dense "
            "network, or give height, width and channels if each row holds the pixels of an image",
        ),
        (
            "image_shape",
            "must be 6,9,3, the shape of the data's images. Received none, which stands for square "
            "images",
        ),
        ("image_shape", "must be 8,8,1, the shape of the data's images. Received 4,16,1"),
        (
            "image_shape",
            "must be three numbers that multiply to the number of features (64). Received 6,9,3",
        ),
        ("kernels", "must be at most 8, the longer side of the images. Received 9"),
    ]


def test_volumes_and_images_are_told_apart() -> None:
    voxels = (4, 5, 6, 1)
    assert volumes(image_shape=voxels).misfit(120, voxels) is None
    found = [
        volumes().misfit(64, None),
        volumes(image_shape=voxels).misfit(120, (4, 5, 6)),
        small().misfit(120, voxels),
        volumes().misfit(120, voxels),
        volumes(image_shape=voxels).misfit(121, None),
        volumes(image_shape=voxels, kernels=(3, 7)).misfit(120, voxels),
    ]
    assert [tuple(one) for one in found if one is not None] == [
        (
            "autoencoder.image_shape",
            "the rows of these data are no volumes, which this network needs. Choose the dense "
            "network, or give depth, height, width and channels if each row holds the voxels of a "
            "volume",
        ),
        (
            "autoencoder.kind",
            "conv3d is for volumes, and the samples of these data are images of shape 4,5,6. "
            "Choose conv or dense; an array of volumes whose last side is 1, 3 or 4 needs one more "
            "for the channels",
        ),
        (
            "autoencoder.kind",
            "conv is for images, and the samples of these data are volumes of shape 4,5,6,1. "
            "Choose conv3d or dense",
        ),
        (
            "autoencoder.image_shape",
            "must be 4,5,6,1, the shape of the data's volumes. Received none, which stands for "
            "cubes",
        ),
        (
            "autoencoder.image_shape",
            "must be four numbers that multiply to the number of features (121). Received 4,5,6,1",
        ),
        (
            "autoencoder.kernels",
            "must be at most 6, the longest side of the volumes. Received 7",
        ),
    ]
    with pytest.raises(SettingsError, match=r"four numbers \(depth, height, width, channels\), or"):
        Config().with_values({"autoencoder.kind": "conv3d", "autoencoder.image_shape": "5,3,1"})


def test_lists_of_unequal_length_are_refused_in_words() -> None:
    conv = {"autoencoder.kind": "conv"}
    with pytest.raises(SettingsError) as caught:
        Config().with_values({**conv, "autoencoder.kernels": "5,3", "autoencoder.strides": "2"})
    assert set(caught.value.by_setting) == {"autoencoder.kernels", "autoencoder.strides"}
    assert caught.value.by_setting["autoencoder.kernels"].startswith(
        "autoencoder.kernels: must have one number per layer, for 3 layers. Received '5,3'."
    )
    with pytest.raises(SettingsError, match=r"image_shape: must be three numbers .*, or empty\. "):
        Config().with_values({**conv, "autoencoder.image_shape": "5,3"})

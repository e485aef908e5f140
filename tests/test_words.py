"""Numbers with what they count."""

from dec_core.config import Config
from dec_core.words import counted


def test_one_is_not_several() -> None:
    assert [counted(number, "epoch") for number in (0, 1, 2_000)] == [
        "0 epochs",
        "1 epoch",
        "2,000 epochs",
    ]
    assert [counted(number, "class", "classes") for number in (1, 2)] == ["1 class", "2 classes"]


def test_one_epoch_of_pretraining() -> None:
    once = {"pretraining.epochs": 1}
    layerwise = {**once, "pretraining.kind": "layer-wise", "pretraining.layer_epochs": 1}
    for values, words in ((once, "1 epoch. "), (layerwise, "1 epoch for each of ")):
        config = Config().with_values(values)
        assert config.pretraining.in_words(config.autoencoder).startswith(words)

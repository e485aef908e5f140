"""Results that others have published, and whether a run may be held against them.

A run has a published result beside it where its settings are those of the publication but for the
seed, the share of the data, pretraining and the stop rule. Only where none of these differs and
the publication did nothing that no setting says is it the same experiment, of which one can say
that it ended inside or outside the published range.

The scores are those of ``MEASURES``; publications before 2019 divide the mutual information by the
geometric mean of the entropies instead of the arithmetic one, which for ten clusters that are all
in use is the same to the third decimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import mean, stdev

from dec_core.config import SETTINGS, Config, get_preset

# A run with another value of these is another experiment with the same method.
_MAY_DIFFER = ("data.n_samples", "pretraining.", "clustering.tol", "clustering.max_iterations")


@dataclass(frozen=True)
class Spread:
    """A published score in [0, 1]: the value of every trial, or one value alone."""

    trials: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Of the trials."""
        return mean(self.trials)

    @property
    def deviation(self) -> float | None:
        """The sample's standard deviation (divided by count - 1); None of one value."""
        return stdev(self.trials) if len(self.trials) > 1 else None

    @property
    def range(self) -> tuple[float, float] | None:
        """The lowest and the highest trial; None of one value."""
        return (min(self.trials), max(self.trials)) if len(self.trials) > 1 else None

    @property
    def range_text(self) -> str:
        """The range as "0.830 to 0.964", or the one value."""
        return " to ".join(f"{value:.3f}" for value in self.range or (self.mean,))

    @property
    def text(self) -> str:
        """Mean and standard deviation, as "0.912 +- 0.047" with one sign, or the one value."""
        spread = "" if self.deviation is None else f" \N{PLUS-MINUS SIGN} {self.deviation:.3f}"
        return f"{self.mean:.3f}{spread}"

    def place(self, value: float) -> str:
        """ "inside", "below" or "above" the range; "" where one value alone was published."""
        if self.range is None:
            return ""
        low, high = self.range
        return "below" if value < low else "above" if value > high else "inside"


@dataclass(frozen=True, eq=False)
class Published:
    """A published result.

    Attributes
    ----------
    name : how one calls it within a sentence
    source : where it stands
    config : its settings, as far as settings say them; the seed means nothing
    end : scores of the last labels, by the name of the measure
    start : scores of the k-means start, where they were published
    apart : what it did otherwise than ``config`` says; "" for nothing
    n_samples : of the whole data set
    """

    name: str
    source: str
    config: Config
    end: Mapping[str, Spread]
    start: Mapping[str, Spread] = field(default_factory=dict)
    apart: str = ""
    n_samples: int = 70_000

    @property
    def title(self) -> str:
        """Name and data, as "IDEC on mnist"."""
        return f"{self.name} on {self.config.data.called}"


@dataclass(frozen=True)
class Reference:
    """A published result beside the settings of a run, and what sets the two apart, in words."""

    published: Published
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the run repeats the published experiment."""
        return not self.differences

    def band(self, measure: str) -> tuple[float, float] | None:
        """The range that a score of the run may be held against; None where one value alone was
        published, or none, or the run does not repeat the experiment."""
        spread = self.published.end.get(measure)
        return spread.range if spread is not None and self.is_same else None

    @property
    def setting(self) -> str:
        """How the published setting stands to the run's, as a clause."""
        return "published " + ", ".join(self.differences) if self.differences else "same setting"


# A page with many runs asks twice for each of them, and most have the same settings.
@lru_cache(maxsize=1_000)
def references(config: Config, n_samples: int = 0) -> tuple[Reference, ...]:
    """The published results that a run with these settings has beside it, the nearest first.

    Parameters
    ----------
    n_samples : how many the run has seen, as a folder may hold a part of a data set alone; 0 where
        that is not known
    """
    if n_samples:
        config = config.with_values({"data.n_samples": n_samples})
    found = [_beside(config, one) for one in PUBLISHED]
    return tuple(sorted(filter(None, found), key=lambda one: len(one.differences)))


def _beside(config: Config, published: Published) -> Reference | None:
    """None where the run is an experiment of another kind."""
    theirs, ours = (_all_samples(one, published.n_samples) for one in (published.config, config))
    # Both ways: each may have settings that the other kind lacks.
    paths = {**theirs.differences(ours), **ours.differences(theirs)}.keys() - {"seed"}
    if not all(path.startswith(_MAY_DIFFER) for path in paths):
        return None
    return Reference(published, tuple(_differences(paths, published)))


def _all_samples(config: Config, n_samples: int) -> Config:
    """As many samples as there are is the same as all of them."""
    is_all = config.data.n_samples == n_samples
    return config.with_values({"data.n_samples": None}) if is_all else config


def _differences(paths: Set[str], published: Published) -> Iterator[str]:
    if "data.n_samples" in paths:
        yield f"on all {published.n_samples:,} samples"
    others = [path for path in SETTINGS if path in paths - {"data.n_samples"}]
    if others:
        values = (f"{SETTINGS[path].words} {published.config.text_of(path)}" for path in others)
        yield f"with {', '.join(values)}"
    if published.apart:
        yield published.apart


_DEC_KERAS_TRIALS: Mapping[str, Mapping[str, tuple[float, ...]]] = {
    "mnist": {
        "acc at the start": (
            *(0.91663, 0.91716, 0.80653, 0.85949, 0.92130),
            *(0.91911, 0.86416, 0.86767, 0.86520, 0.85534),
        ),
        "nmi at the start": (
            *(0.82496, 0.82611, 0.78559, 0.78998, 0.83411),
            *(0.83025, 0.79247, 0.79642, 0.79426, 0.79670),
        ),
        "acc": (
            *(0.96237, 0.96284, 0.83019, 0.88291, 0.96359),
            *(0.95974, 0.89180, 0.89601, 0.89173, 0.87873),
        ),
        "nmi": (
            *(0.90552, 0.90565, 0.83162, 0.83867, 0.90760),
            *(0.90012, 0.84055, 0.85255, 0.85395, 0.85604),
        ),
    },
    "fashion-mnist": {
        "acc at the start": (
            *(0.61469, 0.63323, 0.58200, 0.61590, 0.56104),
            *(0.57606, 0.63257, 0.58974, 0.64779, 0.60756),
        ),
        "nmi at the start": (
            *(0.64898, 0.62282, 0.63304, 0.64647, 0.64538),
            *(0.65589, 0.64130, 0.61492, 0.64208, 0.61933),
        ),
        "acc": (
            *(0.62976, 0.66600, 0.57817, 0.62710, 0.57873),
            *(0.57659, 0.65686, 0.59074, 0.66536, 0.61487),
        ),
        "nmi": (
            *(0.66134, 0.65818, 0.63813, 0.65092, 0.66155),
            *(0.65292, 0.66074, 0.62853, 0.66102, 0.63520),
        ),
    },
}


def _of_dec_keras(dataset: str) -> Published:
    """Its ten trials. It trains on the train images first, DEC Lab on the test images."""
    trials = {name: Spread(values) for name, values in _DEC_KERAS_TRIALS[dataset].items()}
    return Published(
        "DEC-keras",
        "github.com/XifengGuo/DEC-keras, results/exp1/results.csv",
        get_preset("dec-keras").on(dataset),
        end={name: trials[name] for name in ("acc", "nmi")},
        start={name: trials[f"{name} at the start"] for name in ("acc", "nmi")},
    )


def _of_one_value(
    name: str, source: str, preset: str, dataset: str, apart: str, **end: float
) -> Published:
    """A result of which one value alone was published; ``end`` are the scores."""
    config = get_preset(preset).on(dataset).with_values({"data.n_samples": None})
    scores = {measure: Spread((value,)) for measure, value in end.items()}
    return Published(name, source, config, scores, apart=apart)


_IDEC = "Guo et al., Improved Deep Embedded Clustering, IJCAI 2017, table 2"
_DEC_DA = "Guo et al., Deep Embedded Clustering with Data Augmentation, ACML 2018, ConvDEC-DA"
_LAYERWISE = "from an autoencoder pretrained layer by layer"
_AUGMENTED = "with images moved in pretraining as well, filters 32,64,128 and Adam at 0.001"

PUBLISHED = (
    _of_dec_keras("mnist"),
    _of_dec_keras("fashion-mnist"),
    _of_one_value("IDEC", _IDEC, "idec", "mnist", _LAYERWISE, acc=0.8806, nmi=0.8672),
    _of_one_value("ConvDEC-DA", _DEC_DA, "convdec-da", "mnist", _AUGMENTED, acc=0.985, nmi=0.960),
    _of_one_value(
        "ConvDEC-DA", _DEC_DA, "convdec-da", "fashion-mnist", _AUGMENTED, acc=0.586, nmi=0.636
    ),
)

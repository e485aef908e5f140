"""The lessons of the Guide: what each says, and the runs that it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from dec_core.analysis.verdict import Verdict
from dec_core.config import DEFAULT_PRESET, Config, get_preset
from dec_core.data import available

_PORT = "r-port"
# Whose data are built in.
_FALLBACK = "digits"


@dataclass(frozen=True)
class Trial:
    """A run that a lesson starts.

    Attributes
    ----------
    name : of its stored outcome; see ``outcomes``
    label : on the button that starts it
    curve : its name in the lesson's picture
    verdict : how it ends, on the preset's own data
    values : the settings that differ from the preset, by path
    preset : the settings to begin with
    on_own_data : whether it teaches something only on the data set of its preset
    """

    name: str
    label: str
    curve: str
    verdict: Verdict
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    preset: str = DEFAULT_PRESET
    on_own_data: bool = False

    @property
    def config(self) -> Config:
        """Its settings."""
        return get_preset(self.preset).config.with_values(self.values)

    @property
    def is_at_hand(self) -> bool:
        """Whether the preset's own data can be loaded without a download."""
        return bool(available(self.config.data.name))

    def config_here(self) -> Config:
        """Its settings, on digits where the preset's own data are not at hand."""
        here = {} if self.is_at_hand else {"data.name": _FALLBACK}
        return self.config.with_values(here)


@dataclass(frozen=True)
class Lesson:
    """One question and its answer.

    Attributes
    ----------
    name : in the address
    question : the title
    text : a few sentences; ``{digits.nmi}`` is the NMI at the end of the outcome ``digits``, see
        ``outcomes.Quoted``
    look_for : what to watch on the Train page
    trials : the runs that it starts; the first one is the most important
    formulas : in LaTeX, numbered as in the paper
    beside : names of further outcomes in the picture
    """

    name: str
    question: str
    text: str
    look_for: str
    trials: tuple[Trial, ...]
    formulas: tuple[str, ...] = ()
    beside: tuple[Trial, ...] = ()


_DIGITS = Trial("digits", "Train on digits", "rate 0.05", Verdict.CONVERGED)
_RATE_TOO_HIGH = Trial(
    "rate-2",
    "Train with a rate of 2",
    "rate 2",
    Verdict.COLLAPSED,
    {"clustering.learning_rate": 2.0},
)


def _with_interval(interval: int, verdict: Verdict) -> Trial:
    values = {"clustering.learning_rate": 0.005, "clustering.update_interval": interval}
    words = f"interval {interval}"
    return Trial(f"interval-{interval}", f"Train with {words}", words, verdict, values)


def _with_epochs(epochs: int, verdict: Verdict) -> Trial:
    words = f"{epochs} epochs"
    values = {"pretraining.epochs": epochs}
    return Trial(f"epochs-{epochs}", f"Pretrain for {words}", words, verdict, values)


_Q = (
    r"q_{ij} = \frac{\left(1 + \lVert z_i - \mu_j \rVert^2 / \alpha\right)^{-\frac{\alpha+1}{2}}}"
    r"{\sum_{j'} \left(1 + \lVert z_i - \mu_{j'} \rVert^2 / \alpha\right)^{-\frac{\alpha+1}{2}}}"
    r" \qquad (1)"
)
_LOSS = r"L = \mathrm{KL}(P \Vert Q) = \sum_i \sum_j p_{ij} \log \frac{p_{ij}}{q_{ij}} \qquad (2)"
_P = (
    r"p_{ij} = \frac{q_{ij}^2 / f_j}{\sum_{j'} q_{ij'}^2 / f_{j'}}, \quad f_j = \sum_i q_{ij}"
    r" \qquad (3)"
)
_GRADIENT = (
    r"\frac{\partial L}{\partial z_i} = \frac{\alpha+1}{\alpha} \sum_j \left(1 + \frac{\lVert z_i"
    r" - \mu_j \rVert^2}{\alpha}\right)^{-1} (p_{ij} - q_{ij}) (z_i - \mu_j) \qquad (4)"
)
_ACC = r"\mathrm{ACC} = \max_m \frac{1}{n} \sum_{i=1}^{n} \mathbf{1}\{l_i = m(c_i)\} \qquad (10)"

LESSONS = (
    Lesson(
        "what",
        "What does DEC do?",
        "DEC sorts samples, such as images, into groups without being told what they show. An"
        " autoencoder first learns to describe each sample by a few numbers, its embedding "
        "$z$. Among these points k-means places one centre $\\mu$ for each cluster. The soft "
        "assignment $q$ says how strongly a sample belongs to each cluster: the nearer the "
        "centre, the larger $q$. The target $P$ is a sharper version of $q$. Training moves "
        "embedding and centres so that $q$ comes closer to $P$, and $P$ is computed anew "
        "every few iterations.",
        "First the reconstruction error falls, then ten centres appear, then the groups on "
        "the map draw apart while the bands of the size plot stay.",
        (_DIGITS,),
        (_Q, _LOSS, _P),
    ),
    Lesson(
        "convergence",
        "What does convergence look like?",
        "A run has converged when hardly any sample still changes its cluster from one update"
        " of the target to the next. In a good run all clusters survive: here "
        "{digits.occupied} of 10. The scores end above their dashed lines, which are what "
        "k-means alone reached: NMI {digits.start_nmi} at the start, {digits.nmi} at "
        "iteration {digits.end}. ACC is the share of samples in the cluster that is matched "
        "to their class; NMI says how much the clusters tell of the classes; both are 1 at "
        "best. Without true labels there are no scores: look at the cluster sizes and the "
        "map.",
        "ACC and NMI rise above their dashed lines, fast at first, and the share of changed "
        "labels falls below the tolerance of 0.1 %.",
        (_DIGITS,),
    ),
    Lesson(
        "r-port",
        "Why does the R port collapse?",
        "A port of DEC from Python to R put all 70,000 Fashion-MNIST images into one cluster "
        "within {r_port.end} iterations. It has two defects, and each alone ruins the run. R "
        "divides a matrix by a vector down the columns, so that most entries of the target "
        "are divided by the sum of another cluster or sample. And the learning rate of 1 is a"
        " hundred times the reference. With only the target repaired, one cluster is left "
        "after {r_port_rate.end} iterations. With only rate and interval repaired, "
        "{r_port_target.occupied} clusters are left after {r_port_target.end}, and NMI has "
        "fallen from {r_port_target.start_nmi} to {r_port_target.nmi}.",
        "The bands of the size plot vanish until one is left, and then the labels stop changing.",
        (
            Trial(_PORT, "Train the R port", "R port", Verdict.COLLAPSED, preset=_PORT),
            Trial(
                "r-port-rate",
                "Repair only the target",
                "target repaired",
                Verdict.COLLAPSED,
                {"clustering.target": "paper"},
                preset=_PORT,
            ),
            Trial(
                "r-port-target",
                "Repair only rate and interval",
                "rate and interval repaired",
                Verdict.COLLAPSED,
                {
                    "clustering.learning_rate": 0.01,
                    "clustering.update_interval": 140,
                    "clustering.max_iterations": 2_000,
                },
                preset=_PORT,
                on_own_data=True,
            ),
        ),
        (_P,),
    ),
    Lesson(
        "learning-rate",
        "What does the learning rate do?",
        "Each iteration changes the network so that the embedding moves against the gradient "
        "of the loss, and the learning rate says how far. With 0.001 hardly any label "
        "changes, and the run ends early with almost nothing gained: NMI "
        "{rate_0_001.start_nmi} becomes {rate_0_001.nmi}. With 0.05 it reaches {digits.nmi}. "
        "With 2 the steps are too large, and after {rate_2.end} iterations all samples are in"
        " one cluster. Which rate is too large depends on the data and the network.",
        "With a rate of 2 the bands of the size plot vanish at the first updates, and the map"
        " is drawn many times as wide as the k-means start.",
        (_RATE_TOO_HIGH, _DIGITS),
        (_GRADIENT,),
        (
            Trial(
                "rate-0.001",
                "Train with a rate of 0.001",
                "rate 0.001",
                Verdict.CONVERGED,
                {"clustering.learning_rate": 0.001},
            ),
        ),
    ),
    Lesson(
        "update-interval",
        "How often should the target change?",
        "Between two updates the target stands still and the network follows it. At each "
        "update the labels are compared with those of the update before; when fewer than 0.1 "
        "% have changed, the run ends. With a short interval few labels have time to change, "
        "so this may happen before anything was learned. On digits with a rate of 0.005, "
        "interval 1 stopped at iteration {interval_1.end}, interval 10 at {interval_10.end} "
        "with NMI {interval_10.nmi}, and interval 140 at {interval_140.end} with "
        "{interval_140.nmi}; k-means alone had {interval_1.start_nmi}. The price of a long "
        "interval is time.",
        "With interval 1 the run is over at once, and the banner says that it stopped too "
        "early. With interval 140 labels still change at each update for thousands of "
        "iterations.",
        (
            _with_interval(1, Verdict.PREMATURE),
            _with_interval(10, Verdict.CONVERGED),
            _with_interval(140, Verdict.CONVERGED),
        ),
    ),
    Lesson(
        "pretraining",
        "Why is there pretraining?",
        "Pretraining makes the autoencoder reproduce the samples from their embedding, so "
        "that similar samples lie near each other before the first centre is placed. DEC then"
        " refines the groups that are there. After {epochs_4.epochs} epochs on digits every "
        "sample is still about as near to one centre as to any other: $q$ says nothing, and "
        "the run ends where it began, at NMI {epochs_4.nmi}. After {digits.epochs} epochs NMI"
        " goes from {digits.start_nmi} to {digits.nmi}, after {epochs_200.epochs} from "
        "{epochs_200.start_nmi} to {epochs_200.nmi}.",
        "While the autoencoder is pretrained, reconstructions stand beside the originals: "
        "digits that you can read promise a good start. After 4 epochs the banner speaks of a"
        " dead embedding.",
        (_with_epochs(4, Verdict.DEAD_EMBEDDING), _with_epochs(200, Verdict.CONVERGED)),
        (),
        (replace(_DIGITS, curve="40 epochs"),),
    ),
    Lesson(
        "stop-rule",
        "What can the stop rule not see?",
        "The rule ends a run when fewer than 0.1 % of the labels changed between two updates."
        " It knows nothing else. Where all samples are in one cluster no label can change, so"
        " a total collapse satisfies it as well as success does. Clusters that are worse than"
        " those of k-means satisfy it too: with an encoder of a single layer NMI fell from "
        "{single_layer.start_nmi} to {single_layer.nmi}. All three runs in the picture ended "
        "by this rule. So DEC Lab judges cluster sizes and scores apart from it.",
        "In every run the share of changed labels falls below the tolerance. Banner, cluster "
        "sizes and scores tell what that means.",
        (
            Trial(
                "single-layer",
                "Train to a worse result",
                "worse than k-means",
                Verdict.DEGRADED,
                {"autoencoder.units": (10,)},
            ),
            replace(_RATE_TOO_HIGH, curve="collapsed"),
        ),
        (),
        (replace(_DIGITS, curve="converged"),),
    ),
    Lesson(
        "acc",
        "When does ACC mislead?",
        "ACC matches each class with one cluster and counts the samples that are in it. Where"
        " classes are unequal, one cluster for everything scores high although it tells "
        "nothing: see the first group of bars. With five clusters only five of the ten digits"
        " can be matched, so ACC cannot exceed 0.51; the {clusters_5.acc} of a run is close "
        "to that. With 15 clusters five match no digit: ACC is {clusters_15.acc}, although "
        "{clusters_15.purity} of the samples belong to the most frequent digit of their "
        "cluster. So read NMI and ARI beside it.",
        "Choose classes above the fourth plot: with five clusters most hold two digits or "
        "more, with 15 clusters some digits have two.",
        (
            Trial(
                "clusters-5",
                "Train with 5 clusters",
                "5 clusters",
                Verdict.CONVERGED,
                {"clustering.n_clusters": 5},
            ),
            Trial(
                "clusters-15",
                "Train with 15 clusters",
                "15 clusters",
                Verdict.CONVERGED,
                {"clustering.n_clusters": 15, "clustering.tol": 0.01},
            ),
        ),
        (_ACC,),
    ),
    Lesson(
        "map",
        "How do I read a map?",
        "The embedding has ten dimensions and a map two, so something is lost. PCA leaves out"
        " directions: distances on it are true or too small, and groups may hide behind each "
        "other. UMAP keeps neighbours together and little else. In the picture C is "
        "{islands.distance} times as far from A as B is, and B {islands.size} times as wide "
        "as A; on the UMAP map these are {islands.map_distance} and {islands.map_size} times."
        " So trust which samples lie together, not the gaps between islands or their sizes. "
        "Each UMAP map of a run starts from the one before, so that islands stay in place.",
        "Switch the map between PCA and UMAP, and colour it by true labels: an island of "
        "several colours is a cluster that holds several digits.",
        (_DIGITS,),
    ),
)


def lesson_named(name: str | None) -> Lesson | None:
    """The lesson of that name in the address; None if there is none."""
    return next((lesson for lesson in LESSONS if lesson.name == name), None)


def lesson_after(lesson: Lesson) -> Lesson | None:
    """The one that follows; None after the last."""
    place = LESSONS.index(lesson) + 1
    return LESSONS[place] if place < len(LESSONS) else None

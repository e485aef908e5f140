"""A diagnosis in words, and as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dec_core.analysis.diagnosis import Cause, Counterfactual, Diagnosis, Status, changes
from dec_core.analysis.evidence import evidence_of
from dec_core.analysis.scores import below_start
from dec_core.analysis.trials import Harm, Rank, Trial
from dec_core.config import SETTINGS, Config

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six")
_OF_A_DEAD_START = ("embedding_rank", "mean_confidence")
_SCORES = {"nmi": "NMI", "acc": "ACC"}


def answer(diagnosis: Diagnosis) -> str:
    """What a person who asks why should read first: the causes, their proof and the repair."""
    proved = [cause for cause in diagnosis.causes if cause.status is Status.PROVED]
    if not diagnosis.causes:
        return _nothing_found(diagnosis)
    if not proved:
        return _only_suspects(diagnosis)
    return " ".join((headline(diagnosis), *proofs(diagnosis)))


def headline(diagnosis: Diagnosis) -> str:
    """The answer in one or two sentences: the causes, or that there are none."""
    proved = [cause for cause in diagnosis.causes if cause.status is Status.PROVED]
    if not proved:
        return answer(diagnosis)
    said = f"{_count(proved)}: {'; '.join(cause.factor.words for cause in proved)}."
    if len(proved) > 1 and all(cause.breaks for cause in proved):
        said += f" {'Either' if len(proved) == 2 else 'Any'} one alone ruins the run."
    return said


def proofs(diagnosis: Diagnosis) -> list[str]:
    """What proves each cause, and the smallest repair with what it reaches, a sentence each."""
    config = diagnosis.case.trial.config
    proved = [one for one in diagnosis.causes if one.status is Status.PROVED]
    # What the first repair reaches stands at the end, so it is not told as a proof as well.
    first = next(iter(diagnosis.repairs), None)
    said = [_proof(one, config, is_told=first == frozenset([one.factor.cause])) for one in proved]
    said += [_repair(diagnosis)] if diagnosis.repairs else []
    return [sentence for sentence in said if sentence]


def harmless_words(diagnosis: Diagnosis) -> str:
    """What differs from the reference and did no harm, as a sentence; empty if nothing does."""
    config = diagnosis.case.trial.config
    named = [
        f"{SETTINGS[path].words} {config.text_of(path)}"
        for factor in diagnosis.harmless
        for path in factor.repair(config)
        if config.has(path) and config.get(path) != factor.repair(config)[path]
    ]
    if not named:
        return ""
    return f"Differs from the reference, did no harm here: {', '.join(dict.fromkeys(named))}."


def outcome_words(trial: Trial) -> str:
    """What became of a run, in a few words."""
    if trial.judgement is None or not trial.history or trial.start is None:
        if trial.judgement is None:
            return "it did not come to cluster"
        return trial.judgement.sentence.rstrip(".")
    measures, total = trial.measures, len(trial.start.cluster_sizes)
    clusters = f"{measures['occupied_clusters']:.0f} of {total} clusters"
    dead = trial.judgement.evidence and trial.judgement.evidence[0].indicator in _OF_A_DEAD_START
    opening = "" if not trial.is_broken else "dead embedding, " if dead else "collapsed, "
    return f"{opening}{clusters}{_score_words(trial)}"


def _score_words(trial: Trial) -> str:
    nmi = trial.measures.get("nmi", math.nan)
    began = trial.start.value("nmi") if trial.start else math.nan
    if math.isnan(nmi):
        return f" ({trial.measures['effective_clusters']:.1f} effective)"
    if trial.start and trial.history and below_start(trial.start, trial.history[-1]):
        return f", NMI {nmi:.3f}, below its k-means start ({began:.3f})"
    return f", NMI {nmi:.3f} (k-means start {began:.3f})"


def changed_words(change: Mapping[str, tuple[Any, Any]]) -> str:
    """Settings and what they were changed to."""
    words = (
        f"{SETTINGS[path].words} {_text(path, before)} to {_text(path, after)}"
        for path, (before, after) in change.items()
    )
    return ", ".join(words)


def to_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    """Plain JSON values: the base's verdict, the causes with their evidence and their runs, all
    minimal repairs with their effect, and the remedy, which is the first of them."""
    base = diagnosis.case.trial
    runs = {one.repairs: _run(base.config, one) for one in diagnosis.counterfactuals}
    repairs = [
        {"changed": runs[repair]["changed"], "effect": _effect(diagnosis.repaired_by(repair), base)}
        for repair in diagnosis.repairs
        if repair in runs
    ]
    remedy = {path: after for path, (_, after) in repairs[0]["changed"].items()} if repairs else {}
    return {
        "verdict": base.verdict.value if base.verdict else None,
        "sentence": base.judgement.sentence if base.judgement else None,
        "answer": answer(diagnosis),
        "causes": [_cause(cause, diagnosis, runs) for cause in diagnosis.causes],
        "harmless": [factor.cause for factor in diagnosis.harmless],
        "repairs": repairs,
        "remedy": remedy,
        "counterfactuals": list(runs.values()),
        "margins": dict(diagnosis.margins),
        "is_complete": diagnosis.is_complete,
    }


def _count(causes: Sequence[Cause]) -> str:
    number = _NUMBERS[len(causes)] if len(causes) < len(_NUMBERS) else str(len(causes))
    return f"{number} {'cause' if len(causes) == 1 else 'independent causes'}"


def cause_sentence(cause: Cause, config: Config) -> str:
    """What is wrong in a run with these settings, and what shows it."""
    words = cause.factor.words
    proof = _proof(cause, config) or _without_proof(cause)
    return f"{words[0].upper()}{words[1:]}. {proof}"


def _without_proof(cause: Cause) -> str:
    """Of a suspect: both of its runs may be there, and neither decides."""
    alone, repaired = cause.alone_wrong, cause.alone_repaired
    if alone is None or alone.harm is None or repaired is None:
        return "No run has shown yet whether it does harm."
    return "By itself it did no harm here, but the smallest repair needs it."


def _proof(cause: Cause, config: Config, *, is_told: bool = False) -> str:
    alone, repaired = cause.alone_wrong, cause.alone_repaired
    label = cause.factor.label(config)
    if alone is not None and alone.harm is not None and alone.harm.is_any and alone.repairs:
        return f"Only {label} wrong: {_harm_words(alone)}."
    if alone is not None and alone.harm is not None and alone.harm.costs and not alone.harm.ruins:
        return f"It {_cost_words(alone.harm)}."
    if is_told or repaired is None or repaired.harm is None or repaired.harm.is_any:
        return ""
    return f"Only {label} repaired: {outcome_words(repaired.trial)}."


def _harm_words(alone: Counterfactual) -> str:
    ruins = alone.harm is None or alone.harm.ruins or not alone.harm.costs
    return outcome_words(alone.trial) if ruins else f"it {_cost_words(alone.harm)}"


def _cost_words(harm: Harm | None) -> str:
    costs = {} if harm is None else harm.costs
    return f"costs {', '.join(f'{loss:.3f} {_SCORES[name]}' for name, loss in costs.items())}"


def _repair(diagnosis: Diagnosis) -> str:
    repair = diagnosis.repairs[0]
    made = next((one for one in diagnosis.counterfactuals if one.repairs == repair), None)
    if made is None:
        return ""
    change = changed_words(changes(diagnosis.case.trial.config, made.trial.config))
    return f"Repaired by {change}: {outcome_words(made.trial)}."


def _nothing_found(diagnosis: Diagnosis) -> str:
    base, reference = diagnosis.case.trial, diagnosis.reference
    if base.rank is Rank.RUINED:
        return "No cause was found: no setting that differs from the reference explains it."
    said = "Nothing is wrong with this run."
    if reference is not None:
        said += (
            f" The reference settings from the same start end with {outcome_words(reference.trial)}"
            f"; this run with {outcome_words(base)}."
        )
    return " ".join(filter(None, (said, harmless_words(diagnosis))))


def _only_suspects(diagnosis: Diagnosis) -> str:
    words = "; ".join(cause.factor.words for cause in diagnosis.causes)
    if not diagnosis.is_complete:
        return f"Suspected, but no run has shown it yet: {words}."
    return f"No cause is proved: not even the reference settings rescue it. Suspected: {words}."


def _run(base: Config, one: Counterfactual) -> dict[str, Any]:
    return {
        "run_id": one.trial.run_id,
        "changed": {path: list(pair) for path, pair in changes(base, one.trial.config).items()},
        "verdict": one.trial.verdict.value if one.trial.verdict else None,
        "sentence": outcome_words(one.trial),
        "iterations": one.trial.history[-1].iteration if one.trial.history else 0,
        "kmeans_nmi": _plain(one.trial.start.value("nmi")) if one.trial.start else None,
        **_reached(one.trial),
        "is_worse_than_reference": None if one.harm is None else one.harm.is_any,
    }


def _cause(
    cause: Cause, diagnosis: Diagnosis, runs: Mapping[frozenset[str], Mapping[str, Any]]
) -> dict[str, Any]:
    made: Iterable[Counterfactual | None] = (cause.alone_repaired, cause.alone_wrong)
    keys = [one.repairs for one in made if one is not None]
    if diagnosis.reference is not None:
        keys.append(diagnosis.reference.repairs)
    return {
        "id": cause.factor.cause,
        "status": cause.status.value,
        "sentence": cause_sentence(cause, diagnosis.case.trial.config),
        "evidence": evidence_of(cause.factor, diagnosis.case),
        "counterfactuals": [runs[key] for key in dict.fromkeys(keys) if key in runs],
    }


def _effect(repaired: Counterfactual, base: Trial) -> dict[str, float | None]:
    """What the repair reaches, and its gain in NMI over the broken run and over its own start."""
    measures, start = repaired.trial.measures, repaired.trial.start
    nmi = measures.get("nmi", math.nan)
    return {
        "nmi_gain": _plain(nmi - base.measures.get("nmi", math.nan)),
        "nmi_over_start": _plain(nmi - (start.value("nmi") if start else math.nan)),
        **_reached(repaired.trial),
        "label_stability": _plain(1 - measures.get("delta_label", math.nan)),
    }


def _reached(trial: Trial) -> dict[str, float | None]:
    """The numbers that tell how good a run is in the end."""
    names = "nmi acc occupied_clusters effective_clusters variance_explained".split()
    return {name: _plain(trial.measures.get(name)) for name in names}


def _plain(value: float | None) -> float | None:
    """None for what JSON has no number for."""
    return None if value is None or not math.isfinite(value) else value


def _text(path: str, value: Any) -> str:
    return "\N{EN DASH}" if value is None else SETTINGS[path].format(value)

"""What a page asks the server when the pointer rests on a sample."""

from __future__ import annotations

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dec_core.errors import DECLabError
from dec_core.runs.sample_facts import SampleFacts, sample_facts
from pages.ui.parts.assets import served_at
from pages.ui.parts.state import run_manager

_PATH = "/dec-lab/runs/{run_id}/samples/{sample:int}"


def sample_route() -> Route:
    """The route of ``st.App`` that tells of one sample at ``?update=`` of a run, as JSON."""

    def serve(request: Request) -> JSONResponse:
        try:
            run = run_manager().get(request.path_params["run_id"])
            update = int(request.query_params.get("update", ""))
            facts = sample_facts(run, update, request.path_params["sample"])
        except (DECLabError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        return JSONResponse(in_words(facts))

    return Route(_PATH, serve)


def samples_url(run_id: str) -> str:
    """Where a browser asks for the samples of a run, without the sample's number."""
    return served_at(f"/dec-lab/runs/{run_id}/samples/")


def in_words(facts: SampleFacts) -> dict[str, Any]:
    """What a person reads of it: ``lines``, and ``picture`` as an address, empty without one."""
    picture = base64.b64encode(facts.picture).decode("ascii")
    lines = [f"id: {facts.id}"] if facts.id else []
    lines.append(f"cluster {facts.cluster}")
    if facts.shares:
        (_, confidence), *others = facts.shares
        rest = ", ".join(f"{share:.0%} in {cluster}" for cluster, share in others)
        lines += [f"confidence {confidence:.0%}" + f" ({rest})" * bool(rest)]
    else:
        lines += ["confidence: not kept for this sample"]
    if facts.true_label:
        lines.append(f"true label: {facts.true_label}")
    lines += [
        f"{feature.name}: {feature.value:.4g} ({feature.deviation:+.1f} standard deviations)"
        for feature in facts.features
    ]
    return {
        "lines": lines,
        "picture": f"data:image/png;base64,{picture}" if picture else "",
    }

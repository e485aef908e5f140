"""A slider through the updates of a run that follows the newest until a person moves it.

Streamlit's slider starts anew whenever its bounds change, which they do at every update.
"""

from __future__ import annotations

import streamlit as st

_HTML = """
<div class="dec-lab-frames">
  <label><span></span><input type="range" min="0" step="1" aria-label="Update shown"></label>
  <button type="button">Newest</button>
</div>
"""
_CSS = """
.dec-lab-frames { display: flex; gap: 0.75rem; align-items: center; font-size: 0.875rem; }
.dec-lab-frames label { display: flex; flex: 1; gap: 0.75rem; align-items: center; min-width: 0; }
.dec-lab-frames span { white-space: nowrap; font-variant-numeric: tabular-nums; min-width: 15em; }
.dec-lab-frames input { flex: 1; min-width: 4em; accent-color: var(--st-primary-color); }
.dec-lab-frames button {
  font: inherit; color: inherit; background: none; padding: 0.15rem 0.6rem; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
.dec-lab-frames button:disabled { opacity: 0.45; cursor: default; }
"""
_JS = """
export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".dec-lab-frames");
  const input = root.querySelector("input");
  const text = root.querySelector("span");
  const button = root.querySelector("button");
  const state = (root.decLab ??= { following: data.following });
  const show = () => {
    const iteration = data.iterations[input.value];
    text.textContent = iteration === undefined ? "No update yet"
      : `Update ${input.value}, iteration ${iteration.toLocaleString("en")}`;
    button.disabled = state.following;
  };
  input.max = Math.max(0, data.iterations.length - 1);
  input.disabled = data.iterations.length < 2;
  if (state.following) input.value = input.max;
  else if (!state.dragging && data.chosen !== null) input.value = data.chosen;
  input.oninput = () => { state.following = false; state.dragging = true; show(); };
  input.onchange = () => { state.dragging = false; setStateValue("update", Number(input.value)); };
  button.onclick = () => {
    state.following = true;
    input.value = input.max;
    show();
    setStateValue("update", null);
  };
  show();
}
"""
_component = st.components.v2.component(
    "dec_lab.frame_slider", html=_HTML, css=_CSS, js=_JS, isolate_styles=False
)


def chosen_update(count: int, *, key: str) -> int | None:
    """The chosen one of ``count`` updates, from 0; the newest while it follows; None of none."""
    if not count:
        return None
    chosen = _chosen(key)
    return count - 1 if chosen is None else min(chosen, count - 1)


def frame_slider(iterations: list[int], *, key: str) -> None:
    """Draw the slider.

    Parameters
    ----------
    iterations : the iteration of every update
    key : one per run, so that another run follows its own newest update
    """
    chosen = _chosen(key)
    _component(
        key=key,
        data={"iterations": iterations, "following": chosen is None, "chosen": chosen},
        on_update_change=lambda: None,
    )


def _chosen(key: str) -> int | None:
    update = (st.session_state.get(key) or {}).get("update")
    return None if update is None else int(update)

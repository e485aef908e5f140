"""Streamlit leaves a button's help on the screen where a click moved or renewed the button: it
waits for the pointer to leave a button that is no longer there."""

from __future__ import annotations

from pages.ui.parts.component import page_script

_JS = """
const TARGETS = '[data-testid="stTooltipHoverTarget"]';
const leave = () => {
  if (!document.querySelector('[data-testid="stTooltipContent"]')) return;
  if (document.querySelector(`${TARGETS}:hover`)) return;
  const [over, out] = [null, document.body].map((relatedTarget) => (
    { bubbles: true, pointerType: "mouse", relatedTarget }));
  for (const target of document.querySelectorAll(TARGETS)) {
    target.dispatchEvent(new PointerEvent("pointerover", over));
    target.dispatchEvent(new PointerEvent("pointerout", out));
  }
};
export default function () {
  if (window.decLabStrayHelp) return;
  window.decLabStrayHelp = true;
  document.addEventListener("pointermove", () => {
    clearTimeout(window.decLabLeaving);
    window.decLabLeaving = setTimeout(leave, 150);
  });
}
"""
_component = page_script("stray_help", _JS)


def put_stray_help_away() -> None:
    """Once the pointer is on no button that has help, none is shown."""
    _component()

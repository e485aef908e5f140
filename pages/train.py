"""Train: choose settings, watch DEC train, see at once whether it converges or collapses."""

from pages.ui.parts.state import run_or_explain
from pages.ui.train.controls import control_state, controls
from pages.ui.train.live import live
from pages.ui.train.run_settings import run_settings
from pages.ui.train.settings_form import settings_form
from pages.ui.train.welcome import welcome

session = run_or_explain()
chosen = settings_form(session)
# Buttons and plots show one state; whatever comes after it makes the page draw both anew.
drawn = control_state(session) if session else None
controls(session, drawn, chosen)
if session is None or drawn is None:
    welcome(chosen)
else:
    live(session, drawn)
    run_settings(session, chosen.config)

"""Train: choose settings, watch DEC train, see at once whether it converges or collapses."""

from pages.ui.controls import controls, standing
from pages.ui.live import live
from pages.ui.settings_form import settings_form
from pages.ui.state import run_or_explain
from pages.ui.welcome import welcome

chosen = settings_form()
session = run_or_explain()
# Buttons and plots show one state; whatever comes after it makes the page draw both anew.
drawn = standing(session) if session else None
controls(session, drawn, chosen)
if session is None or drawn is None:
    welcome()
else:
    live(session, drawn)

"""Diagnose: what is wrong with a run."""

from pages.ui.diagnose.page import diagnosis, no_runs
from pages.ui.diagnose.run_choice import chosen_run

run = chosen_run()
if run is None:
    no_runs()
else:
    diagnosis(run)

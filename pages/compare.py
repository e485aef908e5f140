"""Compare: all runs in a table, the chosen ones side by side."""

import streamlit as st

from pages.ui.compare import comparison, no_runs
from pages.ui.compare_runs import all_runs

records = all_runs()
st.subheader("Compare", anchor=False)
if records:
    comparison(records)
else:
    no_runs()

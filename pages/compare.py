"""Compare: all runs in a table, the chosen ones side by side."""

import streamlit as st

from dec_core.errors import RunError
from pages.ui.compare import comparison, no_runs
from pages.ui.compare_runs import all_runs
from pages.ui.plain import plain

st.subheader("Compare", anchor=False)
try:
    records = all_runs()
except RunError as error:
    st.error(plain(str(error)), icon=":material/error:")
    st.stop()
if records:
    comparison(records)
else:
    no_runs()

"""Compare: all runs in a table, the chosen ones side by side."""

import streamlit as st

from dec_core.errors import RunError
from pages.ui.compare.page import comparison, no_runs
from pages.ui.compare.runs import all_runs
from pages.ui.parts.verbatim import verbatim

st.subheader("Compare", anchor=False)
try:
    records = all_runs()
except RunError as error:
    st.error(verbatim(str(error)), icon=":material/error:")
    st.stop()
if records:
    comparison(records)
else:
    no_runs()

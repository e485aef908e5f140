"""The frame around every page."""

from pathlib import Path

import streamlit as st

from dec_core.errors import DECLabError
from pages.ui.parts.lasting_button import forget_clicks
from pages.ui.parts.libraries import load_shared_libraries
from pages.ui.parts.page_address import page_is_drawn, take_up_address
from pages.ui.parts.state import run_manager, show_notices
from pages.ui.parts.stray_help import put_stray_help_away
from pages.ui.parts.style import page_style
from pages.ui.parts.verbatim import verbatim

# A Material icon would be fetched from the network.
ICON = Path(__file__).parent / "ui" / "icon.svg"

load_shared_libraries()
st.set_page_config(page_title="DEC Lab", page_icon=str(ICON), layout="wide")
st.html(page_style())
put_stray_help_away()
st.logo(str(ICON), size="large")
page = st.navigation(
    [
        st.Page("train.py", title="Train", icon=":material/model_training:", default=True),
        st.Page("compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("data.py", title="Data", icon=":material/table_view:"),
        st.Page("diagnose.py", title="Diagnose", icon=":material/troubleshoot:"),
        st.Page("guide.py", title="Guide", icon=":material/school:"),
    ],
    position="sidebar",
)
try:
    manager = run_manager()
    take_up_address(page.title)
    page.run()
    show_notices()
except DECLabError as error:
    st.error(verbatim(str(error)), icon=":material/error:")
    forget_clicks()
    page_is_drawn(page.title)
    st.stop()
forget_clicks()
page_is_drawn(page.title)
# TensorFlow takes seconds to load, so it loads while a person looks at the first screen.
manager.warm_up()

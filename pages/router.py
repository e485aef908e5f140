"""The frame around every page."""

from pathlib import Path

import streamlit as st

from dec_core.errors import DECLabError
from pages.ui.parts.libraries import load_shared_libraries
from pages.ui.parts.page_address import remembered_address
from pages.ui.parts.state import run_manager
from pages.ui.parts.verbatim import verbatim

# A Material icon would be fetched from the network.
ICON = Path(__file__).parent / "ui" / "icon.svg"

load_shared_libraries()
st.set_page_config(page_title="DEC Lab", page_icon=str(ICON), layout="wide")
st.html(
    "<style>.stApp { font-variant-numeric: tabular-nums; }"
    ".stMainBlockContainer { padding: 3.25rem 2rem 2rem; }"
    ".stAppHeader { height: 2.75rem; min-height: 2.75rem; }"
    # Room for one line, or for two where the screen is narrow, so that nothing below it moves.
    ".st-key-banner { min-height: 58px; }"
    "@media (max-width: 1200px) { .st-key-banner { min-height: 82px; } }"
    # The icon is enough to see; the words are for whoever hears the page.
    ".st-key-step_size p, .st-key-map_colors p { position: absolute; width: 1px; height: 1px; "
    "overflow: hidden; clip-path: inset(50%); white-space: nowrap; }"
    # A setting that is not the preset's, by its label's last word.
    ".stSidebar .stElementContainer:has([aria-label$='(changed)']) label p { font-weight: 600; "
    f"color: light-dark({st.get_option('theme.light.primaryColor')}, "
    f"{st.get_option('theme.dark.primaryColor')}); }}</style>"
)
st.logo(str(ICON), size="large")
page = st.navigation(
    [
        st.Page("train.py", title="Train", icon=":material/model_training:", default=True),
        st.Page("compare.py", title="Compare", icon=":material/compare_arrows:"),
    ],
    position="sidebar",
)
try:
    manager = run_manager()
    with remembered_address(page.title):
        page.run()
except DECLabError as error:
    st.error(verbatim(str(error)), icon=":material/error:")
    st.stop()
# TensorFlow takes seconds to load, so it loads while a person looks at the first screen.
manager.warm_up()

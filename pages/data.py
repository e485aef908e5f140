"""Data: what there is to train on, what it looks like, and what is wrong with it."""

from pages.ui.data.page import data_page

data_page()

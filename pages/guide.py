"""Guide: short lessons on DEC, each with a run that shows what it says."""

from pages.ui.guide.page import guide

guide()

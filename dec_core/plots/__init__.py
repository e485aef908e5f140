"""Pure functions from a view's numbers to plotly figures, one figure per file.

Law of the room: numbers first, drawing second; no Streamlit, no file. Figures name no colour
for text, grid or background: whoever shows them fills in its theme.
"""

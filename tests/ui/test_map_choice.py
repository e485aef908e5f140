"""The choice of a map, whatever else is on the page."""

from __future__ import annotations

from streamlit.testing.v1.element_tree import ButtonGroup

from dec_core.runs.manager import RunManager
from dec_core.runs.maps import MapRate
from dec_core.store.record import RunState
from tests.runs.short_runs import small_config, wait_for
from tests.ui.screens import new_screen


def test_a_choice_of_map_arrives_although_its_other_field_has_left_the_page(
    manager: RunManager,
) -> None:
    session = manager.start(small_config(), "digits")
    wait_for(session, RunState.FINISHED)
    screen = new_screen(run=session.run_id)
    (method,) = [one for one in screen.get("button_group") if one.key == "map_method"]
    assert isinstance(method, ButtonGroup)
    method.set_value("UMAP at the end")
    states = screen._tree.get_widget_states()
    kept = [state for state in states.widgets if not state.id.endswith("map_every")]
    del states.widgets[:]
    states.widgets.extend(kept)
    del screen.session_state["map_every"]
    screen._run(states)
    assert not screen.exception
    assert session.maps.rate is MapRate.END

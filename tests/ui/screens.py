"""The pages without a browser, and what a person would read on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, ButtonGroup, MenuButton

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


def new_screen(**query: str) -> AppTest:
    """A browser tab that opens the app with these query parameters; dots are written as __."""
    screen = AppTest.from_file(str(ROUTER), default_timeout=120)
    for name, value in query.items():
        screen.query_params[name.replace("__", ".")] = value
    return refresh(screen)


def opened(page: str, **query: str) -> AppTest:
    """A browser tab at the address of another page than Train, which has not run yet."""
    screen = AppTest.from_file(str(ROUTER), default_timeout=120)
    for name, value in query.items():
        screen.query_params[name] = value
    screen.switch_page(page)
    return screen


def come_again(screen: AppTest, page: str, **query: str) -> AppTest:
    """Look at the Guide, and come to a page by a link with these query parameters."""
    for place, values in (("guide.py", {}), (page, query)):
        screen.query_params.clear()
        screen.query_params.update(values)
        screen.switch_page(place)
        refresh(screen)
    return screen


def refresh(screen: AppTest) -> AppTest:
    """Run the script again; no screen may ever show an exception."""
    screen.run()
    return intact(screen)


def intact(screen: AppTest) -> AppTest:
    """The screen itself, if nothing on it went wrong."""
    assert not screen.exception, [error.message for error in screen.exception]
    return screen


def button(screen: AppTest, label: str) -> Button:
    """The one button of that label."""
    (found,) = [candidate for candidate in screen.button if candidate.label == label]
    return found


def click(screen: AppTest, label: str) -> AppTest:
    """Click the button of that label."""
    assert not button(screen, label).disabled
    button(screen, label).click().run()
    return intact(screen)


def enabled(screen: AppTest) -> dict[str, bool]:
    """Which buttons can be clicked, but for the one that saves a run's name."""
    return {one.label: not one.disabled for one in screen.button if one.label != "Save"}


def sentences(screen: AppTest) -> list[str]:
    """What the banners say."""
    kinds = (screen.error, screen.warning, screen.info, screen.success)
    return [banner.value for kind in kinds for banner in kind]


def where(screen: AppTest) -> str:
    """The line above the progress bar."""
    (progress,) = screen.get("progress")
    text: str = progress.proto.text
    return text


def metrics(screen: AppTest) -> dict[str, str]:
    """The numbers of the last update."""
    return {metric.label: metric.value for metric in screen.metric}


def plots(screen: AppTest) -> dict[str, dict[str, Any]]:
    """What each plot component was given, by the plot's name."""
    found = {}
    for element in screen.get("bidi_component"):
        if element.proto.component_name.endswith("live_plot"):
            about, _, figure = element.proto.bytes.decode().partition("\n")
            name = element.proto.id.rpartition("plot:")[2]
            found[name] = json.loads(about) | {"figure": figure}
    return found


def rows(screen: AppTest) -> dict[str, dict[str, Any]]:
    """The table of the Compare page by run id: what rows are sorted by, and the small print."""
    (table,) = [
        json.loads(element.proto.json)
        for element in screen.get("bidi_component")
        if element.proto.component_name.endswith("run_table")
    ]
    heads = [column["label"] for column in table["columns"]]
    return {
        row["run"]: {
            "About": row["about"],
            "Open": row["href"],
            "Color": row["color"],
            "State": row["state"]["phrase"],
            "Remark": row["state"]["note"],
            **{label: cell["sort"] for label, cell in zip(heads, row["cells"], strict=True)},
            **{f"{n} small": c["below"] for n, c in zip(heads, row["cells"], strict=True)},
        }
        for row in table["rows"]
    }


def setting(screen: AppTest, path: str) -> Any:
    """The form's field for a setting."""
    (found,) = [field for field in fields(screen) if _names(field.key, f":{path}", "setting:")]
    return found


def shown_runs(screen: AppTest) -> list[str]:
    """The runs that one click would show."""
    return [
        json.loads(element.proto.json)["run"]
        for element in screen.get("bidi_component")
        if element.proto.component_name.endswith("run_link")
    ]


def fields(screen: AppTest) -> list[Any]:
    """All fields of the page that are no buttons."""
    kinds = "selectbox select_slider slider text_input toggle radio".split()
    native = [field for kind in kinds for field in getattr(screen, kind)]
    numbers = [element for element in screen.get("bidi_component") if _is_number(element)]
    return [*native, *(NumberField(screen, element) for element in numbers)]


def _is_number(element: Any) -> bool:
    return str(element.proto.component_name).endswith("number_field")


class NumberField:
    """A number that is typed or slid; Streamlit's tests know no components."""

    def __init__(self, screen: AppTest, element: Any) -> None:
        self.screen, self.proto = screen, element.proto
        self.data: dict[str, Any] = json.loads(element.proto.json)
        self.key = element.proto.id.split("-", 2)[2]

    @property
    def label(self) -> str:
        return f"{self.data['label']} (changed)" if self.data["is_changed"] else self.data["label"]

    @property
    def help(self) -> str:
        return str(self.data["help"])

    @property
    def value(self) -> str:
        """The text in the box."""
        known = self.key in self.screen.session_state
        return str(self.screen.session_state[self.key]["value"] if known else self.data["text"])

    def set_value(self, value: Any) -> NumberField:
        """Type a value; ``run`` sends it as the browser does."""
        self.typed = str(value)
        return self

    def run(self) -> AppTest:
        states = self.screen._tree.get_widget_states()
        state = states.widgets.add()
        state.id, state.json_value = self.proto.id, json.dumps({"value": self.typed})
        return self.screen._run(states)


def problems(screen: AppTest) -> list[str]:
    """What stands beside the fields that are wrong."""
    native = [one.value for one in screen.sidebar.markdown if one.value.startswith(":red[")]
    typed = [field.data["problem"] for field in fields(screen) if isinstance(field, NumberField)]
    return [text.removeprefix(":red[").removesuffix("]") for text in native] + list(
        filter(None, typed)
    )


def preset_choice(screen: AppTest) -> Any:
    """The form's field for the preset."""
    (found,) = [field for field in screen.selectbox if _names(field.key, "", "preset:")]
    return found


def _names(key: str | None, ending: str, beginning: str) -> bool:
    """Every filling of the form makes new keys in between."""
    return key is not None and key.startswith(beginning) and key.endswith(ending)


def change(screen: AppTest, path: str, value: Any) -> AppTest:
    """Put a value into the form."""
    setting(screen, path).set_value(value).run()
    return intact(screen)


def captions(screen: AppTest) -> list[str]:
    """All captions."""
    return [caption.value for caption in screen.caption]


def menu(screen: AppTest, key: str) -> MenuButton[str]:
    """The menu of that key."""
    (found,) = [candidate for candidate in screen.get("menu_button") if candidate.key == key]
    assert isinstance(found, MenuButton)
    return found


def choose(screen: AppTest, key: str, option: str) -> AppTest:
    """Choose one of the segments of a control."""
    (found,) = [candidate for candidate in screen.get("button_group") if candidate.key == key]
    assert isinstance(found, ButtonGroup)
    found.set_value(option).run()
    return intact(screen)


def buttons_enabled(
    screen: AppTest, *, pause: bool, step: bool, stop: bool, is_paused: bool = False
) -> bool:
    """Whether the buttons of a run are as they should be; Start can always be clicked."""
    found = enabled(screen)
    # Whether a branch is possible depends on when the first checkpoint was written.
    for name in ("Start the branch", "Show this run's settings on the left", "Match"):
        found.pop(name, None)
    return found == {
        "Start next" if "Start next" in found else "Start": True,
        "Resume" if is_paused else "Pause": pause,
        "Next update": step,
        "One iteration": step,
        "Stop": stop,
        "Reset": False,
        "Export": True,
    }

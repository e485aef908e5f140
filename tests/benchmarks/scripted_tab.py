"""A client of the page that receives everything a browser would and draws nothing.

It speaks Streamlit's protocol: protobuf messages over a WebSocket. A fragment that is to run
again every few seconds is asked for by the client, here as in a browser.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

_PATIENCE = 120.0


class ScriptedTab:
    """An open page, from the beginning to the end of a ``with`` block.

    Parameters
    ----------
    address : of the server, "http://127.0.0.1:8501"
    query : of the page's address, "run=wild-wren-c139"

    Attributes
    ----------
    query : as the server has changed it since
    ticks : how often a fragment was asked for
    n_bytes : received so far
    """

    def __init__(self, address: str, query: str) -> None:
        self.query, self.ticks, self.n_bytes = query, 0, 0
        place = urlsplit(address).netloc
        self._socket = connect(f"ws://{place}/_stcore/stream", max_size=None, compression=None)
        self._page = ""
        self._buttons: dict[str, str] = {}
        self._timers: dict[str, threading.Event] = {}
        self._has_run = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        self._ask()
        self._wait(self._has_run, "the page")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._forget_timers()
        self._socket.close()
        self._reader.join(_PATIENCE)

    @property
    def run_id(self) -> str | None:
        """The run that the address names."""
        return parse_qs(self.query).get("run", [None])[0]

    def press(self, key: str) -> None:
        """Click the button of that key and wait for the page to be drawn anew."""
        self._has_run.clear()
        self._ask(button=self._buttons[key])
        self._wait(self._has_run, f"a click on {key}")

    def _ask(self, *, fragment: str = "", button: str = "") -> None:
        clicked = [WidgetState(id=button, trigger_value=True)] if button else []
        state = ClientState(
            query_string=self.query,
            page_script_hash=self._page,
            fragment_id=fragment,
            is_auto_rerun=bool(fragment),
            widget_states=WidgetStates(widgets=clicked),
        )
        self._socket.send(BackMsg(rerun_script=state).SerializeToString())

    def _read(self) -> None:
        try:
            while True:
                content = self._socket.recv(decode=False)
                self.n_bytes += len(content)
                self._take(ForwardMsg.FromString(content))
        except ConnectionClosed:
            return

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "delta" if message.delta.new_element.HasField("button"):
                identity = message.delta.new_element.button.id
                _, _, key = identity.split("-", 2)
                self._buttons[key] = identity
            case "new_session":
                self._page = message.new_session.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                self._tick(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._forget_timer(fragment)
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._has_run.set()

    def _tick(self, fragment: str, interval: float) -> None:
        self._forget_timer(fragment)
        is_over = self._timers[fragment] = threading.Event()

        def ask() -> None:
            while not is_over.wait(interval):
                self.ticks += 1
                self._ask(fragment=fragment)

        threading.Thread(target=ask, daemon=True).start()

    def _forget_timer(self, fragment: str) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment).set()

    def _forget_timers(self) -> None:
        for fragment in list(self._timers):
            self._forget_timer(fragment)

    @staticmethod
    def _wait(event: threading.Event, what: str) -> None:
        if not event.wait(_PATIENCE):
            raise RuntimeError(f"The server did not answer {what} within {_PATIENCE:.0f} s.")

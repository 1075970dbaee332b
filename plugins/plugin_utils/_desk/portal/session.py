# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A log-in at the portal: walks begin at the top page, are repeated when the line breaks, and never overlap."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
import time
import typing as t

from ....module_utils._core.phrases import Phrase
from ..desk import AccessRefused, DeskError, RequestRefused
from .filled_forms import Filling
from .screen_map import read_screen_map
from .transport import NeverSent, PortalTransport, Withheld
from .walking import take_walk
from .window import LoggedOut, Window

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from .map_parts import ScreenMap
    from .recording import ScreenRecording
    from .transport import PortalConnection
    from .window import Record, View

    Walked = t.TypeVar("Walked")

_NOT_IN: t.Final = Phrase(
    "the portal does not let portal_user in: {0}", "portal_user でポータルにログインできません: {0}"
)
_SHOWS_AGAIN: t.Final = Phrase("it shows the log-in screen again", "ログイン画面に戻りました")
_TURN: t.Final = Phrase(
    "waiting until another run with this portal_user on this machine is done",
    "この portal_user を使う別の実行が、このマシンで終わるのを待っています",
)
_LOG_INS: t.Final = 4  # of one walk, each after the session before it was ended by the portal


class Session:
    """Opens windows that are logged in; nothing is sent before the first walk."""

    def __init__(
        self,
        connection: PortalConnection,
        *,
        sleep: Callable[[float], None] = time.sleep,
        screen_map: ScreenMap | None = None,
        record: Record | None = None,
        recording: ScreenRecording | None = None,
    ) -> None:
        self._record = record
        self._recording = recording
        self.screen_map = screen_map or read_screen_map(connection.screen_map)
        self._connection = connection
        self._transport = PortalTransport(connection, sleep=sleep, keeps_cookies=connection.engine != "browser")
        self._view = _views(connection, self._transport)
        self._top: str | None = None
        self._not_in: DeskError | None = None
        self._thread = threading.RLock()
        self._has_turn = False

    @property
    def as_of(self) -> dt.datetime | None:
        """The portal's moment, as its last answer says it."""
        return self._transport.as_of

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Keep every other thread, and every other session of this log-in on this machine, waiting."""
        with self._thread:
            if self._has_turn:
                yield
                return
            with self._locked():
                self._has_turn = True
                try:
                    yield
                finally:
                    self._has_turn = False

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        who = f"{self._connection.url}\n{self._connection.user}"
        self._connection.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = self._connection.state / f"portal-{hashlib.sha256(who.encode()).hexdigest()[:16]}.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        with os.fdopen(descriptor, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # goes with the descriptor, and with the process
            except BlockingIOError:
                if self._connection.tell:
                    self._connection.tell(_TURN)
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def begin(self) -> None:
        """Begin a call of the desk: how long it may take is counted from here."""
        self._transport.begin()

    def walk(self, steps: Callable[[Window], Walked], *, opens: tuple[str, str] | None = None) -> Walked:
        """Take these steps from the top page on; they spend nothing, and are repeated when the line breaks.

        `opens` names a walk that opens an address first, and the address: who is logged in goes there at once.
        """
        with self.turn():
            self.begin()
            return self._transport.patience.try_again(lambda: self._walk(steps, opens))

    def _walk(self, steps: Callable[[Window], Walked], opens: tuple[str, str] | None) -> Walked:
        for _log_in in range(_LOG_INS - 1):
            # The portal ends sessions; the next window logs in again.
            with contextlib.suppress(LoggedOut):
                return steps(self._opened(*opens) if opens and self._top else self.open_top())
            opens = None
        return steps(self.open_top())

    def _opened(self, walk: str, address: str) -> Window:
        """Open a window at an address that a walk would open from the top page; there where that leads elsewhere."""
        first, *rest = self.screen_map.walks[walk]
        if first.screen == "top" and first.open and rest and not rest[0].at_times:
            window = self.open_window()
            window.go(address)
            if window.shows(rest[0].screen):
                return window
        return self.open_top()

    def open_top(self) -> Window:
        """Open a window at the top page, logged in."""
        window = self.open_window()
        window.go(self._top or self._connection.url)
        if window.expect("top", "log_in") == "log_in":
            self._log_in(window)
        self._top = window.page.url
        return window

    def _log_in(self, window: Window) -> None:
        """Send the password once; after a log-in that failed nothing is tried again, for portals lock accounts."""
        if self._not_in:
            raise self._not_in
        connection = self._connection
        filling = Filling(fill={"master_id": connection.user, "password": connection.password})
        try:
            take_walk(window, "log_in", filling)
        except RequestRefused:
            self._not_in = AccessRefused(_NOT_IN.filled(window.read_alerts() or _SHOWS_AGAIN))
            self._not_in.tried_out = True
            raise self._not_in from None
        except (NeverSent, Withheld):
            raise
        except DeskError as error:
            error.tried_out = True
            self._not_in = error
            raise

    def open_window(self) -> Window:
        copies = self._connection.state / "screens"
        return Window(
            self._view(), screen_map=self.screen_map, copies=copies, record=self._record, recording=self._recording
        )


def _views(connection: PortalConnection, transport: PortalTransport) -> Callable[[], View]:
    """Return what each new window looks through: the one session, or a page of its own of a browser."""
    if connection.engine != "browser":
        return lambda: transport
    from .browser import Browser  # Playwright is needed here only

    return Browser(connection, transport).open_tab


__all__ = ("Session",)

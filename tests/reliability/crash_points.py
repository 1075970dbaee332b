# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an apply can be killed: at every HTTP exchange and at every line of the ledger, by hooks below our code.

The hooks are in urllib3 and os.fsync, so that they stay where they are however the code above them changes, and around
the one function that reads an answer to its end.
A moment is named by what is asked for which order, not by a count of everything: "POST applications/web#1 unread" is
the first purchase of order web, answered by the desk, the answer not read. Threads may come there in any order.
"""

from __future__ import annotations

import collections
import fcntl
import json
import os
import pathlib
import re
import select
import signal
import threading
import time
import typing as t
import urllib.parse

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api import transport as api
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.http import exchange as exchange_whole
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import transport as portal
from urllib3.connection import HTTPConnection

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.http import Reply

# Of an exchange: before anything is sent; the moment it is sent; the desk has answered, nothing was read; all was read.
EXCHANGE_POINTS: t.Final = ("unsent", "sent", "unread", "answered")
# Of a line of the ledger: not there; half there; there, not synced; synced.
LEDGER_POINTS: t.Final = ("unwritten", "torn", "written", "synced")
LEDGER_SUFFIX: t.Final = ".ledger.jsonl"
PATIENCE: t.Final = 30.0  # seconds that the desk may take to answer before the unread answer is given up

_sleep = time.sleep


class Moment(t.NamedTuple):
    """One moment of an apply."""

    exchange: str
    point: str

    def __str__(self) -> str:
        return f"{self.exchange} {self.point}"


class Names(t.Protocol):
    """How an adapter's exchanges are called."""

    def exchange(self, method: str, url: str, body: object, *, orders: t.Mapping[str, str]) -> str:
        """What is asked for which order; `orders` has the names of the contract IDs seen so far."""

    def seen(self, reply: Reply) -> t.Mapping[str, str]:
        """The order of every contract ID in this answer."""


class Hooks:
    """Passes every moment of this process to `note`, and ends the process at one of them with SIGKILL."""

    def __init__(self, names: Names, *, kill: Moment | None, note: t.Callable[[Moment], None]) -> None:
        self._names = names
        self._kill = kill
        self._note = note
        self._lock = threading.Lock()
        self._counts: collections.Counter[str] = collections.Counter()
        self._orders: dict[str, str] = {}
        self._thread = threading.local()

    def install(self) -> None:
        """Put the hooks in, for the rest of this process; pauses become short, for nobody is waited for."""
        self._wrap_connection()
        self._wrap_answers()
        self._wrap_fsync()
        # Replaced in the module itself: urllib3's back-off and the collection's pauses both look it up there.
        time.sleep = lambda seconds: _sleep(min(float(seconds), 0.002))

    def _reach(self, exchange: str, point: str) -> None:
        moment = Moment(exchange, point)
        self._note(moment)
        if moment == self._kill:
            os.kill(os.getpid(), signal.SIGKILL)

    def _numbered(self, name: str) -> str:
        with self._lock:
            self._counts[name] += 1
            return f"{name}#{self._counts[name]}"

    def _wrap_connection(self) -> None:
        send, answer = HTTPConnection.request, HTTPConnection.getresponse

        def request(connection: HTTPConnection, method: str, url: str, body: t.Any = None, **more: t.Any) -> None:
            name = self._names.exchange(method, url, body, orders=self._orders)
            self._thread.exchange = exchange = self._numbered(name)
            self._reach(exchange, "unsent")
            send(connection, method, url, body=body, **more)
            self._reach(exchange, "sent")

        def getresponse(connection: HTTPConnection) -> t.Any:
            if self._kill == (self._thread.exchange, "unread"):
                select.select([connection.sock], [], [], PATIENCE)
            self._reach(self._thread.exchange, "unread")
            return answer(connection)

        HTTPConnection.request = request  # type: ignore[method-assign,assignment]
        HTTPConnection.getresponse = getresponse  # type: ignore[method-assign,assignment]

    def _wrap_answers(self) -> None:
        def exchange(*args: t.Any, **more: t.Any) -> Reply:
            reply = exchange_whole(*args, **more)
            with self._lock:
                self._orders.update(self._names.seen(reply))
            self._reach(self._thread.exchange, "answered")
            return reply

        api.exchange = portal.exchange = exchange

    def _wrap_fsync(self) -> None:
        """The lines of one write are those that came since the ledger was locked for it."""
        sync, lock = os.fsync, fcntl.flock
        begun: dict[str, int] = {}

        def flock(file: t.Any, operation: int) -> None:
            lock(file, operation)
            name = getattr(file, "name", None)
            path = pathlib.Path(f"/proc/self/fd/{file.fileno()}").readlink() if isinstance(name, int) else None
            if path and path.name.endswith(LEDGER_SUFFIX):
                begun[str(path)] = path.stat().st_size

        def fsync(descriptor: int) -> None:
            file = pathlib.Path(f"/proc/self/fd/{descriptor}").readlink()
            if not file.name.endswith(LEDGER_SUFFIX):
                sync(descriptor)
                return
            begin = begun[str(file)]
            lines = []
            for text in file.read_bytes()[begin:].splitlines(keepends=True):
                line = self._numbered(_line_name(text)) if text.strip() else None
                if line:
                    lines.append(line)
                    self._reach_torn(line, file, begin=begin, end=begin + len(text))
                begin += len(text)
            for line in lines:
                self._reach(line, "written")
            sync(descriptor)
            for line in lines:
                self._reach(line, "synced")

        os.fsync = fsync  # type: ignore[assignment]
        fcntl.flock = flock  # type: ignore[assignment]

    def _reach_torn(self, line: str, file: pathlib.Path, *, begin: int, end: int) -> None:
        """What a kill before or within the write would have left is made here by cutting the file."""
        for point, left in (("unwritten", begin), ("torn", (begin + end) // 2)):
            if self._kill == (line, point):
                os.truncate(file, left)
            self._reach(line, point)


def _line_name(line: bytes) -> str:
    told = json.loads(line)
    return f"ledger {told.get('kind')} {told.get('step')}/{told.get('order')}"


class ApiNames:
    """The exchanges of the JSON interface."""

    def exchange(self, method: str, url: str, body: object, *, orders: t.Mapping[str, str]) -> str:
        parts = urllib.parse.urlsplit(url)
        steps = parts.path.removeprefix("/api/v1/").split("/")
        asked = urllib.parse.parse_qs(parts.query)
        if steps == ["applications"] and method == "POST":
            reference = json.loads(t.cast("bytes", body))["client_reference"]
            return f"POST applications/{_order_of(reference)}"
        if "client_reference" in asked:
            return f"GET look-up/{'+'.join(map(_order_of, asked['client_reference']))}"
        if len(steps) > 1:
            return f"{method} {steps[2] if len(steps) > 2 else steps[0]}/{orders.get(steps[1], steps[1])}"
        return f"{method} {steps[0]}"

    def seen(self, reply: Reply) -> t.Mapping[str, str]:
        try:
            told = json.loads(reply.body)
        except ValueError:
            return {}
        if not isinstance(told, dict):
            return {}
        rows = told["results"] if "results" in told else [told.get("result")]
        return {row["contract_id"]: _named(row) for row in rows if isinstance(row, dict) and "common_name" in row}


_COMMON_NAME: t.Final = re.compile(r"(?:\*\.)?([a-z]+)\.c\d+\.example\.jp")
_LISTED: t.Final = re.compile(rf"(rsc\d{{8}}).*?{_COMMON_NAME.pattern}", re.DOTALL)


class PortalNames:
    """The exchanges with the portal's screens: an apply has one session, which does one thing after the other."""

    def __init__(self) -> None:
        self._order = "-"  # what the form on its way is about; its last button no longer says so

    def exchange(self, method: str, url: str, body: object, *, orders: t.Mapping[str, str]) -> str:
        steps = urllib.parse.urlsplit(url).path.removeprefix("/portal/").split("/")
        named = _COMMON_NAME.search(urllib.parse.unquote_plus(str(body))) if body else None
        self._order = named[1] if named else self._order
        if steps[0] == "orders" and steps[-1] in ("confirm", "done"):
            return f"{method} {steps[-1]}/{self._order}"
        order = next((orders.get(step, step) for step in steps if step.startswith("rsc")), None)
        words = " ".join(step for step in steps if not step.startswith("rsc")) or "top"
        return f"{method} {words}/{order}" if order else f"{method} {words}"

    def seen(self, reply: Reply) -> t.Mapping[str, str]:
        told = reply.body.decode(errors="replace") if reply.url.endswith("/certificates/status") else ""
        return dict(_LISTED.findall(told))


def _order_of(reference: str) -> str:
    """The order's name in portfolio/name/generation."""
    return reference.split("/")[1] if reference.count("/") == 2 else reference


def _named(row: t.Mapping[str, t.Any]) -> str:
    # Every world gives an order the name that its common name begins with.
    return str(row["common_name"]).removeprefix("*.").partition(".")[0]


__all__ = ("EXCHANGE_POINTS", "LEDGER_POINTS", "LEDGER_SUFFIX", "ApiNames", "Hooks", "Moment", "Names", "PortalNames")

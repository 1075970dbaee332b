# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that no desk should give: each ends in values that fit or in a DeskError, soon, and in little memory.

Usage: fuzz_wires.py [--seed N] [--count N]; so many answers each for JSON and for screens, the same for the same seed.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import dataclasses as dc
import functools
import itertools
import multiprocessing
import pathlib
import random
import resource
import socket
import sys
import tempfile
import threading
import time
import traceback
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "collections")]

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api import transport as api  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskError  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import transport as portal  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import LinkWork, Relinking  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, State  # noqa: E402
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample  # noqa: E402
from wire_answers import (  # noqa: E402
    Respond,
    endless_json,
    endless_screens,
    nasty_json,
    nasty_screens,
    right_json,
    right_screens,
)

if t.TYPE_CHECKING:
    from multiprocessing.connection import Connection

SLOWEST: t.Final = 30.0  # seconds that one answer may take
MOST_MEMORY: t.Final = 150 << 10  # KiB by which the process may grow
_TIMEOUT: t.Final = 0.5  # seconds; 20 times as many for a whole call
_ENDLESS: t.Final = 500  # one answer of so many has no end
_MAKERS: t.Final = {
    "json": (nasty_json, endless_json),
    "screens": (nasty_screens, endless_screens),
    "right json": (lambda _random: right_json,) * 2,
    "right screens": (lambda _random: right_screens,) * 2,
}
_FORKS: t.Final = multiprocessing.get_context("fork")
_ORDER: t.Final = sample.order()
_APPLICATION: t.Final = Application(
    contract_id="rsc00000001", client_reference="default/www/1", customer_code="SG00000001",
    common_name="www.example.jp", product="sureserver_cloud", term="6 months", usage="other",
    linked_contract_id=None, linked_service=None, state=State.AWAITING_REGISTRATION,
)  # fmt: skip
_RENEWABLE: t.Final = dc.replace(_APPLICATION, current=sample.certificate())
_RELINKING: t.Final = Relinking(work=LinkWork.CHANGE, service="s", contract_id="rmw2", was="rga1")
_CALLS: t.Final[tuple[t.Callable[[t.Any], object], ...]] = (
    lambda desk: desk.list_products(),
    lambda desk: desk.list_linked_contracts(),
    lambda desk: desk.list_applications(),
    lambda desk: desk.read_in_full(_APPLICATION),
    lambda desk: desk.find_application("default/www/1"),
    lambda desk: desk.fetch_certificate(_APPLICATION),
    lambda desk: desk.quote(_ORDER),
    lambda desk: desk.register(_APPLICATION, _ORDER, None),
    lambda desk: desk.place(_ORDER, "default/www/1"),
    lambda desk: desk.cancel(_APPLICATION),
    lambda desk: desk.renew(_RENEWABLE, _ORDER, "default/www/1/renewal:0"),
    lambda desk: desk.reissue(_RENEWABLE, _ORDER, "default/www/1/reissue:0", "key_lost"),
    lambda desk: desk.relink(_RENEWABLE, _RELINKING, "default/www/1/relink:0"),
)


@dc.dataclass
class Run:
    """What was seen so far."""

    outcomes: collections.Counter[tuple[str, str]] = dc.field(default_factory=collections.Counter)
    failures: list[str] = dc.field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    grown: int = 0  # KiB

    def phrase(self, took: float) -> str:
        """The figures, for people."""
        lines = [f"{self.outcomes.total():,} answers in {took:.0f} s, {len(self.failures)} failures"]
        for wire in sorted({wire for wire, _outcome in self.outcomes}):
            outcomes = {outcome: count for (of, outcome), count in self.outcomes.most_common() if of == wire}
            lines.append(f"  {wire:7} " + ", ".join(f"{outcome} {count:,}" for outcome, count in outcomes.items()))
        lines.append(f"  slowest {self.slowest[0]:.1f} s ({self.slowest[1]}); memory grew by {self.grown >> 10} MiB")
        return "\n".join([*lines, *self.failures])


class _Server:
    """Answers on loopback, in a process of its own: what it holds in memory is not the collection's."""

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._line, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=_serve, args=(listener, theirs), daemon=True)
        self._process.start()
        listener.close()

    def answer_like(self, *case: object) -> None:
        """Have every answer made for this case from now on."""
        self._line.send(case)
        self._line.recv()

    def end(self) -> None:
        self._process.terminate()
        self._process.join()


def _serve(listener: socket.socket, orders: Connection) -> None:
    current: list[Respond] = []

    def accept() -> None:
        while True:
            with contextlib.suppress(OSError):
                line, _address = listener.accept()
                threading.Thread(target=_answer, args=(line, current[-1]), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    while True:
        seed, wire, number = orders.recv()
        nasty, endless = _MAKERS[wire]
        make = endless if number % _ENDLESS == _ENDLESS - 1 else nasty
        current[:] = [make(random.Random(f"{seed}/{wire}/{number}"))]
        orders.send(None)


def _answer(line: socket.socket, respond: Respond) -> None:
    with contextlib.suppress(OSError, ValueError), line:
        line.settimeout(5)
        asked = line.recv(1 << 16)
        method, path = asked.split(b" ", 2)[:2]
        sent = respond(method.decode(), path.decode("ascii", "replace"))
        line.sendall(sent.content)
        while sent.drips:
            time.sleep(0.05)
            line.sendall(sent.drips)
        line.shutdown(socket.SHUT_WR)
        while line.recv(1 << 16):  # a reset would throw away what was sent
            pass


def run(*, seed: int, count: int, wires: tuple[str, ...] = ("json", "screens")) -> Run:
    """Feed so many answers to each wire."""
    seen, server = Run(), _Server()
    with tempfile.TemporaryDirectory() as folder:
        desks = {
            "json": functools.partial(_api, server.url),
            "screens": functools.partial(_portal, server.url, pathlib.Path(folder)),
        }
        begin = 0
        for wire, number in itertools.product(wires, range(count)):
            server.answer_like(seed, wire, number)
            call = random.Random(f"{seed}/{wire}/{number}/call").choice(_CALLS)
            _feed(desks[wire](), call, seen, wire=wire, label=f"{wire} {seed}/{number}")
            begin = begin or _memory()
        seen.grown = _memory() - begin
    server.end()
    return seen


def hear_right_answers(wire: str) -> list[str]:
    """Call everything at a desk that answers as it should: each call's name, and what came of it."""
    server = _Server()
    with tempfile.TemporaryDirectory() as folder:
        server.answer_like(1, f"right {wire}", 0)
        outcomes = []
        for call in _CALLS:
            seen, desk = Run(), _api(server.url) if wire == "json" else _portal(server.url, pathlib.Path(folder))
            _feed(desk, call, seen, wire=wire, label=wire)
            outcomes.append(f"{call.__code__.co_names[0]}: {next(iter(seen.outcomes))[1]}")
    server.end()
    return outcomes


def _api(url: str) -> ApiDesk:
    return ApiDesk(api.ApiConnection(url=url, token="t", timeout=_TIMEOUT, sleep=_no_sleep))


def _portal(url: str, folder: pathlib.Path) -> PortalDesk:
    connection = portal.PortalConnection(url=f"{url}/", user="u", password="pass-word", timeout=_TIMEOUT, state=folder)
    return PortalDesk(connection, sleep=_no_sleep)


def _no_sleep(_seconds: float) -> None:
    """Nothing waits."""


def _feed(desk: object, call: t.Callable[[t.Any], object], seen: Run, *, wire: str, label: str) -> None:
    begin = time.monotonic()
    try:
        outcome = "values"
        _check(repr(_texts(call(desk))))
    except DeskError as error:
        outcome = type(error).__name__
        for sentence in error.phrase:
            if not all(map(_is_shown, sentence)):
                seen.failures.append(f"{label}: not printable: {sentence!a}")
    except Exception:
        outcome = "ESCAPED"
        seen.failures.append(f"{label}: {traceback.format_exc()}")
    took = time.monotonic() - begin
    if took > SLOWEST:
        seen.failures.append(f"{label}: took {took:.1f} s")
    seen.outcomes[wire, outcome] += 1
    seen.slowest = max(seen.slowest, (took, label))


def _texts(value: object) -> object:
    """Values as they are shown; what is written with escapes in a repr() is not printable."""
    if isinstance(value, (list, tuple)):
        return [_texts(item) for item in value]
    if dc.is_dataclass(value) and not isinstance(value, type):
        rows = {field.name: getattr(value, field.name) for field in dc.fields(value)}
        return [text for name, text in rows.items() if isinstance(text, str) and name not in ("certificate", "chain")]
    return value


def _check(shown: str) -> None:
    if not all(map(_is_shown, shown)) or "\\x" in shown or "\\u" in shown:
        raise AssertionError(f"kept as it came: {shown[:200]!a}")


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in "\u3000\xa0"


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--wire", choices=("json", "screens"), action="append")
    options = parser.parse_args()
    begin = time.monotonic()
    seen = run(seed=options.seed, count=options.count, wires=tuple(options.wire or ("json", "screens")))
    sys.stdout.write(seen.phrase(time.monotonic() - begin) + "\n")
    return 1 if seen.failures or seen.grown > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())

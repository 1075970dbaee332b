# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of desk: by_hand killed before every touch of a file, alone and beside others, and judged by the files.

A cell: a world of records, lists or certificates; the touch before which the recorder is killed; how many others
record the same at the same moment; who runs it again. Nothing that was recorded may be lost, no contract may get
another one's certificate, and in the end the files must be those of a recording that nobody disturbed.
"""

from __future__ import annotations

import dataclasses as dc
import os
import pathlib
import signal
import sys
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import record as task
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins import authority as ca
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Json = dict[str, t.Any]

# What touches a file in a way that others can see [Python, audit events].
TOUCHES: t.Final = ("os.rename", "os.remove", "os.mkdir", "os.chmod", "os.link", "tempfile.mkstemp", "fcntl.flock")
NAMES: t.Final = ("www", "api", "shop")
OTHERS: t.Final = (0, 1, 2)
HEAD: t.Final = "サービスコード\tコモンネーム\t品目\t有効期限\tステータス\n"


def _authority() -> ca.Authority:
    key, certificate = ca.self_signed("Root", authority=True)
    return ca.Authority("Root", key, certificate, ()).below("Issuing")


ISSUING: t.Final = _authority()
KEYS: t.Final = {name: ec.generate_private_key(ec.SECP256R1()) for name in NAMES}
CSRS: t.Final = {name: sample.csr_of(key, f"{name}.example.jp") for name, key in KEYS.items()}
LEAVES: t.Final = {
    kind: {
        name: ISSUING.issue(f"{name}.example.jp", key=key, since=ca.NOW - days * ca.DAY) for name, key in KEYS.items()
    }
    for kind, days in (("first", 9), ("reissued", 1))
}
INSTALL: t.Final = {"certificate": "/etc/pki/x.pem", "chain": "/etc/pki/chain.pem"}
ORDERS: t.Final[tuple[Order, ...]] = tuple(
    sample.target_order(name=name, common_name=f"{name}.example.jp", install=INSTALL) for name in NAMES
)


@dc.dataclass(frozen=True, kw_only=True)
class World:
    """What was recorded before, and what is recorded now."""

    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


WORLDS: t.Final = {
    "ordered": World(now=("ordered",)),
    "registered": World(before=("ordered",), now=("registered",)),
    "both at once": World(now=("ordered", "registered")),
    "listed": World(before=("ordered",), now=("listing",)),
    "found on the list": World(now=("listing",)),
    "issued": World(before=("ordered", "registered"), now=("first",)),
    "reissued": World(before=("ordered", "registered", "first"), now=("reissued",)),
    "all of it": World(before=("ordered",), now=("registered", "listing", "first")),
    "cancelled": World(before=("ordered", "registered", "first"), now=("cancelled",)),
}


@dc.dataclass(frozen=True, kw_only=True)
class Cell:
    """One disturbance: the recorder is killed before its touch of this number, beside so many others."""

    world: str
    touch: int
    others: int
    again_by: str  # "same": what was killed is recorded once more; "plan": somebody looks first

    @property
    def id(self) -> str:
        return f"{self.world}: touch {self.touch}: {self.others} others: {self.again_by}"


def options_of(folder: pathlib.Path, deeds: tuple[str, ...]) -> Json:
    """A task that records these deeds."""
    states = [deed for deed in deeds if deed in ("ordered", "registered", "cancelled")]
    days = {"ordered": "2026-11-10", "registered": "2026-11-11", "cancelled": "2026-11-22"}
    records = [
        {"order": name, "state": state, "date": days[state], "contract_id": f"rsc{number:08}"}
        for state in states
        for number, name in enumerate(NAMES)
    ]
    came = [deed for deed in deeds if deed in LEAVES]
    return {
        "desk": "by_hand", "desk_folder": str(folder / "desk"), "lang": "en", "portfolio": "p", "screen_map": None,
        "slice": None, "plan_file": None, "prices": None, "records": records, "records_file": None,
        "listing": str(folder / "list.txt") if "listing" in deeds else None, "take_over": True,
        "inbox": str(folder / came[0]) if came else None,
    }  # fmt: skip


def make_world(folder: pathlib.Path, world: World) -> None:
    """The files of a world, as they are before its recording."""
    desk = folder / "desk"
    (desk / "csrs").mkdir(parents=True)
    (desk / "register.yml").write_text("# ours\nversion: 1\ncontracts: []\n", encoding="utf-8")
    rows = []
    for number, name in enumerate(NAMES):
        (desk / "csrs" / f"rsc{number:08}.csr").write_text(CSRS[name], encoding="ascii")
        rows.append(f"rsc{number:08}\t{name}.example.jp\tSureServer for クラウド\t―\t認証局へ申請中\n")
    (folder / "list.txt").write_text(HEAD + "".join(rows), encoding="utf-8")
    for kind, leaves in LEAVES.items():
        (folder / kind).mkdir()
        for name, leaf in leaves.items():
            (folder / kind / f"{name}.pem").write_text(ca.pem(leaf) + ISSUING.chain_pem, encoding="ascii")
    for deed in world.before:
        run(folder, (deed,))


def run(folder: pathlib.Path, deeds: tuple[str, ...]) -> None:
    """Record these deeds in this process, which keeps nothing of the world afterwards."""
    clock, state = task.read_clock, os.environ.get("XDG_STATE_HOME", "")
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    task.read_clock = lambda: ca.NOW  # type: ignore[assignment]
    try:
        task.record(options_of(folder, deeds), ORDERS, pretend=False, lang="en")
    finally:
        task.read_clock, os.environ["XDG_STATE_HOME"] = clock, state  # type: ignore[assignment]


def killed_run(folder: pathlib.Path, deeds: tuple[str, ...], *, touch: int | None) -> int:
    """Record in a process of its own, which is killed before its touch of this number; returns the process."""
    process = os.fork()
    if process:
        return process
    count = 0

    def hook(event: str, arguments: tuple[t.Any, ...]) -> None:
        nonlocal count
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event not in TOUCHES and not writes:
            return
        if count == touch:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    status = 1
    try:
        sys.addaudithook(hook)
        run(folder, deeds)
        status = 0
    finally:
        # Without a kill the status tells how many touches there are.
        os._exit(min(count, 250) if touch is None and status == 0 else 251 + status)


def count_touches(folder: pathlib.Path, world: World) -> int:
    """How often an undisturbed recording of this world touches a file."""
    make_world(folder, world)
    _process, status = os.waitpid(killed_run(folder, world.now, touch=None), 0)
    count = os.waitstatus_to_exitcode(status)
    assert 0 < count < 250, f"the recording itself fails: {count}"
    return count


def cells(touches: Callable[[str], int]) -> Iterator[Cell]:
    """Every cell there is."""
    for world in WORLDS:
        for touch in range(touches(world)):
            for others in OTHERS:
                for again_by in ("same", "plan"):
                    yield Cell(world=world, touch=touch, others=others, again_by=again_by)


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    """What the desk's folder holds, except for what a killed run has left half made under a hidden name."""
    desk = folder / "desk"
    files = [file for file in desk.rglob("*") if file.is_file() and not file.name.startswith(".")]
    return {str(file.relative_to(desk)): file.read_bytes() for file in files}


def judge(cell: Cell, folder: pathlib.Path, end: dict[str, bytes]) -> list[str]:
    """Live through one cell; returns what is wrong."""
    world = WORLDS[cell.world]
    make_world(folder, world)
    start = contents(folder)
    processes = [killed_run(folder, world.now, touch=cell.touch)]
    processes += [killed_run(folder, world.now, touch=None) for _number in range(cell.others)]
    statuses = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
    wrong = [f"a recorder failed: {status}" for status in statuses[1:] if status > 250]
    wrong += [] if statuses[0] == -signal.SIGKILL or cell.others else [f"it was not killed: {statuses[0]}"]
    wrong += lost(start, contents(folder)) + mixed_up(folder)
    if cell.again_by == "plan":
        ByHandDesk(str(folder / "desk")).list_applications()
    run(folder, world.now)
    after = contents(folder)
    return wrong + mixed_up(folder) + [f"{name} is not as it should be" for name in end if after.get(name) != end[name]]


def lost(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """What was recorded before and is not any more."""
    contracts = {line for line in before["register.yml"].split(b"\n") if b"contract_id" in line}
    kept = after.get("register.yml", b"").split(b"\n")
    gone = [f"{line!r} is lost" for line in sorted(contracts) if line not in kept]
    return gone + [f"{name} is lost" for name in before if name not in after]


def mixed_up(folder: pathlib.Path) -> list[str]:
    """Every contract that is recorded as issued without its own certificate in its place."""
    desk = ByHandDesk(str(folder / "desk"), now=lambda: ca.NOW)
    wrong = []
    for application in desk.list_applications():
        if application.certificate_fingerprint:
            leaf = load_pem_x509_certificate(desk.fetch_certificate(application).certificate.encode())
            name = application.common_name.partition(".")[0]
            if leaf.public_key() != KEYS[name].public_key():
                wrong.append(f"{application.contract_id} has the certificate of another contract")
    return wrong


__all__ = ("WORLDS", "Cell", "cells", "contents", "count_touches", "judge", "make_world", "run")

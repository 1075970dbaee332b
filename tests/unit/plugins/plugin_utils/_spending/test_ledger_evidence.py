# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger never says more than is on the disk, whatever it is told, whatever its file is, whichever desk it is of."""

from __future__ import annotations

import concurrent.futures
import csv
import fcntl
import io
import json
import os
import pathlib
import shutil
import threading
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger, LedgerUnusable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import (
    audit_ledger,
    export_ledger,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_file import (
    find_default_ledger,
    find_ledgers,
    name_origin,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    DV,
    OV,
    DeskInMemory,
    booked,
    now,
    portfolio,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

OLD: t.Final = pathlib.Path(__file__).with_name("ledgers") / "of_0_1_0.ledger.jsonl"  # of a release before origins
ODD: t.Final = ("rsc\ud800", "a\nb\r\x1b]0;x\x07", "\u202e\u2028", "x" * 100_000, "\0")
DESK, OTHER = "https://desk.example.jp:443", "http://127.0.0.1:8000"


class Lists(DeskInMemory):
    """A desk that keeps no references; `lost`: no answer comes, and nothing is booked."""

    keeps_references = False
    by_people = False
    lost = False

    def quote(self, order: Order, renews: Application | None = None) -> None:
        """Nothing is wrong with it."""

    def place(self, order: Order, client_reference: str) -> Application:
        if self.lost:
            raise OutcomeUnknown("lost")
        self.purchases.append(order.name)
        return self.put(booked(order, None, number=len(self.purchases)))


def apply(
    desk: DeskInMemory, path: pathlib.Path, *orders: dict[str, t.Any], origin: str = DESK, concurrency: int = 1
) -> tuple[Outcome, ...]:
    wanted = portfolio(*orders)
    made = make_plan(wanted, observe(desk, wanted, portfolio="p"), portfolio="p")
    performer = Performer(
        desk=desk, ledger=Ledger(path, now=now, desk=origin), portfolio="p", sleep=lambda _seconds: None, now=now,
        progress=lambda _outcome: None, concurrency=concurrency,
    )  # fmt: skip
    return performer.perform_contracts(made.list_steps(), listed=made.listed)


def written_together(ledger: Ledger, path: pathlib.Path, calls: list[t.Callable[[], str]]) -> list[t.Any]:
    """What each of these calls returns or raises, all of them written by one thread that waited for the disk."""
    path.touch()
    with path.open("rb") as held, concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        fcntl.flock(held, fcntl.LOCK_EX)
        first = pool.submit(ledger.intend, "place", order="first")
        while not ledger._disk.locked():
            threading.Event().wait(0.001)
        todo = [pool.submit(call) for call in calls[1:]] if len(calls) > 1 else []
        while len(ledger._waiting) < len(todo):
            threading.Event().wait(0.001)
        fcntl.flock(held, fcntl.LOCK_UN)
        return [each.exception(10) or each.result(10) for each in (first, *todo)]


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_words_of_a_desk_take_no_other_line_along(text: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "l.jsonl"
    ledger = Ledger(path, now=now)
    calls: list[t.Callable[[], str]] = [lambda: ledger.intend("place", order="x", error=text) for _ in range(4)]
    attempts = written_together(ledger, path, calls)
    assert all(isinstance(attempt, str) and len(attempt) == 12 for attempt in attempts), attempts
    found = audit_ledger(path)
    assert (len(found.lines), found.broken, found.torn) == (4, None, ())
    kept = found.lines[-1]["error"]
    assert kept.isprintable() and len(kept) <= 500
    # Another process goes on from there.
    Ledger(path, now=now).conclude("place", order="x", booked=text, unknown=False)
    assert audit_ledger(path).broken is None


@pytest.mark.parametrize(
    "failure", [OSError(28, "No space left on device"), ValueError("x"), MemoryError(), TypeError()]
)
def test_no_line_passes_for_written_whatever_fails(
    failure: Exception, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_descriptor: int) -> None:
        raise failure

    path = tmp_path / "l.jsonl"
    ledger = Ledger(path, now=now)
    monkeypatch.setattr(os, "fsync", broken)
    calls: list[t.Callable[[], str]] = [lambda: ledger.intend("place", order="x") for _ in range(4)]
    told = written_together(ledger, path, calls)
    assert [type(each) for each in told] == [LedgerUnusable] * 4
    assert all(str(each).count(str(path)) == 1 and "None" not in str(each) for each in told)


def test_a_fact_that_is_no_json_is_no_line(tmp_path: pathlib.Path) -> None:
    with pytest.raises(LedgerUnusable):
        Ledger(tmp_path / "l.jsonl", now=now).intend("place", order=object())


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_full_disk_buys_nothing(concurrency: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    desk = DeskInMemory()
    done = apply(desk, tmp_path / "l.jsonl", OV, DV, concurrency=concurrency)
    assert {type(outcome.error) for outcome in done} == {LedgerUnusable}
    assert (desk.purchases, any(outcome.unknown for outcome in done)) == ([], False)


@pytest.mark.parametrize("kind", [DeskInMemory, Lists])
def test_a_disk_that_is_full_after_the_purchase_is_told_with_the_contract(
    kind: type[DeskInMemory], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, sync = kind(), os.fsync

    def full(descriptor: int) -> None:
        if desk.purchases:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    (outcome,) = apply(desk, tmp_path / "l.jsonl", OV, DV)
    assert isinstance(outcome.error, LedgerUnusable)
    assert "rsc00000001" in str(outcome.error) and len(desk.purchases) == 1
    monkeypatch.undo()
    assert [each.error for each in apply(desk, tmp_path / "l.jsonl", OV, DV)] == [None]
    assert len(desk.purchases) == 2


def a_fifo(path: pathlib.Path) -> None:
    os.mkfifo(path)


def a_device(path: pathlib.Path) -> None:
    path.symlink_to("/dev/zero")


def below_a_file(path: pathlib.Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


NO_FILES: t.Final[dict[str, t.Callable[[pathlib.Path], None]]] = {
    "a FIFO": a_fifo,
    "an endless device": a_device,
    "a folder": pathlib.Path.mkdir,
    "below a file": below_a_file,
}
INTENT: t.Final = {
    "at": "2026-11-22T05:00:00.000Z", "kind": "intent", "step": "place", "order": "www", "hash": "0" * 64,
    "previous": "0" * 64, "client_reference": "p/www/1", "common_name": "www.example.jp", "listed": [],
}  # fmt: skip
NO_LINES: t.Final = {
    **{text: text for text in ("123", "[]", "null", '"x"', "1e999", "{}", "true", '{"hash": 5}')},
    **{
        f"{field}: {value!r}": json.dumps({**INTENT, field: value})
        for field, value in (
            ("listed", None), ("listed", [1]), ("listed", "x"), ("at", "soon"), ("at", 7),
            ("at", "2026-11-22T05:00:00"), ("hash", None), ("kind", []), ("step", 3),
            ("client_reference", 4), ("booked", {}), ("unknown", "no"), ("attempt", 0), ("desk", ["x"]),
            ("common_name", None),
        )
    },
}  # fmt: skip


def check_refused(kind: type[DeskInMemory], path: pathlib.Path) -> None:
    desk = kind()
    done = apply(desk, path, OV, DV)
    assert [type(outcome.error) for outcome in done] == [LedgerUnusable]
    assert str(done[0].error).count(str(path)) == 1
    assert desk.purchases == []


@pytest.mark.parametrize("kind", [DeskInMemory, Lists])
@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_of_lines_buys_nothing(
    make: t.Callable[[pathlib.Path], None], kind: type[DeskInMemory], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "state" / "l.jsonl"
    path.parent.mkdir()
    make(path)
    check_refused(kind, path)
    with pytest.raises(LedgerUnusable):
        audit_ledger(path)


@pytest.mark.parametrize("kind", [DeskInMemory, Lists])
@pytest.mark.parametrize("text", NO_LINES.values(), ids=NO_LINES)
def test_a_last_line_that_no_ledger_has_buys_nothing(
    text: str, kind: type[DeskInMemory], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "l.jsonl"
    apply(kind(), path, {**OV, "name": "before", "common_name": "before.example.jp"})
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")
    evidence = path.read_bytes()
    check_refused(kind, path)
    assert path.read_bytes() == evidence


def test_the_hash_of_the_last_whole_line_is_found_however_long_lines_are(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "l.jsonl"
    shutil.copy(OLD, path)
    for size in (65_000, 66_000, 70_000, 300_000):
        with path.open("ab") as file:  # torn lines, as long as an older release could write them
            file.write(b'{"error": "' + b"x" * size)
        Ledger(path, now=now).intend("place", order="later")
        assert audit_ledger(path).broken is None, size


def test_a_ledger_of_an_older_release_is_continued(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "l.jsonl"
    shutil.copy(OLD, path)
    assert (audit_ledger(path).broken, audit_ledger(path).torn) == (None, (7,))
    for origin in (DESK, OTHER):  # its lines may be of any desk, and a forgotten attempt would be bought again
        (held,) = apply(Lists(), path, OV, origin=origin)
        assert "certificate_not_booked=860a7e3886d1" in str(held.error)
    assert [type(outcome.error) for outcome in apply(Lists(), path, DV)] == [type(None)]
    assert (audit_ledger(path).broken, len(audit_ledger(path).lines)) == (None, 8)


def test_a_rehearsal_holds_nothing_back_at_the_portal(tmp_path: pathlib.Path) -> None:
    path, rehearsal = tmp_path / "l.jsonl", Lists()
    rehearsal.lost = True
    assert [outcome.unknown for outcome in apply(rehearsal, path, OV, origin=OTHER)] == [True]
    real = Lists()
    assert [outcome.error for outcome in apply(real, path, OV, origin=DESK)] == [None]
    assert len(real.purchases) == 1
    # Its own attempt is still open.
    (held,) = apply(rehearsal, path, OV, origin=OTHER)
    assert "certificate_not_booked=" in str(held.error)
    assert {line["desk"] for line in audit_ledger(path).lines} == {DESK, OTHER}
    assert [line["desk"] for line in audit_ledger(path).list_unsettled()] == [OTHER]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Desk.Example.jp/x/?y", DESK),
        ("https://desk.example.jp:443", DESK),
        ("http://127.0.0.1:8000/portal/", OTHER),
        ("http://[::1]:80/", "http://::1:80"),
        ("http://[::1", None), ("https://desk:many/", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_desk_is_known_by_its_origin(url: str | None, origin: str | None) -> None:
    assert name_origin(url) == origin


def test_each_desk_has_a_ledger_of_its_own(tmp_path: pathlib.Path) -> None:
    ours, theirs = find_default_ledger(tmp_path, "p", DESK), find_default_ledger(tmp_path, "p", OTHER)
    assert (ours.name, theirs.name) == ("p@desk.example.jp-443.ledger.jsonl", "p@127.0.0.1-8000.ledger.jsonl")
    assert find_default_ledger(tmp_path, "p", None).name == "p.ledger.jsonl"
    ours.touch()
    (tmp_path / "p.q@desk.example.jp-443.ledger.jsonl").touch()
    assert find_default_ledger(tmp_path, "p", None) == ours
    theirs.touch()
    assert find_ledgers(tmp_path, "p") == sorted([ours, theirs])
    # One that was begun for all desks may hold an open attempt at any of them.
    old = tmp_path / "p.ledger.jsonl"
    old.touch()
    assert {find_default_ledger(tmp_path, "p", desk) for desk in (DESK, OTHER, None)} == {old}


def test_a_head_that_was_noted_shows_a_cut_end(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "l.jsonl"
    assert not audit_ledger(path).is_intact(None), "what is not there is not whole"
    assert Ledger(path, now=now).read_head() is None
    apply(DeskInMemory(), path, OV)
    head = Ledger(path, now=now).read_head()
    assert head == audit_ledger(path).head
    apply(DeskInMemory(), path, DV)
    assert audit_ledger(path).is_intact(head)
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:1]))
    assert audit_ledger(path).is_intact(None)
    assert not audit_ledger(path).is_intact(head)


@pytest.mark.parametrize("number", [0, -1])
def test_a_line_that_says_two_things_shows(number: int, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "l.jsonl"
    apply(DeskInMemory(), path, OV)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[number] = lines[number].replace("{", '{"order": "somebody-elses", "common_name": "evil.example.jp", ', 1)
    path.write_text("".join(lines), encoding="utf-8")
    assert audit_ledger(path).broken == range(1, len(lines) + 1)[number]
    if number == -1:  # the line that the next one would follow
        check_refused(DeskInMemory, path)


def test_an_export_is_read_by_spreadsheets(tmp_path: pathlib.Path) -> None:
    ledger = Ledger(tmp_path / "l.jsonl", now=now, desk=DESK)
    ledger.intend("place", order="www", error="＝1+1")
    text = export_ledger(audit_ledger(tmp_path / "l.jsonl").lines, form="csv", lang="ja")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["窓口"], row["オーダー"], row["エラー"]) == (DESK, "www", "'＝1+1")
    assert export_ledger((), form="csv").startswith("\ufeffat,desk,kind,")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "words", ["=1+1", "x;=1+1", 'x";=1+1', "x\t+1", "x, @y", "\n=1", "x;\u3000－1", " =1", "＠x;＝1"]
)
def test_no_separator_makes_a_formula_of_what_a_desk_says(tmp_path: pathlib.Path, words: str, separator: str) -> None:
    """A spreadsheet takes the separator of its country, whatever the file has."""
    text = export_ledger(({"error": words, "order": words},), form="csv")
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
    assert not [cell for cell in cells if cell.strip(' "\t\u3000').startswith(tuple("=+-@＝＋－＠"))]

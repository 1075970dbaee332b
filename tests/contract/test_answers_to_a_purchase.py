# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is bought twice, whatever answers a purchase: booked or not, list lagging or not, ledger kept or lost.

5,688 cells: 2,288 of the portal, 2,720 of purchases and 680 of cancellations over the JSON interface. The answers come
over HTTP, through the transports and the walk that buys. What else the portal shows is kept in memory, since two or
three runs a cell through all screens would take hours; test_portal_settlement walks the whole way with some.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import itertools
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection as ApiLine
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskError, OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import transport
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.filled_forms import order_filling
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.ordering import Confirmed, place_order
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import NeverSent, Withheld
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.walking import compare
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.window import Window
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.attempts import AttemptOpen
from ansible_collections.iij.server_certificate.tests.contract import purchase_answers as given
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.purchase_answers import Answer, Asked, Cut, Reply
from ansible_collections.iij.server_certificate.tests.contract.test_api_answers import APPLICATION
from ansible_collections.iij.server_certificate.tests.contract.test_settlement import Run
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import DeskInMemory, booked

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

ORDER: t.Final = sample.order()
LAG: t.Final = 90.0  # seconds that the list is said to lag at most
REDIRECTED: t.Final = given.answer(303, b"", "Location: /behind")


@dc.dataclass(frozen=True, kw_only=True)
class Cell:
    """Whether the purchase was booked, whether the list shows it late, what the ledger's disk lived through."""

    booked: bool
    lags: bool
    ledger_kept: bool


CELLS: t.Final = tuple(
    Cell(booked=was, lags=late, ledger_kept=kept) for was, late, kept in itertools.product((True, False), repeat=3)
)
PRESSES: t.Final[dict[str, tuple[Answer, Answer | None]]] = {
    **{name: (answer, None) for name, answer in {**given.ANSWERS, **given.REDIRECTS}.items()},
    **{f"303, then {name}": (REDIRECTED, answer) for name, answer in given.ANSWERS.items()},
}


def desk_sleeps(_seconds: float) -> None:
    """Nothing waits before it is read again."""


def patience(*answers: Answer | None) -> float:
    """Seconds; only what surely does not come is waited for shortly."""
    return 0.1 if Cut.SILENT in answers else 20


# --- the portal

CONFIRM: t.Final = given.PAGE.format(
    "新規お申し込み内容の確認",
    """{0}<dl><dt>カスタマーコード</dt><dd>SG00000001</dd><dt>利用形態</dt><dd>その他</dd>
    <dt>コモンネーム</dt><dd>www.example.jp</dd><dt>品目と有効期間</dt><dd>SureServer for クラウド 6か月</dd></dl>
    <form method="{1}" action="/place"><input type="checkbox" id="t" name="terms" value="1"><label for="t">
    前述の注意事項及び約款・規約に同意して、上記のとおりサービスの申し込みを行います。</label><button>申込</button></form>""",
)
DONE: t.Final = given.PAGE.format(
    "お申し込みを受け付けました",
    """<dl><dt>サービスコード</dt><dd>rsc00000001</dd><dt>コモンネーム</dt><dd>www.example.jp</dd>
    <dt>品目と有効期間</dt><dd>SureServer for クラウド 6か月</dd><dt>期限</dt><dd>2026-12-22</dd></dl>""",
)


@dc.dataclass
class Portal(DeskInMemory):
    """Lists and quotes in memory; the press goes over HTTP. `shown_late`: rows that the list does not show."""

    keeps_references = False
    by_people = False
    folder: pathlib.Path | None = None
    reply: tuple[Answer, Answer | None] = (b"", None)
    books: bool = True
    down: bool = False
    method: str = "post"
    shown_late: bool = False
    presses: int = 0

    def quote(self, order: Order, renews: Application | None = None) -> None:
        """Nothing is wrong with it."""

    def list_applications(self) -> tuple[Application, ...]:
        return () if self.shown_late else tuple(dc.replace(row, term=None, customer_code=None) for row in self.rows)

    def place(self, order: Order, client_reference: str) -> Application:
        def script(asked: Asked) -> Reply:
            if asked.path == "/confirm":
                return Reply(
                    answer=given.answer(200, CONFIRM.format("", self.method)), down=self.down and not self.books
                )
            if asked.method == "POST" or asked.path.startswith("/place?"):
                self.presses += 1
                if self.books:
                    self.purchases.append(order.name)
                    self.put(booked(order, None, number=len(self.purchases)))
                return Reply(answer=self.reply[0], down=self.down)
            return Reply(answer=self.reply[1] or given.answer(404))

        with given.raw_desk(script) as server:
            assert self.folder is not None
            line = transport.PortalConnection(
                url=server.url, user="u", password="p", timeout=patience(*self.reply), state=self.folder
            )
            window = Window(
                transport.PortalTransport(line, sleep=desk_sleeps),
                screen_map=read_screen_map(None),
                copies=self.folder / "screens",
            )
            window.go(f"{server.url}/confirm")
            window.expect("order_confirm")
            compare(window, order_filling(order, window.screen_map), whole=True)
            *_before, press, rest = window.screen_map.walks["order"]
            return place_order(Confirmed(window, press, (rest,)), order)


def outcome_of(outcomes: tuple[Outcome, ...]) -> type | None:
    """What a run did for the order: None for nothing, Outcome where it was bought or found, else the error."""
    return None if not outcomes else type(outcomes[0].error)


BOUGHT: t.Final = type(None)


def check_ledger(run: Run, *, bought: int) -> None:
    """Fail where the ledger says of an attempt that it booked nothing while it did."""
    if run.ledger.exists():
        lines = [json.loads(line) for line in run.ledger.read_text(encoding="utf-8").splitlines()]
        ends = [line for line in lines if line["kind"] == "outcome"]
        assert not (bought and any(not line["unknown"] for line in ends if not line.get("booked"))), ends


@pytest.mark.parametrize("name", PRESSES)
def test_whatever_the_portal_answers_nothing_is_bought_twice(name: str, tmp_path: pathlib.Path) -> None:
    for number, cell in enumerate(CELLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        desk = Portal(folder=folder, reply=PRESSES[name], books=cell.booked, shown_late=cell.lags)
        run = Run(desk, folder)
        first = outcome_of(run.apply(ORDER))
        assert first == (BOUGHT if cell.booked and not cell.lags else OutcomeUnknown), cell
        assert (desk.presses, len(desk.purchases)) == (1, cell.booked), cell
        check_ledger(run, bought=len(desk.purchases))
        # The portal is well again.
        desk.reply, desk.books = (given.answer(200, DONE), None), True
        if cell.ledger_kept:
            listed = cell.booked and not cell.lags
            assert outcome_of(run.apply(ORDER)) == (None if listed else AttemptOpen), cell
        else:
            run.ledger.unlink()
            run.pauses.clear()
            # Who waits for as long as the list may lag finds it; nothing else is left to tell of the purchase.
            sleep = run.pauses.append

            def catch_up(seconds: float, desk: Portal = desk, sleep: t.Callable[[float], None] = sleep) -> None:
                desk.shown_late = False
                sleep(seconds)

            run.pauses = type("Pauses", (list,), {"append": staticmethod(catch_up)})()
            again = outcome_of(run.apply(ORDER, listing_lag=LAG))
            assert again == (None if cell.booked and not cell.lags else BOUGHT), cell
        desk.shown_late = False
        last = outcome_of(run.apply(ORDER))
        assert last == (AttemptOpen if cell.ledger_kept and not cell.booked else None), cell
        assert len(desk.purchases) == (cell.booked or not cell.ledger_kept), cell


def test_the_completion_screen_is_the_only_answer_that_is_believed(tmp_path: pathlib.Path) -> None:
    desk = Portal(folder=tmp_path, reply=(given.answer(200, DONE), None))
    assert outcome_of(Run(desk, tmp_path).apply(ORDER)) == BOUGHT
    behind = Portal(folder=tmp_path / "behind", reply=(REDIRECTED, given.answer(200, DONE)))
    behind.folder.mkdir() if behind.folder else None
    assert outcome_of(Run(behind, tmp_path / "behind").apply(ORDER)) == BOUGHT


def test_a_portal_that_cannot_be_reached_leaves_nothing_in_doubt(tmp_path: pathlib.Path) -> None:
    desk = Portal(folder=tmp_path, books=False, down=True)
    run = Run(desk, tmp_path)
    assert (outcome_of(run.apply(ORDER)), desk.presses) == (NeverSent, 0)
    desk.down, desk.books, desk.reply = False, True, (given.answer(200, DONE), None)
    assert outcome_of(run.apply(ORDER)) == BOUGHT


def test_a_portal_that_is_gone_after_the_press_leaves_it_in_doubt(tmp_path: pathlib.Path) -> None:
    desk = Portal(folder=tmp_path, reply=(REDIRECTED, None), down=True, shown_late=True)
    run = Run(desk, tmp_path)
    assert (outcome_of(run.apply(ORDER)), desk.presses) == (OutcomeUnknown, 1)
    assert outcome_of(run.apply(ORDER)) == AttemptOpen
    assert len(desk.purchases) == 1


def test_a_form_that_could_be_repeated_on_its_way_is_not_sent(tmp_path: pathlib.Path) -> None:
    desk = Portal(folder=tmp_path, method="get", reply=(given.answer(503), None))
    run = Run(desk, tmp_path)
    assert (outcome_of(run.apply(ORDER)), desk.presses) == (Withheld, 0)
    desk.method, desk.reply = "post", (given.answer(200, DONE), None)
    assert (outcome_of(run.apply(ORDER)), desk.presses) == (BOUGHT, 1)


# --- the JSON interface


class Interface:
    """A desk behind JSON that keeps references unique; `reply` comes to spending calls instead of what it would say."""

    def __init__(self, *, lags: bool = False) -> None:
        self.rows: dict[str, dict[str, t.Any]] = {}
        self.lags = lags
        self.reply: Answer | None = None
        self.left = 0  # spending calls that meet the reply
        self.books = True
        self.cancelled = 0

    def script(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            meets = self.left > 0
            self.left -= meets
            done = self._spend(asked) if self.books or not meets else {}
            return Reply(answer=self.reply if meets and self.reply is not None else given.said({"result": done}))
        offer = [{"product": ORDER.product.id, "terms": [ORDER.term]}]
        rows = offer if "/products" in asked.path else [] if self.lags else list(self.rows.values())
        return Reply(answer=given.said({"request_id": "r", "results": rows, "total": len(rows)}))

    def _spend(self, asked: Asked) -> dict[str, t.Any]:
        body = json.loads(asked.body)
        if asked.path.endswith("/cancellation"):
            self.cancelled += 1
            (row,) = self.rows.values()
            row["state"] = "cancelled"
            return row
        row = {**APPLICATION, **body, "contract_id": f"rsc{len(self.rows) + 1:08}"}
        del row["terms_agreed"]
        return self.rows.setdefault(body["client_reference"], row)


@contextlib.contextmanager
def interface(folder: pathlib.Path, *answers: Answer, **settings: t.Any) -> t.Iterator[tuple[Interface, Run]]:
    desk = Interface(**settings)
    with given.raw_desk(desk.script) as server:
        line = ApiLine(url=server.url, token="the-token", timeout=patience(*answers), sleep=desk_sleeps)
        yield desk, Run(ApiDesk(line), folder)


ANSWERED: t.Final = {**given.ANSWERS, **given.REDIRECTS}
OFTEN: t.Final = (1, 1000)  # calls that meet the answer: the first, or all of a run


@pytest.mark.parametrize("name", ANSWERED)
def test_whatever_the_interface_answers_nothing_is_bought_twice(name: str, tmp_path: pathlib.Path) -> None:
    for number, (cell, often) in enumerate(itertools.product(CELLS, OFTEN)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with interface(folder, ANSWERED[name], lags=cell.lags) as (desk, run):
            desk.reply, desk.left, desk.books = ANSWERED[name], often, cell.booked
            first = outcome_of(run.apply(ORDER))
            assert first in (BOUGHT, OutcomeUnknown), cell
            assert first == BOUGHT or often > 1, cell
            check_ledger(run, bought=len(desk.rows))
            desk.left, desk.books = 0, True
            if not cell.ledger_kept:
                run.ledger.unlink()
            assert outcome_of(run.apply(ORDER)) in (None, BOUGHT), cell
            desk.lags = False
            assert outcome_of(run.apply(ORDER)) is None, cell
            assert len(desk.rows) == 1, cell


REFUSED: t.Final = {
    status: given.said(
        {"request_id": "r", "error_type": kind, "error_message": "no", "error_details": []}, status=status
    )
    for status, kind in {400: "ParameterError", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}.items()
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_documented_refusal_is_no_open_attempt(status: int, tmp_path: pathlib.Path) -> None:
    with interface(tmp_path) as (desk, run):
        desk.reply, desk.left, desk.books = REFUSED[status], 1, False
        (refused,) = run.apply(ORDER)
        assert (refused.unknown, desk.left, len(desk.rows)) == (False, 0, 0)
        assert isinstance(refused.error, DeskError)
        assert [line[2] for line in run.lines()] == [False, False]


@pytest.mark.parametrize("name", ANSWERED)
def test_whatever_a_cancellation_is_answered_it_is_not_said_to_have_failed(name: str, tmp_path: pathlib.Path) -> None:
    for number, (done, often) in enumerate(itertools.product((True, False), OFTEN)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with interface(folder, ANSWERED[name]) as (desk, run):
            run.apply(ORDER)
            desk.reply, desk.left, desk.books = ANSWERED[name], often, done
            order = sample.order(state="cancelled", contract_id="rsc00000001")
            assert outcome_of(run.apply(order)) == (OutcomeUnknown if often > 1 else BOUGHT)
            desk.left, desk.books = 0, True
            assert outcome_of(run.apply(order)) in (None, BOUGHT)
            assert [row["state"] for row in desk.rows.values()] == ["cancelled"]


def test_the_table_is_as_long_as_it_says() -> None:
    """An answer that falls out of the table by mistake takes its cells along."""
    assert (len(PRESSES), len(ANSWERED)) == (286, 170)
    portal, bought = len(PRESSES) * len(CELLS), len(ANSWERED) * len(CELLS) * len(OFTEN)
    assert (portal, bought, len(ANSWERED) * 2 * len(OFTEN)) == (2288, 2720, 680)

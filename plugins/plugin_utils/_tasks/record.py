# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Record what people have done at the portal in the register, all of it or nothing."""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import OptionsWrong, OrdersRefused
from .._complaints.whole_file import write_whole
from .._desk.by_hand.adapter import ByHandDesk
from .._desk.by_hand.folder import certificate_path, certificates_path, read_kept_csr
from .._desk.by_hand.inbox import read_inbox
from .._desk.by_hand.listings import read_listing
from .._desk.by_hand.records import read_record_file, read_record_list
from .._desk.by_hand.register import lock_register, read_register
from .._desk.by_hand.rows import read_application
from .._desk.portal.screen_map import read_screen_map
from .._planning.entry import Entry
from .._planning.outcome import Outcome
from .._planning.steps import Standing, Step
from .._reports.sheets import KINDS
from .._reports.words import state_word
from .._values.order import CsrOrigin
from .arrivals import Arrivals
from .asked_orders import check_portfolio_name, read_clock
from .hand_out import list_work
from .listing import Comparison
from .memory_file import remember_registrations
from .planned import plan_orders
from .recording import Recording

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...module_utils._core.phrases import Language
    from .._desk.by_hand.records import Record
    from .._desk.by_hand.register import Register
    from .._desk.by_hand.rows import RegisterRow
    from .._values.order import Order
    from .asked_orders import Options

Json = dict[str, t.Any]

_ONLY_BY_HAND: t.Final = Phrase(
    "there is nothing to record with desk: {0}, which is asked itself; say desk: by_hand and desk_folder",
    "desk: {0} は直接照会するため、記録は不要です。desk: by_hand と desk_folder を指定してください",
)
_RECORDED: t.Final = Phrase("{0}: {1} is {2}", "{0}: {1} ({2}) と記録しました")
_TAKE_OVER: t.Final = Phrase(
    "To record what the list shows, run it again with take_over (-e certificate_take_over=true)",
    "一覧の内容を記録するには、take_over (-e certificate_take_over=true) を付けて再実行してください",
)
_NOTHING: t.Final = Phrase("nothing new to record", "新しく記録するものはありません")


def require_by_hand(options: Options) -> None:
    """Raise OptionsWrong with a desk that needs no records."""
    if options["desk"] != "by_hand":
        raise OptionsWrong(_ONLY_BY_HAND.filled(options["desk"]))


def read_records(options: Options) -> tuple[Record, ...]:
    """Read all records of this task; raises OrdersRefused with every mistake in them."""
    inline = read_record_list(options["records"]) if options["records"] else ()
    return (*inline, *(read_record_file(options["records_file"]) if options["records_file"] else ()))


def record(options: Options, orders: tuple[Order, ...], *, pretend: bool, lang: Language) -> Json:
    """Take the records into the register and return the task's result; raises OrdersRefused for what cannot be."""
    records = read_records(options)
    with contextlib.nullcontext() if pretend else lock_register(options["desk_folder"]):
        register = read_register(options["desk_folder"])
        recording = Recording(
            register.rows,
            orders,
            portfolio=check_portfolio_name(options),
            now=read_clock(),
            key_of=lambda order, contract_id: _key_of(order, contract_id, options),
            sheets=_sheets_of_today(options, orders) if any(record.sheet for record in records) else {},
        )
        differences = _take_listing(options, orders, recording)
        for one in records:
            recording.take(one)
        if recording.complaints:
            raise OrdersRefused(recording.complaints)
        arrivals = _take_inbox(options, orders, recording)
        changed = recording.list_changed()
        text = register.change_rows(changed)
        if not pretend:
            _keep(options, arrivals, register, text)
    registered = () if pretend else _list_registered(register.rows, changed)
    warnings = _remember(options, orders, registered, lang=lang)
    return {
        "changed": bool(changed),
        "recorded": [changed[key] for key in sorted(changed)],
        "diff": {"before": register.file.text, "after": text, "before_header": str(register.path)},
        **({"differences": [translate(difference, lang) for difference in differences]} if options["listing"] else {}),
        **(
            {"left_in_inbox": {name: translate(message, lang) for name, message in arrivals.problems.items()}}
            if arrivals
            else {}
        ),
        **({"warnings": warnings} if warnings else {}),
    }


def record_lines(result: Json, lang: Language) -> list[str]:
    """Word what was recorded."""
    rows = result["recorded"]
    words = ((row["contract_id"], row["common_name"], state_word(row["state"], lang)) for row in rows)
    lines = [translate(_RECORDED.filled(*message), lang) for message in words] or [translate(_NOTHING, lang)]
    left = [] if rows or not result.get("differences") else [translate(_TAKE_OVER, lang)]
    left_there = result.get("left_in_inbox", {}).items()
    warnings = [*result.get("differences", ()), *(f"{name}: {message}" for name, message in left_there)]
    return [*(f"! {warning}" for warning in warnings), *lines, *left]


def _take_listing(options: Options, orders: tuple[Order, ...], recording: Recording) -> tuple[Phrase, ...]:
    """Hold a list against the register, and take it over where that is asked for; returns what differs."""
    if not options["listing"]:
        return ()
    listing = read_listing(options["listing"], read_screen_map(options["screen_map"]))
    compared = Comparison(listing, recording.rows, orders, portfolio=check_portfolio_name(options))
    if options["take_over"]:
        recording.rows = compared.rows
    return compared.differences


def _take_inbox(options: Options, orders: tuple[Order, ...], recording: Recording) -> Arrivals | None:
    """Take in the certificates of the inbox, with intermediates that came earlier at hand."""
    if not options["inbox"]:
        return None
    inbox = read_inbox(options["inbox"])
    kept = certificates_path(options["desk_folder"])
    for certificate in read_inbox(str(kept)).authorities.values() if kept.is_dir() else ():
        inbox.add("", certificate)
    arrivals = Arrivals(
        recording.rows,
        orders,
        portfolio=check_portfolio_name(options),
        now=read_clock(),
        key_of=lambda order, contract_id: _key_of(order, contract_id, options),
    )
    arrivals.take(inbox)
    recording.rows = arrivals.rows
    return arrivals


def _keep(options: Options, arrivals: Arrivals | None, register: Register, text: str) -> None:
    """Write certificates, then the register: what is recorded as issued is there."""
    for contract_id, pem in arrivals.files.items() if arrivals else ():
        path = certificate_path(options["desk_folder"], contract_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != pem.encode():
            write_whole(path, pem)
    if text != register.file.text:
        register.write(text)


def _sheets_of_today(options: Options, orders: tuple[Order, ...]) -> Mapping[tuple[str, str], str]:
    plan = plan_orders(options, ByHandDesk(options["desk_folder"]), orders)
    works = list_work(plan, options, read_screen_map(options["screen_map"]))
    return {(work.order, str(KINDS[work.kind][1])): work.digest for work in works}


def _key_of(order: Order, contract_id: str, options: Options) -> str | None:
    """Return the fingerprint of the key of the CSR that was registered, as far as it is known here."""
    if order.csr:
        return order.csr.public_key_fingerprint
    kept = read_kept_csr(options["desk_folder"], contract_id)
    return kept.public_key_fingerprint if kept else None


def _list_registered(before: Mapping[str, RegisterRow], changed: Mapping[str, RegisterRow]) -> Iterator[RegisterRow]:
    """Yield the contracts of which a registration is new, as they were before: with the certificate to be replaced."""
    for contract_id, row in changed.items():
        old = before.get(contract_id, {})
        if any(row.get(field) not in (None, old.get(field)) for field in ("registered_at", "procedure_registered_at")):
            yield old or row


def _remember(
    options: Options, orders: Iterable[Order], registered: Iterable[RegisterRow], *, lang: Language
) -> list[str]:
    """Remember what was registered, so that an order that says something else later is told."""
    by_reference = {order.client_reference(check_portfolio_name(options)): order for order in orders}
    result = [
        (by_reference[row["client_reference"]], read_application(row, now=read_clock()))
        for row in registered
        if row.get("client_reference") in by_reference
    ]
    outcomes = [
        Outcome(entry=Entry(order=order, application=application, standing=Standing.WAITING), step=Step.REGISTER)
        for order, application in result
    ]
    keys = {
        order.name: key
        for order, application in result
        if order.csr_origin is not CsrOrigin.SERVICE and (key := _key_of(order, application.contract_id, options))
    }
    return remember_registrations(options, outcomes, keys, lang=lang)


__all__ = ("read_records", "record", "record_lines", "require_by_hand")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands at the desk before the first apply, and what CA, IIJ and people do between two of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import pathlib
import sqlite3
import typing as t

from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.reliability.wishes import (
    FIRST,
    FURTHER,
    Begin,
    Begun,
    Change,
    Place,
    Product,
    Wish,
)
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

ENDING: t.Final = (Begin.DUE, Begin.RENEWED)
_WITH_THE_CA: t.Final = {"applied", "awaiting_confirmation"}
_PAST: t.Final = (
    ("applications", "id", ("ordered_at", "lapse_at")),
    ("procedures", "application_id",
     ("opened_at", "registered_at", "contacted_at", "issued_at", "installed_at", "not_before", "not_after")),
)  # fmt: skip
_REVISED: t.Final = "UPDATE applications SET revision = revision + 1"  # else the desk shows what it remembers
_UNDER_WAY: t.Final = (("procedures", "installed_at"), ("link_changes", "done_at"))


def begin(place: Place, wish: Wish, *, desk: DeskControl) -> Begun | None:
    """What was there before."""
    if wish.begin is Begin.NOTHING:
        return None
    # What another contract takes the place of is another product, too.
    product = Product.SUPPLIED if wish.change is Change.REPLACE else wish.product
    linked = product is Product.LINKED
    order = {
        "client_reference": None if wish.begin is Begin.BY_HAND else place.client_reference(wish),
        "customer_code": "SG00000001",
        "common_name": place.common_name(wish),
        "product": product.value,
        "term": "6 months",
        "usage": "linked_service" if linked else "other",
        "linked_contract_id": FIRST["contract_id"] if linked else None,
        "terms_agreed": True,
    }
    contract_id = str(desk.api("POST", "/applications", order)["result"]["contract_id"])
    if wish.begin in (Begin.REGISTERED, Begin.ISSUED, *ENDING):
        registration = _registration(place, wish, linked=linked)
        desk.api("PUT", f"/applications/{contract_id}/registration", registration)
    if wish.begin in (Begin.ISSUED, *ENDING):
        desk.ca_work(contract_id)
    if wish.begin in ENDING:
        _make_older(contract_id, desk.database)
    elif linked:
        pass_time((contract_id,), desk.database)
    if wish.begin is Begin.RENEWED:
        desk.control("POST", "/by-hand", {"contract_id": contract_id, "act": "renew"})
    there = Begun(contract_id, desk.api("GET", f"/applications/{contract_id}")["result"]["serial_number"])
    if wish.by_hand:
        ask(wish, there, desk=desk)
    return there


def _registration(place: Place, wish: Wish, *, linked: bool) -> Json:
    csr = None if linked else sample.csr_of(ec.generate_private_key(ec.SECP256R1()), place.common_name(wish))
    return {
        "csr_origin": "service" if linked else "customer",
        "csr": csr,
        "subject": sample.SUBJECT if linked else None,
        "applicant": sample.APPLICANT,
        "approval_email": f"admin@{place.common_name(wish)}",
        "certificate_transparency": True if linked else None,
        "terms_agreed": True,
    }


def ask(wish: Wish, there: Begun, *, desk: DeskControl) -> bool:
    """What a person does in a browser or by e-mail for this wish, without a reference; False where nothing is left."""
    row = desk.api("GET", f"/applications/{there.contract_id}")["result"]
    path, named = f"/applications/{there.contract_id}", {"contract_id": there.contract_id, "client_reference": None}
    if wish.change is Change.REISSUE and row["serial_number"] == there.serial and row["procedure"] is None:
        said = {**named, "replaces": row["certificate_fingerprint"], "reason": "key_lost", "notes_agreed": True}
        return bool(desk.api("POST", f"{path}/reissues", said))
    if wish.change is Change.LINK and row["linked_contract_id"] == FIRST["contract_id"] and row["link_change"] is None:
        linked = FURTHER[0]["contract_id"]
        said = {"contract_id": there.contract_id, "act": "relink", "linked_contract_id": linked}
        return bool(desk.control("POST", "/by-hand", said))
    if wish.change is Change.ADD and (missing := FURTHER[len(row["further_links"]) :]):
        said = {**named, "work": "add", "was": None, "linked_contract_id": missing[0]["contract_id"]}
        return bool(desk.api("POST", f"{path}/links", said))
    if wish.change is Change.REPLACE and row["renewal"]["decision"] == "undecided":
        return bool(desk.control("POST", "/by-hand", {"contract_id": there.contract_id, "act": "cancel"}))
    return False


def register(place: Place, wish: Wish, *, desk: DeskControl) -> bool:
    """What a person registers for a reissue at a desk that does not show it; False where it is registered."""
    contract_id = place.begun[wish.name].contract_id
    procedure = desk.api("GET", f"/applications/{contract_id}")["result"]["procedure"] or {}
    open_yet = (procedure.get("kind"), procedure.get("state")) == ("reissue", "awaiting_registration")
    said = _registration(place, wish, linked=False)
    return bool(open_yet and desk.api("PUT", f"/applications/{contract_id}/registration", said))


def go_on(place: Place, *, desk: DeskControl) -> bool:
    """The CA issues what it was asked for, or IIJ ends what it is at work on; False where neither has anything to do.

    Only for wishes that change something: what other worlds end with has to wait at the CA.
    """
    changed = {place.common_name(wish) for wish in place.wishes if wish.change}
    rows = [row for row in desk.list_applications().values() if row["common_name"] in changed] if changed else []
    asked = [row["contract_id"] for row in rows if {row["state"], (row["procedure"] or {}).get("state")} & _WITH_THE_CA]
    under_way = [row["contract_id"] for row in rows if row["state"] == "installing" or row["link_change"]]
    if asked:
        desk.ca_work(*asked)
    elif under_way:
        pass_time(under_way, desk.database)
    return bool(asked or under_way)


def pass_time(contracts: t.Sequence[str], database: pathlib.Path) -> None:
    """What IIJ is at work on for these contracts is done a second ago: the desk's clock is for all cells."""
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        connection.execute(_REVISED)
        for table, column in _UNDER_WAY:
            for contract_id in contracts:
                connection.execute(
                    f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 second') || '000' "
                    f"WHERE application_id = ? AND {column} > strftime('%Y-%m-%d %H:%M:%f', 'now')",
                    (_row_of(contract_id),),
                )


def _row_of(contract_id: str) -> int:
    return int(contract_id.removeprefix("rsc"))


def _make_older(contract_id: str, database: pathlib.Path) -> None:
    """Move a contract's past back, so that its certificate ends in 28 days: the desk's clock is for all cells."""
    number = _row_of(contract_id)
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        connection.execute(_REVISED)
        (end,) = connection.execute(
            "SELECT not_after FROM procedures WHERE application_id = ? AND not_after IS NOT NULL", (number,)
        ).fetchone()
        back = dt.datetime.fromisoformat(end) - dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=28)
        for table, of_contract, columns in _PAST:
            moved = ", ".join(f"{name} = strftime('%Y-%m-%d %H:%M:%f', {name}, :back) || '000'" for name in columns)
            connection.execute(
                f"UPDATE {table} SET {moved} WHERE {of_contract} = :number",
                {"back": f"-{back.total_seconds():.0f} seconds", "number": number},
            )


__all__ = ("ENDING", "ask", "begin", "go_on", "pass_time", "register")

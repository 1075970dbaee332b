# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cell is judged by what the desk's own records say, never by what an apply says of itself."""

from __future__ import annotations

import collections
import contextlib
import dataclasses as dc
import datetime as dt
import re
import sqlite3
import typing as t

from ansible.parsing.vault import VaultLib
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.tests.playbooks import leak_search
from ansible_collections.iij.server_certificate.tests.reliability.wishes import FIRST, FURTHER, Change
from ansible_collections.iij.server_certificate.tests.reliability.worlds import (
    APPLICANT_EMAIL,
    PASSPHRASE,
    VAULT_SECRETS,
)

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.reliability.wishes import Place, Wish

Json = dict[str, t.Any]
Done = frozenset[tuple[str, str]]  # step and order

FIGURES: t.Final = ("purchases_wrong", "orders_lost", "secrets_leaked", "plan_apply_mismatch", "unexplained_ends")
CHANGING: t.Final = (
    Step.CANCEL, Step.PLACE, Step.RENEW, Step.REISSUE, Step.RELINK, Step.REGISTER, Step.CANCEL_REPLACED
)  # fmt: skip
# What the desk writes down about a contract: the step that does it, and what it is called.
_ACTS: t.Final = {
    "purchase": (Step.PLACE, "bought"),
    "renewal": (Step.RENEW, "renewed"),
    "reissue": (Step.REISSUE, "reissued"),
    "link_change": (Step.RELINK, "linked otherwise"),
}
# By which rule people are told of what no run can do.
_TOLD: t.Final = {
    Change.REISSUE: "REISSUE-UNSEEN",
    Change.REPLACE: "REPLACED-IN-PERSON",
    Change.LINK: "LINK-BY-MAIL",
    Change.ADD: "LINK-BY-MAIL",
}


@dc.dataclass(frozen=True, kw_only=True)
class Records:
    """What the desk has written down about one place."""

    acts: t.Mapping[str, collections.Counter[str]]  # how often what was done, by common name
    applications: tuple[Json, ...]

    @property
    def given_up(self) -> frozenset[str]:
        """The contracts that are cancelled, at once or as of the end of their certificates."""
        return frozenset(
            row["contract_id"]
            for row in self.applications
            if row["state"] == "cancelled" or (row.get("renewal") or {}).get("decision") == "cancel"
        )

    @property
    def issued(self) -> list[Json]:
        """The applications whose certificates are there."""
        return [row for row in self.applications if row["state"] == "issued"]

    def done_since(self, before: Records, place: Place) -> Done:
        """Which steps of which orders the desk has done since."""
        then = {row["contract_id"]: row for row in before.applications}
        wishes = {place.common_name(wish): wish for wish in place.wishes}
        done = {
            (step.value, wishes[name].name)
            for act, (step, _word) in _ACTS.items()
            for name in self.acts[act] - before.acts[act]
        }
        for row in self.applications:
            was, wish = then.get(row["contract_id"], {}), wishes[row["common_name"]]
            if _registrations(row) - _registrations(was):
                done.add((Step.REGISTER.value, wish.name))
            if row["contract_id"] in self.given_up - before.given_up:
                ends = Step.CANCEL_REPLACED if wish.change is Change.REPLACE else Step.CANCEL
                done.add((ends.value, wish.name))
        return frozenset(done)


def records(desk: DeskControl, place: Place) -> Records:
    """The desk's records of this place: what was done, from its audit, and applications."""
    rows = [row for row in desk.list_applications().values() if f".{place.number}." in row["common_name"]]
    names = {row["contract_id"]: row["common_name"] for row in rows}
    # From its database: the interface tells the whole audit, which grows with all cells at this desk.
    with contextlib.closing(sqlite3.connect(desk.database, timeout=60)) as connection:
        marks = ", ".join("?" * len(names))
        audited = list(
            connection.execute(f"SELECT act, contract_id FROM audit WHERE contract_id IN ({marks})", tuple(names))
        )
    acts = {act: collections.Counter(names[contract] for done, contract in audited if done == act) for act in _ACTS}
    return Records(acts=acts, applications=tuple(rows))


def _registrations(row: t.Mapping[str, t.Any]) -> set[tuple[str, str]]:
    """When a contract was registered: for the certificate in use, and for the procedure that is open.

    The desk tells whole seconds, and two of them may be registered in one.
    """
    procedure = row.get("procedure") or {}
    moments = (
        (row.get("contract_id"), row.get("registered_at")),
        (procedure.get("id"), procedure.get("registered_at")),
    )
    return {(str(which), moment) for which, moment in moments if moment}


def planned(desk: Desk, place: Place, *, memory: Memory | None = None) -> Done:
    """Every step of the plan that changes the desk; raises what a plan raises."""
    reader = Reader(render=lambda text: text, decrypt=lambda text: str(VaultLib(VAULT_SECRETS).decrypt(text).decode()))
    day = dt.datetime.now(dt.UTC).date()
    orders = judge_order_files(str(place.orders), reader, day=day).accept()
    seen = observe(desk, orders, portfolio=place.portfolio)
    made = make_plan(orders, seen, portfolio=place.portfolio, memory=memory, spread=False)
    return frozenset((step.value, entry.order.name) for entry, step in made.list_steps() if step in CHANGING)


def purchases_wrong(found: Records, place: Place) -> list[str]:
    """Every order for which something was not done as often as it should be, and all else that was done."""
    wrong = []
    for act, (_step, word) in _ACTS.items():
        right = collections.Counter({place.common_name(wish): wish.acts[act] for wish in place.wishes})
        names = sorted(name for name in right | found.acts[act] if found.acts[act][name] != right[name])
        wrong += [f"{name} was {word} {found.acts[act][name]} times" for name in names]
    return wrong + [f"{contract} was cancelled" for contract in sorted(found.given_up - place.given_up)]


def cancelled_early(found: Records, place: Place) -> list[str]:
    """Every contract that was cancelled before the one in its place was in use."""
    in_use = {row["common_name"] for row in found.applications if row["state"] == "installed"}
    early = [
        place.replaced(wish)
        for wish in place.wishes
        if place.common_name(wish) not in in_use and not place.installation(wish).exists()
    ]
    return [f"{contract} was cancelled too early" for contract in early if contract in found.given_up]


def pressed(found: Records, place: Place) -> list[str]:
    """Every contract that was changed although no run of ours can do that, before people did it."""
    changing = [wish for wish in place.wishes if wish.change and not wish.by_hand]
    return [
        f"{wish.name} was changed by nobody who may"
        for wish in changing
        if place.replaced(wish) in found.given_up
        or any(found.acts[act][place.common_name(wish)] for act in ("reissue", "link_change"))
    ]


def told_nobody(text: str, asked: t.Iterable[Wish]) -> list[str]:
    """Every wish that people had to know of, and that an apply did not tell."""
    return [
        f"nobody is told what to do for {wish.name}"
        for wish in asked
        if wish.change
        and not re.search(rf"^! \S+: [^:]*\b{wish.name}\b[^:]*: .*\[{_TOLD[wish.change]}\]$", text, re.MULTILINE)
    ]


def orders_lost(found: Records, place: Place) -> list[str]:
    """Every order without an application that is where it should be."""
    states = collections.defaultdict(list)
    for row in found.applications:
        procedure = row.get("procedure") or {}
        follows = procedure.get("kind") in ("renewal", "reissue")
        if row["contract_id"] not in place.given_up or row["state"] == "cancelled":
            states[row["common_name"]].append(procedure["state"] if follows else row["state"])
    lost = [
        f"{wish.name} is {', '.join(states[place.common_name(wish)]) or 'not there'}, not {wish.end}"
        for wish in place.wishes
        if wish.end not in states[place.common_name(wish)]
    ]
    links = {row["common_name"]: _links(row) for row in found.applications}
    unlinked = [wish.name for wish in place.wishes if _wanted_links(wish) - links.get(place.common_name(wish), set())]
    kept = [f"{contract} was not cancelled" for contract in sorted(place.given_up - found.given_up)]
    return [*lost, *(f"{name} is not linked as it should be" for name in unlinked), *kept]


def _links(row: t.Mapping[str, t.Any]) -> set[str]:
    return {row["linked_contract_id"], *(link["contract_id"] for link in row["further_links"])}


def _wanted_links(wish: Wish) -> set[str]:
    wanted = {Change.LINK: FURTHER[:1], Change.ADD: (FIRST, *FURTHER)}.get(wish.change, ()) if wish.change else ()
    return {link["contract_id"] for link in wanted}


def secrets_leaked(desk: DeskControl, files: t.Iterable[pathlib.Path]) -> list[str]:
    """Every secret that stands in one of the files: ledger, results, all that was said."""
    search = leak_search.Search(
        leak_search.token("order token", desk.order_token),
        leak_search.token("register token", desk.register_token),
        leak_search.token("group admin's password", desk.group_admin[1]),
        leak_search.token("service admin's password", desk.service_admin[1]),
        leak_search.token("vault passphrase", PASSPHRASE),
        leak_search.token("vaulted address", APPLICANT_EMAIL),
    )
    for file in files:
        search.content(file.name, file.read_bytes())
    return [f"{hit.secret} ({hit.form}) in {hit.place}" for hit in sorted(search.hits)]


__all__ = (
    "CHANGING",
    "FIGURES",
    "Done",
    "Records",
    "cancelled_early",
    "orders_lost",
    "planned",
    "pressed",
    "purchases_wrong",
    "records",
    "secrets_leaked",
    "told_nobody",
)

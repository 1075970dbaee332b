# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a host is asked to make for a registration, and what is told about it afterwards."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import translate
from .._orders.commands import install_on_host
from .._planning.keys import list_keys_of_contract, list_retired_keys
from .._planning.lifecycle import current_certificate, is_key_lost, is_reissuing, wants_reissue
from .._planning.steps import OPENING, Step
from .._values.order import CsrOrigin, Wanted
from .looks import Answer

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ...module_utils._core.phrases import Language
    from .._planning.entry import Entry
    from .._planning.outcome import Outcome
    from .._planning.plan import Plan
    from .._values.order import Order
    from .leg import Result

Json = dict[str, t.Any]


def list_to_register(plan: Plan, names: Collection[str], *, planned: bool) -> tuple[Entry, ...]:
    """List the entries to register here; one that is not ordered, renewed or reissued yet counts only in check mode."""
    here = [entry for entry in plan.entries if entry.order.name in names and Step.REGISTER in entry.steps]
    return tuple(entry for entry in here if planned or not _is_unpaid(entry))


def list_to_buy(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """List the entries that are not ordered, renewed or reissued yet."""
    return tuple(entry for entry in entries if _is_unpaid(entry))


def make_host_orders(entries: Iterable[Entry]) -> list[Json]:
    """Make the orders whose key and CSR are made on the host, or whose certificate it is to install once paid for.

    Nothing else about an order goes there.
    """
    return [
        _host_order(entry)
        for entry in entries
        if entry.order.csr_origin is CsrOrigin.TARGET or (_is_unpaid(entry) and entry.order.install)
    ]


def collect_csrs(entries: Iterable[Entry], leg: Result) -> dict[str, str]:
    """Collect the PEM of every CSR that the host made or the user supplied; nothing else that a host answers counts."""
    result = {row["name"]: row["csr"] for row in leg.get("csrs", ()) if row.get("csr")}
    supplied = {entry.order.name: entry.order.csr.pem for entry in entries if entry.order.csr}
    wanted = {entry.order.name for entry in entries if entry.order.csr_origin is CsrOrigin.TARGET}
    return {**{name: pem for name, pem in result.items() if name in wanted}, **supplied}


def list_ready(entries: Iterable[Entry], csrs: Mapping[str, str]) -> tuple[Entry, ...]:
    """List the entries that have all that a registration takes."""
    return tuple(entry for entry in entries if entry.order.csr_origin is CsrOrigin.SERVICE or entry.order.name in csrs)


def make_answer(host: str, entries: Iterable[Entry], leg: Result) -> Answer:
    """Make of what a host has done its answer to the task that buys and registers."""
    failures = {failure["name"]: failure["message"] for failure in leg.get("failures", ())}
    return Answer(host=host, csrs=collect_csrs(entries, leg), failures=failures)


def make_preparation_result(entries: tuple[Entry, ...], leg: Result, *, planned: bool) -> Result:
    """Make the task's result for the orders whose keys and CSRs were made on the host, and for nothing else."""
    created = {row["name"]: row for row in leg.get("csrs", ())}
    failures = list(leg.get("failures", ()))
    result: Result = {
        "changed": bool(leg.get("changed")),
        "planned": planned,
        "registrations": [_row(entry, created.get(entry.order.name, {}), None) for entry in entries],
        "diff": _diff((), leg, {}, planned=planned),
    }
    return {**result, **_failed(failures, leg)}


def make_registration_result(
    entries: tuple[Entry, ...],
    leg: Result,
    outcomes: tuple[Outcome, ...],
    *,
    planned: bool,
    lang: Language,
    by_people: bool = False,
) -> Result:
    """Make the task's result for every order that is registered here; where people register, a host alone changes."""
    created = {row["name"]: row for row in leg.get("csrs", ())}
    done = {outcome.entry.order.name: outcome for outcome in outcomes}
    failures = [*leg.get("failures", ()), *_desk_failures(outcomes, lang)]
    registered = any(not outcome.error for outcome in outcomes)
    result: Result = {
        "changed": bool(leg.get("changed")) or (bool(entries) and not by_people if planned else registered),
        "planned": planned,
        "registrations": [
            _row(entry, created.get(entry.order.name, {}), done.get(entry.order.name)) for entry in entries
        ],
        "diff": _diff(entries, leg, done, planned=planned and not by_people),
    }
    return {**result, **_failed(failures, leg)}


def _failed(failures: list[Json], leg: Result) -> Result:
    if not failures and not leg.get("failed"):
        return {}
    lines = [f"{failure['name']}: {failure['message']}" for failure in failures]
    return {"failed": True, "failures": failures, "msg": "\n".join(lines) or leg.get("msg", "")}


def _is_unpaid(entry: Entry) -> bool:
    return bool(set(OPENING) & set(entry.steps))


def _host_order(entry: Entry) -> Json:
    order = entry.order
    renewed = entry.replaces is not None
    # A contract in whose place this one comes may have its key, or one that waits for its next certificate, in the
    # same files; that next certificate is installed by nobody.
    left_behind = list_keys_of_contract(entry.replaced.application) if entry.replaced else ()
    # Whoever has a certificate reissued wants another key, whatever renewals do; also where its renewal comes first.
    rotates = order.rotates_key or is_reissuing(entry.application) or wants_reissue(order, entry.application)
    current = current_certificate(entry.application)
    in_use = current.public_key_fingerprint if current else None
    # A key that is kept is the one in use, and none that a reissue has replaced since: it may have been compromised.
    own = list_retired_keys(entry.application) if renewed else ()
    if not rotates:
        own = tuple(key for key in own if in_use not in (None, key))
    # Nor is the key that is in service on the host: a desk may not show keys, and an order may be back on a host where
    # another contract's certificate still lies.
    served = rotates if renewed else order.generation > 1 or order.replaces is not None
    return {
        "name": order.name,
        "common_name": order.common_name,
        "csr_origin": order.csr_origin and order.csr_origin.value,
        "is_unpaid": _is_unpaid(entry),
        "is_cancelled": order.state is Wanted.CANCELLED,
        "subject": order.subject.filled_fields(),
        "key": dc.asdict(order.key) if order.key else None,
        "install": install_on_host(order.install, {}) if order.install else None,  # only the places count here
        "retire": [*own, *left_behind, *entry.used_keys],
        # Empty: no key waits on the host, for there is no certificate yet, or its key is lost and no host is given it.
        "in_use": in_use if current and not is_key_lost(order, entry.application) else "",
        "retire_served": served,
        # Nor any live one, where the CA may refuse it and nobody knows: a certificate need not have come of it.
        "retire_live": served and not renewed and entry.has_unseen_keys,
    }


def _desk_failures(outcomes: Iterable[Outcome], lang: Language) -> list[Json]:
    return [
        {"name": outcome.entry.order.name, "message": translate(outcome.error.phrase, lang)}
        for outcome in outcomes
        if outcome.error
    ]


def _row(entry: Entry, prepared: Json, outcome: Outcome | None) -> Json:
    application = (outcome and outcome.application) or entry.application
    return {
        "name": entry.order.name,
        "contract_id": application.contract_id if application else None,
        "state": application.state.value if application else "planned",
        "csr_origin": entry.order.csr_origin and entry.order.csr_origin.value,
        "public_key_fingerprint": (application and application.public_key_fingerprint)
        or prepared.get("public_key_fingerprint"),
        "key_path": prepared.get("key_path"),
        "next_key_path": prepared.get("next_key_path"),
        "csr_path": prepared.get("csr_path"),
    }


def _diff(entries: tuple[Entry, ...], leg: Result, done: Mapping[str, Outcome], *, planned: bool) -> Json:
    on_host = leg.get("diff") or {}
    before: Json = {"host": on_host.get("before")} if on_host else {}
    after: Json = {"host": on_host.get("after")} if on_host else {}
    for entry in entries:
        name = entry.order.name
        if planned or (name in done and not done[name].error):
            before[name] = None
            after[name] = _registration(entry.order)
    return {"before": before, "after": after}


def _registration(order: Order) -> Json:
    """Describe what is registered, without the person who applies: a diff gets into logs."""
    return {
        "csr_origin": order.csr_origin and order.csr_origin.value,
        "common_name": order.common_name,
        "subject": order.subject.filled_fields(),
        "approval_email": order.approval_email,
        "certificate_transparency": order.certificate_transparency,
    }


__all__ = (
    "collect_csrs",
    "list_ready",
    "list_to_buy",
    "list_to_register",
    "make_answer",
    "make_host_orders",
    "make_preparation_result",
    "make_registration_result",
)

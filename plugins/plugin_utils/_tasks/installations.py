# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a host is asked to install, and how its two answers become one result."""

from __future__ import annotations

import typing as t

from ...module_utils._core.names import served_name
from ...module_utils._core.phrases import Phrase, translate
from ...module_utils._pki.handshake import Service, is_served
from .._desk.desk import DeskError
from .._orders.commands import install_on_host
from .._values.order import Wanted

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ...module_utils._core.phrases import Language
    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .._values.order import Key, Order
    from .leg import Result

Json = dict[str, t.Any]

_INSTALLED: t.Final = Phrase("{0}: installed at {1}, valid until {2}", "{0}: {1} に設置しました (有効期限 {2})")


def list_to_install(plan: Plan, names: Collection[str]) -> tuple[Entry, ...]:
    """List the entries whose issued certificate belongs here."""
    return tuple(entry for entry in plan.entries if entry.order.name in names and entry.installs)


def make_host_orders(entries: Iterable[Entry], commands: Mapping[str, str]) -> list[Json]:
    """Make the orders as the host needs them to judge what it has and is given, with commands for names."""
    return [_host_order(entry, commands) for entry in entries]


def list_leading_files(orders: Iterable[Order], names: Collection[str]) -> list[Json]:
    """List where the certificates of these orders lie, with their keys, sorted by name."""
    here = sorted((order for order in orders if order.name in names), key=lambda order: order.name)
    return [
        {"name": order.name, "path": path, "key_path": order.key.path if order.key else None}
        for order in here
        for install in [order.install]
        if install and (path := install.certificate or install.full_chain or install.combined or install.pkcs12)
    ]


def fetch_certificates(
    entries: Iterable[Entry],
    names: Collection[str],
    desk: Desk,
    *,
    lang: Language,
    progress: Callable[[str], None] = lambda _name: None,
) -> tuple[dict[str, Json], list[Json]]:
    """Fetch the certificates of these orders, and the failures of those that the desk would not hand out.

    `progress` is called with the name of each order whose certificate was fetched.
    """
    certificates: dict[str, Json] = {}
    failures: list[Json] = []
    for entry in entries:
        if entry.order.name in names and entry.application is not None:
            try:
                issued = desk.fetch_certificate(entry.application)
            except DeskError as error:
                failures.append({"name": entry.order.name, "message": translate(error.phrase, lang)})
            else:
                progress(entry.order.name)
                certificates[entry.order.name] = {"certificate": issued.certificate, "chain": issued.chain}
    return certificates, failures


def list_verdicts(entries: Iterable[Entry], names: Collection[str], *, address: str) -> dict[str, bool]:
    """Say of these orders whether the new certificate is served at the host's address, as the controller sees it."""
    return {entry.order.name: _is_served(entry, address) for entry in entries if entry.order.name in names}


def _is_served(entry: Entry, address: str) -> bool:
    order, application = entry.order, entry.application
    if order.install is None or order.install.prove is None or application is None:
        return False
    prove = order.install.prove
    service = Service(
        address=prove.address or address,
        port=prove.port,
        server_name=prove.server_name or served_name(order.common_name),
        timeout=prove.timeout,
    )
    return is_served(service, fingerprint=application.certificate_fingerprint or "")


def make_installation_result(legs: list[Result], failures: list[Json], *, planned: bool) -> Result:
    """Make the task's result out of the host's answers: what it had, and what it was given.

    What the host took back again is neither installed nor a change; what it may still take back is not installed.
    """
    rows = _join_rows(legs)
    failures = [*failures, *(failure for leg in legs for failure in leg.get("failures", ()))]
    taken_back = {failure["name"] for failure in failures}
    failures += [{"name": name, "message": legs[-1].get("msg") or ""} for name in _list_unproved(legs)]
    failed = {failure["name"] for failure in failures}
    missing = legs[0].get("missing", []) if legs else []
    result: Result = {
        "changed": any(leg.get("changed") for leg in legs)
        if planned
        else any(row["changed"] for name, row in rows.items() if name not in taken_back),
        "planned": planned,
        "installed": [rows[name] for name in sorted(rows) if name not in failed],
        "missing": missing if planned else [name for name in missing if name not in rows or name in failed],
        "diff": {side: _joined(legs, side, without=() if planned else taken_back) for side in ("before", "after")},
    }
    broken = [leg for leg in legs if leg.get("failed") or leg.get("unreachable")]
    if failures or broken:
        lines = [f"{failure['name']}: {failure['message']}" for failure in failures]
        result.update(failed=True, failures=failures, msg="\n".join(lines) or broken[0].get("msg", ""))
    return result


def _join_rows(legs: Iterable[Result]) -> dict[str, Json]:
    """Join what all executions did, by order name."""
    rows: dict[str, Json] = {}
    for row in (row for leg in legs for row in leg.get("installed", ())):
        rows[row["name"]] = _continued(rows.get(row["name"]), row)
    return rows


def _list_unproved(legs: Iterable[Result]) -> list[str]:
    """List the orders whose host did not answer any more once the controller had looked whether they are served."""
    unproved: set[str] = set()
    for leg in legs:
        answered = (row["name"] for part in ("installed", "failures") for row in leg.get(part, ()))
        unproved = {*unproved.difference(answered), *leg.get("unproved", ())}
    return sorted(unproved)


def list_installed_lines(result: Result, *, lang: Language) -> list[str]:
    """Word each certificate that was installed, with its place and its last day."""
    rows = [row for row in result["installed"] if row["changed"] and not result["planned"]]
    return [
        translate(_INSTALLED.filled(row["name"], _leading_path(row), (row["not_after"] or "-")[:10]), lang)
        for row in rows
    ]


def _leading_path(row: Json) -> str:
    result = (row.get(f"{role}_path") for role in ("certificate", "full_chain", "combined", "pkcs12", "chain"))
    return next((path for path in result if path), "-")


def list_open_and_done(result: Result, entries: Iterable[Entry]) -> dict[str, bool]:
    """Tell by order name whether the host has what it was to have; what failed or is missing is open.

    Of a cancelled order that gave way to another one the host says nothing, and nothing is left to be done.
    """
    done = [entry.order.name for entry in entries if entry.order.state is Wanted.CANCELLED]
    done += [row["name"] for row in result["installed"]]
    left_open = [*result["missing"], *(failure["name"] for failure in result.get("failures", ()))]
    return {**dict.fromkeys(done, True), **dict.fromkeys(left_open, False)}


def _continued(before: Json | None, row: Json) -> Json:
    """Return what two executions did for one order, as one."""
    if before is None:
        return row
    return {
        **row,
        "changed": before["changed"] or row["changed"],
        "actions": [*before["actions"], *row["actions"]],
        "backup_files": {**before["backup_files"], **row["backup_files"]},
        "removed_files": [*before["removed_files"], *row["removed_files"]],
    }


def _host_order(entry: Entry, commands: Mapping[str, str]) -> Json:
    order, application = entry.order, entry.application
    return {
        "name": order.name,
        "common_name": order.common_name,
        "csr_origin": order.csr_origin and order.csr_origin.value,
        "is_cancelled": order.state is Wanted.CANCELLED,
        "certificate_fingerprint": application.certificate_fingerprint if application else None,
        "public_key_fingerprint": application.public_key_fingerprint if application else None,
        "requested_keys": _list_requested_keys(entry),
        "key": _place(order.key) if order.key else None,
        "install": install_on_host(order.install, commands) if order.install else None,
    }


def _list_requested_keys(entry: Entry) -> list[str]:
    """List the keys of the CSR that the user supplies and of one that is registered, by their fingerprints."""
    csr, application = entry.order.csr, entry.application
    procedure = application.procedure if application else None
    requested = (csr and csr.public_key_fingerprint, procedure and procedure.public_key_fingerprint)
    return [key for key in requested if key]


def _place(key: Key) -> Json:
    return {field: getattr(key, field) for field in ("path", "csr_path", "owner", "group", "mode")}


def _joined(legs: Iterable[Result], side: str, *, without: Collection[str]) -> Json:
    joined: Json = {}
    for leg in legs:
        part = (leg.get("diff") or {}).get(side)
        joined.update(part if isinstance(part, dict) else {})
    return {name: shown for name, shown in joined.items() if name not in without}


__all__ = (
    "fetch_certificates",
    "list_installed_lines",
    "list_leading_files",
    "list_open_and_done",
    "list_to_install",
    "list_verdicts",
    "make_host_orders",
    "make_installation_result",
)

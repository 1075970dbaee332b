# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Orders that adopt what is already at the desk: the import of applications that were made by hand.

Not every desk shows all that an order says; what it does not show is left out, and asked of people.
"""

from __future__ import annotations

import os
import pathlib
import typing as t

import yaml

from ...module_utils._core.names import common_name_fault
from .._catalogue.products import PRODUCTS, TERMS
from .._catalogue.services import LINKED_SERVICES
from .._complaints.whole_file import write_whole
from .._values.links import LinkWork
from .._values.order import Wanted
from .lifecycle import is_given_up
from .rivals import REFERENCE

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from .._values.observed import Application

# The fields that every order has, as they lie in an application.
_NEEDED: t.Final = ("customer_code", "common_name", "product", "term", "usage")
_HEAD = """\
# Written by the import of what the desk lists. Move and complete the orders as you like; keep their contract_id.
# 窓口のお申し込みから書き出したオーダーです。移動や追記は自由ですが、contract_id は残してください。
"""


def make_adopting_orders(applications: Iterable[Application], *, taken: Collection[str]) -> list[dict[str, t.Any]]:
    """Make an order for each live application, pinned by its contract ID; what order files cannot say is left out.

    Only what the desk shows is in it. What a registration needs is not shown, so an application that still awaits
    its registration leads to an order that has to be completed.
    """
    names = set(taken)
    first: dict[tuple[object, ...], str] = {}
    orders = []
    for application in sorted(applications, key=lambda app: app.contract_id):
        if not application.live or not _can_be_said(application):
            continue
        name = _free_name(application, names)
        names.add(name)
        same = first.setdefault(_natural_key(application), name)
        orders.append({"name": name, **_fields(application), **({"duplicate_of": same} if same != name else {})})
    return orders


def list_unsaid(applications: Iterable[Application]) -> list[str]:
    """List the live contracts that no order can say, such as those of an item that the collection does not know."""
    return sorted(app.contract_id for app in applications if app.live and not _can_be_said(app))


def list_unshown(orders: Iterable[Mapping[str, t.Any]]) -> list[str]:
    """List the fields that orders must have, and that the desk did not show for some of them."""
    orders = tuple(orders)
    return [field for field in _NEEDED if any(field not in order for order in orders)]


def write_adopting_orders(orders: list[dict[str, t.Any]], path: str, *, pretend: bool) -> None:
    """Write orders into a new order file; raises FileExistsError where the path is taken.

    The desk's words are data: a text that could be read as a template is marked as !unsafe.
    """
    if os.path.lexists(path):
        raise FileExistsError(path)
    if pretend:
        return
    document = {"version": 1, "orders": orders}
    text = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False)
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"---\n{_HEAD}{text}", new=True)


class _Dumper(yaml.SafeDumper):
    """Writes plain values only."""


def _represent_text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "'" if "{" in text else None
    return dumper.represent_scalar("!unsafe" if "{" in text else "tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _can_be_said(application: Application) -> bool:
    service, term, name = application.linked_service, application.term, application.common_name
    if common_name_fault(name):
        return False  # an old contract may have a name that no CA certifies any more
    return application.product in PRODUCTS and term in (None, *TERMS) and (not service or service in LINKED_SERVICES)


def _fields(application: Application) -> dict[str, t.Any]:
    fields = {"contract_id": application.contract_id}
    if is_given_up(application):
        fields["state"] = Wanted.CANCELLED.value
    fields |= {field: value for field in _NEEDED if (value := getattr(application, field)) is not None}
    end = {} if is_given_up(application) else {"renewal": {"when": "window"}}
    links = {"linked_contract": _linked(application)} if application.linked_service else {}
    return {**fields, **end, **links}


def _linked(application: Application) -> dict[str, t.Any]:
    """Say to what a contract is linked, and what somebody has asked for already."""
    place: dict[str, t.Any] = {"service": application.linked_service, "contract_id": application.linked_contract_id}
    also: list[dict[str, t.Any]] = [
        {"service": link.service, "contract_id": link.contract_id} for link in application.further_links
    ]
    change = application.link_change
    if change is not None and change.linked_service in LINKED_SERVICES:
        new = {"service": change.linked_service, "contract_id": change.linked_contract_id}
        if change.work == LinkWork.ADD:
            also.append(new)
        else:
            place = {**new, "was": application.linked_contract_id}
    also = [link for link in also if link["service"] in LINKED_SERVICES]
    fields = {field: value for field, value in place.items() if value is not None}
    return {**fields, **({"also": also} if also else {})}


def _free_name(application: Application, names: Collection[str]) -> str:
    entry = REFERENCE.fullmatch(application.client_reference or "")
    wanted = entry["name"] if entry else application.common_name.replace("*.", "wildcard.")
    numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(names) + 2))
    return next(name for name in numbered if name not in names)


def _natural_key(application: Application) -> tuple[object, ...]:
    return (
        application.common_name,
        application.product,
        application.usage,
        application.linked_service,
        application.linked_contract_id,
    )


__all__ = ("list_unsaid", "list_unshown", "make_adopting_orders", "write_adopting_orders")

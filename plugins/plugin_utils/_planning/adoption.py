# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Orders that adopt what is already at the desk: the import of applications that were made by hand."""

from __future__ import annotations

import os
import pathlib
import re
import typing as t

import yaml

from .._catalogue.products import PRODUCTS, TERMS
from .._catalogue.services import LINKED_SERVICES
from .._complaints.whole_file import write_whole

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .._values.observed import Application

_REFERENCE = re.compile(r"[^/]+/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})/[0-9]+")
_HEAD = """\
# Written by the import of what the desk lists. Move and complete the orders as you like; keep their contract_id.
# 窓口のお申し込みから書き出したオーダーです。移動や追記は自由ですが、contract_id は残してください。
"""


def make_adopting_orders(applications: Iterable[Application], *, taken: Collection[str]) -> list[dict[str, t.Any]]:
    """Make an order for each live application, pinned by its contract ID; what order files cannot say is left out.

    Only what the desk lists is in it. What a registration needs is not listed, so an application that still awaits
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
    service = application.linked_service
    return application.product in PRODUCTS and application.term in TERMS and (not service or service in LINKED_SERVICES)


def _fields(application: Application) -> dict[str, t.Any]:
    fields: dict[str, t.Any] = {
        "contract_id": application.contract_id,
        "customer_code": application.customer_code,
        "common_name": application.common_name,
        "product": application.product,
        "term": application.term,
        "usage": application.usage,
        "renewal": {"when": "window"},
    }
    if application.linked_service:
        fields["linked_contract"] = {
            "service": application.linked_service,
            "contract_id": application.linked_contract_id,
        }
    return fields


def _free_name(application: Application, names: Collection[str]) -> str:
    entry = _REFERENCE.fullmatch(application.client_reference or "")
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


__all__ = ("make_adopting_orders", "write_adopting_orders")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Right answers of a desk: the JSON of its interface, and its screens as the map has them."""

from __future__ import annotations

import typing as t
import urllib.parse

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.map_parts import Screen

_MOMENTS: t.Final = ("notice_at", "opens_at", "order_by", "update_by")
_CERTIFICATE: t.Final[dict[str, t.Any]] = {
    "serial_number": "0a1b", "certificate_fingerprint": "b" * 64, "public_key_fingerprint": "a" * 64,
    "csr_origin": "service", "not_before": "2026-11-22T05:00:00Z", "not_after": "2027-05-22T05:00:00Z",
    "issued_at": "2026-11-22T05:00:00Z", "downloaded_at": None, "installed_at": None, "revoke_on": None,
}  # fmt: skip
PEM: t.Final = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
ROW: t.Final[dict[str, t.Any]] = {
    "contract_id": "rsc00000001", "client_reference": "default/www/1", "customer_code": "SG00000001",
    "common_name": "www.example.jp", "product": "sureserver_cloud", "term": "6 months", "usage": "other",
    "linked_contract_id": None, "linked_service": None, "state": "issued", "confirmations": ["domain"],
    "reason": None, "next_action": "collect", "next_action_by": "service_admin", "deadline": "2026-12-22",
    "csr_origin": "service", "public_key_fingerprint": "a" * 64, "certificate_fingerprint": "b" * 64,
    "serial_number": "0a1b", "not_before": "2026-11-22T05:00:00Z", "not_after": "2027-05-22T05:00:00Z",
    "ordered_at": "2026-11-22T05:00:00Z", "registered_at": None, "issued_at": None, "downloaded_at": None,
    "current": _CERTIFICATE, "previous": [{**_CERTIFICATE, "revoke_on": "2026-12-22"}],
    "procedure": {
        "id": "rsc00000001-3", "kind": "renewal", "state": "applied", "replaces": "b" * 64, "client_reference": "x",
        "opened_by": "order", "opened_at": "2027-04-23T05:00:00Z", "term": "6 months", "confirmations": ["domain"],
        "reason": None, "deadline": "2027-05-01", "csr_origin": "customer", "public_key_fingerprint": "c" * 64,
        "registered_at": "2027-04-23T05:00:00Z",
    },
    "period": {"number": 2, "begins": "2026-11-22T05:00:00Z", "ends": "2027-05-22T05:00:00Z", "term": "6 months"},
    "renewal": {**dict.fromkeys(_MOMENTS, "2027-04-22T05:00:00Z"), "terms": ["6 months"], "decision": "renew"},
    "linked_since": None,
    "further_links": [{"contract_id": "rmw1", "service": "s", "since": "2026-11-22T05:00:00Z"}],
    "link_change": {
        "work": "change", "was": "rga1", "linked_contract_id": "rmw2", "linked_service": "s", "client_reference": "x",
        "requested_at": "2026-11-22T05:00:00Z",
    },
}  # fmt: skip


def json_answer(path: str) -> t.Any:
    """The right answer of the JSON interface."""
    path = path.partition("?")[0].removeprefix("/api/v1")
    results = {
        "/products": [{"product": "sureserver_cloud", "terms": ["6 months"]}],
        "/linked-contracts": [{"contract_id": "rga1", "service": "s", "name": "n", "customer_code": "SG00000001"}],
        "/applications": [ROW],
    }
    issued = {"contract_id": "rsc00000001", "certificate": PEM, "chain": PEM}
    echo = {**ROW, "terms_agreed": True}
    result = issued if path.endswith("/certificate") else echo if path == "/quotes" else ROW
    rows, as_of = results.get(path, []), "2027-04-24T05:00:00Z"
    return {"request_id": "r", "as_of": as_of, "result": result, "results": rows, "total": len(rows)}


MAP: t.Final = read_screen_map()
_NEXT: t.Final = {
    "log_in": "top",
    "customer_code_choice": "online_orders",
    "online_orders": "order_notes",
    "order_notes": "order_form",
    "order_form": "order_confirm",
    "order_confirm": "order_done",
    "registration": "registration_confirm",
    "csr_entry": "registration",
    "registration_confirm": "registration_done",
    "renewals": "renewal_notes",
    "renewal_notes": "renewal_term",
    "renewal_term": "renewal_confirm",
    "renewal_confirm": "renewal_done",
}
_CHOICES: t.Final = {
    "customer_code": "SG00000001",
    "new_orders": "IIJサーバ証明書管理サービス",
    "usage": "その他",
    "product_and_term": "SureServer for クラウド 6か月",
    "csr_method": "IIJがCSRを作成",
    "contract_id": "rsc00000001 www.example.jp",
    "renewal_choice": "有効期限後、契約を更新する",
    "renewed_term": "6か月",
}
_FACTS: t.Final = {
    "contract_id": "rsc00000001",
    "common_name": "www.example.jp",
    "product": "SureServer for クラウド",
    "target_service": "その他",
    "status": "申請情報の登録待ち",
    "customer_code": "SG00000001",
    "usage": "その他",
    "deadline": "2026/12/22",
    "product_and_term": "SureServer for クラウド 6か月",
    "expiry": "2027/05/01",
    "ordered_at": "2026/11/22",
    "reason": "―",
    "csr_method": "IIJがCSRを作成",
    "state_or_province_name": "Tokyo",
    "locality_name": "Chiyoda-ku",
    "organization_name": "Example Co., Ltd.",
    "renewed_term": "6か月",
    "confirmed_applicant_name": "Web Operations",
    "confirmed_applicant_department": "Infrastructure",
    "confirmed_applicant_email": "certs@example.jp",
    "confirmed_applicant_phone": "+81-3-0000-0000",
}
_LEFT_OUT: t.Final = (
    "next_page",
    "open_confirmations",
    "csr",
    "register_csr",
    "whois_email",
    "approval_email",
    "certificate_transparency",
    "apply_method",
)
_SEEN_BY: t.Final = ("linked_contract", "apply_usage", "search_linked", "organizational_unit_name")


def screen_page(key: str) -> str:
    """A right page of this screen, made from the map."""
    screen = MAP.screens[key]
    parts = [f"<h1>{screen.title.text}</h1>", _links(screen), _facts(screen), _columns(screen), _form(screen)]
    return "<!DOCTYPE html><html><meta charset=utf-8><body>" + "".join(parts) + "</body></html>"


def _shown(screen: Screen, part: t.Any) -> list[tuple[str, str]]:
    return [(key, entry.text) for key, entry in screen.parts[part].items() if key not in (*_LEFT_OUT, *_SEEN_BY)]


def _links(screen: Screen) -> str:
    return "".join(f"<a href=/{key}>{text}</a>" for key, text in _shown(screen, "links"))


def _facts(screen: Screen) -> str:
    # What the form of a registration shows in addition its fields comes with a customer's CSR only.
    shown = [] if screen.key == "registration" else _shown(screen, "facts")
    rows = "".join(f"<tr><th>{text}</th><td>{_FACTS.get(key, '')}</td></tr>" for key, text in shown)
    return f"<table>{rows}</table>"


def _columns(screen: Screen) -> str:
    columns = _shown(screen, "columns")
    heads = "".join(f"<th>{text}</th>" for _key, text in columns)
    cells = "".join(f"<td><a href=/service_top>{_FACTS[key]}</a></td>" for key, _text in columns)
    return f"<table><caption>(1件)</caption><tr>{heads}</tr><tr>{cells}</tr></table>" if columns else ""


def _form(screen: Screen) -> str:
    fields = "".join(_field(key, text) for key, text in _shown(screen, "fields"))
    buttons = "".join(f"<button>{text}</button>" for _key, text in _shown(screen, "buttons"))
    return f"<form method=post action=/{_NEXT[screen.key]}>{fields}{buttons}</form>" if buttons else ""


def _field(key: str, text: str) -> str:
    if key in _CHOICES:
        return f"<label>{text}<select name={key}><option value=1>{_CHOICES[key]}</option></select></label>"
    kind = "password" if key == "password" else "checkbox" if key.endswith("_consent") else "text"
    return f"<label>{text}<input type={kind} name={key}></label>"


def page_at(path: str) -> bytes:
    """The right page or file at this address."""
    key = urllib.parse.urlsplit(path).path.strip("/") or "top"
    return (
        PEM.encode() if key in ("certificate", "chain") else screen_page(key if key in MAP.screens else "top").encode()
    )


__all__ = ("MAP", "ROW", "json_answer", "page_at", "screen_page")

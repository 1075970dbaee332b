# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What cannot be done online: the text for a paper form or an e-mail, filled in from the order, in Japanese."""

from __future__ import annotations

import functools
import pathlib
import typing as t

import jinja2

from ...module_utils._core.phrases import printable
from .._catalogue.services import LINKED_SERVICES
from .._complaints.vaulted import Vaulted
from .._values.links import LinkWork
from .._values.order import CsrOrigin, ReissueReason, Usage

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._complaints.complaints import Complaint
    from .._planning.entry import Entry
    from .._values.order import Order

# The search lists only contracts of the logged-in admin; the others are ordered on paper [M:2261096].
_ON_PAPER: t.Final = frozenset({"LINKED-CONTRACT-NONE", "LINKED-CONTRACT-UNLISTED"})
_TERMS: t.Final = {"6 months": "6か月", "1 year": "1年"}
_METHODS: t.Final = {CsrOrigin.SERVICE: "IIJがCSRを作成"}
_SUBJECT: t.Final = {
    "state_or_province_name": "都道府県",
    "locality_name": "市区町村",
    "organization_name": "組織",
}
_APPLICANT: t.Final = {"name": "氏名", "department": "部署", "email": "メールアドレス", "phone": "電話番号"}
_REASONS: t.Final = {
    ReissueReason.KEY_LOST: "秘密鍵の紛失",
    ReissueReason.KEY_COMPROMISED: "秘密鍵の漏えい (またはそのおそれ)",
    ReissueReason.WRONG_CONTENT: "証明書の内容の誤り",
}
_WORKS: t.Final = {"change": "変更", "add": "追加"}


def write_paper_orders(complaints: Iterable[Complaint], orders: Iterable[Order]) -> dict[str, str]:
    """Write the text of a paper order by order name, for those that the portal does not take online."""
    refused = {complaint.order for complaint in complaints if complaint.rule in _ON_PAPER}
    return {order.name: _paper(order) for order in orders if order.name in refused}


def _paper(order: Order) -> str:
    """Return the paper order: a linked service of a contract that is there is changed by e-mail, even if online too."""
    linked = order.linked_contract
    return (
        write_linked_service_email(order, work="change", master_id=None)
        if linked and linked.was
        else write_paper_order(order)
    )


def write_paper_order(order: Order) -> str:
    """Write a new order for the paper form; IIJ's form itself is not published."""
    subject = order.subject.filled_fields()
    applicant = order.applicant
    return _rendered(
        "paper_order.txt.j2",
        order,
        usage="連携対応サービスで利用" if order.usage is Usage.LINKED_SERVICE else "その他",
        method=_METHODS.get(order.csr_origin or CsrOrigin.TARGET, "お客様がCSRを作成"),
        subject=[(label, subject[name]) for name, label in _SUBJECT.items() if name in subject],
        applicant=[(label, _plain(getattr(applicant, name))) for name, label in _APPLICANT.items() if applicant],
    )


def write_linked_service_email(
    order: Order, *, work: str, master_id: str | None, contract_id: str | None = None
) -> str:
    """Write the e-mail that changes or adds a linked service; it has to come from the group admin [M:2261082].

    `contract_id`: the contract at the desk, where the order names none.
    """
    linked = order.linked_contract
    added = linked.also if linked and work == LinkWork.ADD else ()
    wanted = [(link.service, link.contract_id) for link in added]
    if linked and not wanted:
        wanted = [(linked.service, linked.contract_id or "")]
    return _rendered(
        "linked_service_email.txt.j2",
        order,
        work=_WORKS[work],
        master_id=master_id,
        contract_id=contract_id or order.contract_id,
        was=linked.was if linked and work == LinkWork.CHANGE else None,
        wanted=[f"{LINKED_SERVICES[name].name} {contract}".rstrip() for name, contract in wanted],
    )


def write_relinking_mail(entry: Entry) -> str:
    """Write the e-mail for what a person asks for in the place of a run; who sends it fills in the master ID."""
    if entry.relinking is None or entry.application is None:
        raise RuntimeError("contract broken: nothing is to be linked")
    work = entry.relinking.work.value
    return write_linked_service_email(entry.order, work=work, master_id=None, contract_id=entry.application.contract_id)


def write_reissue_request(entry: Entry) -> str:
    """Write what a person says of the certificate that has to go, whatever the screens for it are [M:2261110]."""
    application, reissue = entry.application, entry.order.reissue
    if application is None or reissue is None:
        raise RuntimeError("contract broken: nothing is to be reissued")
    facts = {
        "サービスコード": application.contract_id,
        "コモンネーム": application.common_name,
        "品目": entry.order.product.name,
        "シリアル番号": reissue.serial.upper(),
        "再発行の理由": _REASONS[reissue.reason],
    }
    return "".join(f"{label}: {_as_line(value)}\n" for label, value in facts.items())


def _rendered(template: str, order: Order, **values: object) -> str:
    linked = order.linked_contract
    service = LINKED_SERVICES[linked.service].name if linked else None
    term = _TERMS.get(order.term, order.term)
    return _templates().get_template(template).render(order=order, service=service, term=term, **values)


def _plain(value: str) -> str:
    return "(vault で保護された値)" if isinstance(value, Vaulted) else value


def _as_line(value: object) -> object:
    """Return a value as it may be printed: forms are shown in the logs of a CI too."""
    return printable(value) if isinstance(value, str) else value


@functools.cache
def _templates() -> jinja2.Environment:
    folder = pathlib.Path(__file__).with_name("templates")
    # Plain text for people: nothing is escaped.
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_as_line,
    )


__all__ = (
    "write_linked_service_email",
    "write_paper_order",
    "write_paper_orders",
    "write_reissue_request",
    "write_relinking_mail",
)

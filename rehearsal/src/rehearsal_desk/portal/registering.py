# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""申請情報の登録: CSR, the person responsible, and what the CA of the product asks for [M:2261096].

Documented: the choice of CSRの作成方法 and the fields of each, that a linked service leaves only IIJがCSRを作成, that
the subject of a customer's CSR cannot be edited, the approval address for DigiCert and GlobalSign products only, and
the choice about transparency for DigiCert products only. The confirm screen is ours.
"""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rehearsal_desk.desk import life
from rehearsal_desk.desk.desk import Shown
from rehearsal_desk.portal import labels
from rehearsal_desk.portal.complaints import complaints_of
from rehearsal_desk.portal.contracts import CERTIFICATES_PATH, contract_trail
from rehearsal_desk.portal.fields import Fields
from rehearsal_desk.portal.front import TheForm, TheFront, TheVisitor, Visitor, page
from rehearsal_desk.rules.catalogue import PRODUCTS
from rehearsal_desk.rules.csrs import Csr, UnreadableCsr, read_csr
from rehearsal_desk.rules.forms import ApplicantForm, RegistrationForm, SubjectForm
from rehearsal_desk.rules.order_rules import LINKED_SERVICE
from rehearsal_desk.rules.problems import Breach, Conflict, Refused
from rehearsal_desk.rules.registration_rules import CUSTOMER, SERVICE, approval_addresses

_CLOSED: t.Final = "申請情報はすでに登録されているか、登録を受け付けられない状態です。"
_CSR_FIELDS: t.Final = ("csr", "csr_origin")
_FLAGS: t.Final = {"true": True, "false": False}

router = APIRouter()


@router.get("/certificates/{contract_id}/registration")
def registration(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """The empty form."""
    shown = _open(desk_front.desk.read_application(who.admin, contract_id), who=who)
    only = SERVICE if shown.application.usage == LINKED_SERVICE else ""
    return _form_screen(request, who=who, shown=shown, form=RegistrationForm(csr_origin=only))


@router.post("/certificates/{contract_id}/registration")
def registration_entered(
    request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str, form: TheForm
) -> Response:
    """The form as filled in: again when a button asks for it or rules are broken, else confirmed and registered."""
    shown = _open(desk_front.desk.read_application(who.admin, contract_id), who=who)
    entered = registration_of(form)
    if form.ticked("apply_method") or form.ticked("back"):
        return _form_screen(request, who=who, shown=shown, form=entered)
    try:
        desk_front.registrar.check(who.admin, contract_id, entered)
    except Refused as refused:
        breaches = refused.breaches
    else:
        breaches = ()
    if form.ticked("register_csr"):
        # The button is about the CSR alone; the rest of the form may still be empty.
        breaches = tuple(breach for breach in breaches if breach.attribute in _CSR_FIELDS)
        return _form_screen(request, who=who, shown=shown, form=entered, breaches=breaches)
    if breaches:
        return _form_screen(request, who=who, shown=shown, form=entered, breaches=breaches)
    if not form.ticked("register"):
        return _confirm_screen(request, who=who, shown=shown, form=entered)
    desk_front.registrar.register(who.admin, contract_id, entered)
    return RedirectResponse(f"{CERTIFICATES_PATH}/{contract_id}/registered", status_code=303)


@router.get("/certificates/{contract_id}/registered")
def registered(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """What happens next."""
    shown = desk_front.desk.read_application(who.admin, contract_id)
    title, trail = labels.REGISTRATION_DONE, contract_trail(shown)
    return page(request, "registration_done.html", who=who, title=title, trail=trail, shown=shown)


def registration_of(form: Fields) -> RegistrationForm:
    """The registration on this form; a field that the chosen method has not on its screen does not count."""
    origin = form.line("csr_origin")
    return RegistrationForm(
        csr_origin=origin,
        csr=form.text("csr").strip() if origin == CUSTOMER else "",
        subject=None
        if origin == CUSTOMER
        else SubjectForm(**{name: form.line(f"subject.{name}") for name in labels.SUBJECT}),
        applicant=ApplicantForm(**{name: form.line(f"applicant.{name}") for name in labels.APPLICANT_FIELDS}),
        approval_email=form.line("approval_email"),
        certificate_transparency=_FLAGS.get(form.line("certificate_transparency")),
    )


def _open(shown: Shown, *, who: Visitor) -> Shown:
    """The application, as long as it waits for its registration."""
    who.admin.must_have("register")
    if shown.standing.state != life.AWAITING_REGISTRATION:
        raise Conflict("state", _CLOSED, attribute="contract_id")
    return shown


def _form_screen(
    request: Request,
    *,
    who: Visitor,
    shown: Shown,
    form: RegistrationForm,
    breaches: tuple[Breach, ...] = (),
) -> HTMLResponse:
    if "PRIVATE KEY" in form.csr:
        form = form.model_copy(update={"csr": ""})  # a key that was pasted by mistake is not shown again
    csr_refused = any(breach.attribute == "csr" for breach in breaches)
    return page(
        request,
        "registration_form.html",
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        csr=None if csr_refused else _csr_on(form),
        addresses=tuple((address, address) for address in approval_addresses(shown.application.common_name)),
        **_values(who=who, shown=shown, form=form, title=labels.REGISTRATION),
    )


def _confirm_screen(request: Request, *, who: Visitor, shown: Shown, form: RegistrationForm) -> HTMLResponse:
    return page(
        request,
        "registration_confirm.html",
        csr=_csr_on(form),
        carried=_carried(form),
        **_values(who=who, shown=shown, form=form, title=labels.REGISTRATION_CONFIRM),
    )


def _values(*, who: Visitor, shown: Shown, form: RegistrationForm, title: str) -> dict[str, t.Any]:
    application = shown.application
    linked = application.usage == LINKED_SERVICE
    return {
        "who": who,
        "title": title,
        "trail": contract_trail(shown),
        "shown": shown,
        "product": PRODUCTS[application.product],
        "form": form,
        "methods": {SERVICE: labels.CSR_METHODS[SERVICE]} if linked else labels.CSR_METHODS,
        "action": f"{CERTIFICATES_PATH}/{application.contract_id}/registration",
    }


def _csr_on(form: RegistrationForm) -> Csr | None:
    if form.csr_origin != CUSTOMER or not form.csr:
        return None
    try:
        return read_csr(form.csr)
    except UnreadableCsr:
        return None


def _carried(form: RegistrationForm) -> dict[str, str]:
    """The fields as the confirm screen hands them on, hidden."""
    flag = {True: "true", False: "false", None: ""}[form.certificate_transparency]
    subject = {} if form.subject is None else form.subject.model_dump()
    applicant = {} if form.applicant is None else form.applicant.model_dump()
    return {
        "csr_origin": form.csr_origin,
        "csr": form.csr,
        **{f"subject.{name}": value for name, value in subject.items()},
        **{f"applicant.{name}": value for name, value in applicant.items()},
        "approval_email": form.approval_email,
        "certificate_transparency": flag,
    }

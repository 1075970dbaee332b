# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""申請情報の登録: CSR, the person responsible, and what the CA of the product asks for [M:2261096].

Documented: the choice of CSR の作成方法 and the fields of each, that a linked service leaves only IIJがCSRを作成, that
a customer's CSR is given behind CSRを登録する and its subject cannot be edited then, the approval address for DigiCert
and GlobalSign products only, its free field for クイック認証SSL, the choice about transparency for DigiCert products
only, and the confirm screen with its consent. Ours: the screen that takes the CSR, and its words.
"""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rehearsal_desk.desk import life
from rehearsal_desk.desk.showing import Shown
from rehearsal_desk.portal import labels, variants
from rehearsal_desk.portal.complaints import complaints_of
from rehearsal_desk.portal.contracts import CERTIFICATES_PATH, contract_trail
from rehearsal_desk.portal.fields import Fields
from rehearsal_desk.portal.front import Front, TheForm, TheFront, TheVisitor, Visitor, front, page
from rehearsal_desk.rules.catalogue import PRODUCTS, Product
from rehearsal_desk.rules.csrs import Csr, UnreadableCsr, read_csr
from rehearsal_desk.rules.forms import ApplicantForm, RegistrationForm, SubjectForm
from rehearsal_desk.rules.order_rules import LINKED_SERVICE
from rehearsal_desk.rules.problems import Breach, Conflict, Refused
from rehearsal_desk.rules.registration_rules import CUSTOMER, SERVICE, approval_addresses

_CLOSED: t.Final = "申請情報はすでに登録されているか、登録を受け付けられない状態です。"
_CSR_FIELDS: t.Final = ("csr", "csr_origin")
_SHORTS: t.Final = {
    "state_or_province_name": "ST",
    "locality_name": "L",
    "organization_name": "O",
    "organizational_unit_name": "OU",
}
_FLAGS: t.Final = {"true": True, "false": False}

router = APIRouter()


@router.get("/certificates/{contract_id}/registration")
def registration(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """Show the empty form."""
    shown = _open(desk_front.desk.read_application(who.admin, contract_id), who=who)
    only = SERVICE if shown.application.usage == LINKED_SERVICE else ""
    return _form_screen(request, who=who, shown=shown, form=RegistrationForm(csr_origin=only))


@router.post("/certificates/{contract_id}/registration")
def registration_entered(
    request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str, form: TheForm
) -> Response:
    """Show the form as filled in: again when a button asks for it or rules are broken, else the next screen."""
    shown = _open(desk_front.desk.read_application(who.admin, contract_id), who=who)
    entered = registration_of(form)
    if form.ticked("apply_method"):
        return _form_screen(request, who=who, shown=shown, form=entered)
    if form.ticked("register_csr"):
        return _csr_screen(request, who=who, shown=shown, form=entered)
    # The tick comes on the next screen.
    breaches = _breaches(desk_front, entered.model_copy(update={"terms_agreed": True}), who=who, shown=shown)
    if breaches:
        return _form_screen(request, who=who, shown=shown, form=entered, breaches=breaches)
    return _confirm_screen(request, who=who, shown=shown, form=entered)


@router.post("/certificates/{contract_id}/registration/csr")
def csr_entered(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str, form: TheForm) -> Response:
    """Put the customer's CSR back in the form where it is sound, the rest of which may still be empty."""
    shown = _open(desk_front.desk.read_application(who.admin, contract_id), who=who)
    entered = registration_of(form)
    if form.ticked("back"):
        return _form_screen(request, who=who, shown=shown, form=entered.model_copy(update={"csr": ""}))
    breaches = _breaches(desk_front, entered, who=who, shown=shown)
    breaches = tuple(breach for breach in breaches if breach.attribute in _CSR_FIELDS)
    if breaches:
        return _csr_screen(request, who=who, shown=shown, form=entered, breaches=breaches)
    return _form_screen(request, who=who, shown=shown, form=entered)


@router.post("/certificates/{contract_id}/registration/confirm")
def confirmed(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str, form: TheForm) -> Response:
    """Answer 申込: registered, as far as the tick says so."""
    shown = _open(desk_front.desk.read_application(who.admin, contract_id), who=who)
    entered = registration_of(form)
    if form.ticked("back"):
        return _form_screen(request, who=who, shown=shown, form=entered)
    entered = entered.model_copy(update={"terms_agreed": form.ticked("terms_agreed")})
    try:
        desk_front.registrar.register(who.admin, contract_id, entered)
    except Refused as refused:
        return _confirm_screen(request, who=who, shown=shown, form=entered, breaches=refused.breaches)
    return RedirectResponse(f"{CERTIFICATES_PATH}/{contract_id}/registered", status_code=303)


@router.get("/certificates/{contract_id}/registered")
def registered(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """Show what happens next."""
    shown = desk_front.desk.read_application(who.admin, contract_id)
    title, trail = labels.REGISTRATION_DONE, contract_trail(shown)
    return page(request, "registration_done.html", who=who, title=title, trail=trail, shown=shown)


def registration_of(form: Fields) -> RegistrationForm:
    """Return the registration on this form; a field that the chosen method has not on its screen does not count."""
    origin = form.line("csr_origin")
    return RegistrationForm(
        csr_origin=origin,
        csr=form.text("csr").strip() if origin == CUSTOMER else "",
        subject=None
        if origin == CUSTOMER
        else SubjectForm(**{name: form.line(f"subject.{name}") for name in labels.SUBJECT}),
        applicant=ApplicantForm(**{name: form.line(f"applicant.{name}") for name in labels.APPLICANT_FIELDS}),
        approval_email=form.line("whois_email") or form.line("approval_email"),
        certificate_transparency=_FLAGS.get(form.line("certificate_transparency")),
    )


def _open(shown: Shown, *, who: Visitor) -> Shown:
    """Return the application, as long as it waits for its registration."""
    who.admin.must_have("register")
    if shown.step is None or shown.step.state not in (life.AWAITING_REGISTRATION, life.REJECTED):
        raise Conflict("state", _CLOSED, attribute="contract_id")
    return shown


def _breaches(desk_front: Front, form: RegistrationForm, *, who: Visitor, shown: Shown) -> tuple[Breach, ...]:
    try:
        desk_front.registrar.check(who.admin, shown.application.contract_id, form)
    except Refused as refused:
        return refused.breaches
    return ()


def _form_screen(
    request: Request, *, who: Visitor, shown: Shown, form: RegistrationForm, breaches: tuple[Breach, ...] = ()
) -> HTMLResponse:
    product, name = PRODUCTS[shown.application.product], shown.application.common_name
    shows_whois = front(request).variant.has(variants.WHOIS) and _is_quick(product)
    whois = (f"whois-registrant@{name.removeprefix('*.')}",) if shows_whois else ()
    return page(
        request,
        "registration_form.html",
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        csr=_csr_on(form),
        addresses=tuple((address, address) for address in (*approval_addresses(name), *whois)),
        asks_whois_address=_is_quick(product) and not whois,
        characters=labels.CHARACTER_PAGES[product.authority.id, product.level],
        **_values(who=who, shown=shown, form=form, title=labels.REGISTRATION),
    )


def _csr_screen(
    request: Request, *, who: Visitor, shown: Shown, form: RegistrationForm, breaches: tuple[Breach, ...] = ()
) -> HTMLResponse:
    return page(
        request,
        "csr_entry.html",
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        # A key that was pasted by mistake is not shown again.
        csr_text="" if "PRIVATE KEY" in form.csr else form.csr,
        carried={name: value for name, value in _carried(form).items() if name != "csr"},
        **_values(who=who, shown=shown, form=form, title=labels.REGISTER_CSR),
    )


def _confirm_screen(
    request: Request, *, who: Visitor, shown: Shown, form: RegistrationForm, breaches: tuple[Breach, ...] = ()
) -> HTMLResponse:
    return page(
        request,
        "registration_confirm.html",
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        carried=_carried(form),
        **_values(who=who, shown=shown, form=form, title=labels.REGISTRATION_CONFIRM),
    )


def _values(*, who: Visitor, shown: Shown, form: RegistrationForm, title: str) -> dict[str, t.Any]:
    application = shown.application
    product = PRODUCTS[application.product]
    linked = application.usage == LINKED_SERVICE
    return {
        "who": who,
        "title": title,
        "trail": contract_trail(shown),
        "shown": shown,
        "product": product,
        "form": form,
        "fixed": _subject_of(form),
        "address_label": labels.REQUEST_EMAIL if _is_quick(product) else labels.APPROVAL_EMAIL,
        "methods": {SERVICE: labels.CSR_METHODS[SERVICE]} if linked else labels.CSR_METHODS,
        "action": f"{CERTIFICATES_PATH}/{application.contract_id}/registration",
    }


def _is_quick(product: Product) -> bool:
    """Check whether this is one of the クイック認証SSL items, whose form has a pull-down of its own."""
    return product.level == "DV"


def _subject_of(form: RegistrationForm) -> tuple[tuple[str, str], ...]:
    """Return the fields of CSR情報 as they are fixed: what the customer's CSR says, or what was filled in."""
    csr = _csr_on(form)
    if csr is not None:
        values = {name: ", ".join(csr.values(short)) for name, short in _SHORTS.items()}
    else:
        values = {} if form.subject is None else form.subject.model_dump()
    return tuple((label, values.get(name) or labels.NOT_SHOWN) for name, label in labels.SUBJECT.items())


def _csr_on(form: RegistrationForm) -> Csr | None:
    if form.csr_origin != CUSTOMER or not form.csr:
        return None
    try:
        return read_csr(form.csr)
    except UnreadableCsr:
        return None


def _carried(form: RegistrationForm) -> dict[str, str]:
    """Return the fields as the confirm screen hands them on, hidden."""
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

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Between the words on screens and the collection's values; what the portal does not show stays unknown."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import re
import typing as t

from ..._values.observed import ENDED, Application, Kind, OfferedProduct, Procedure, SeenContract, State
from ..._values.order import Usage
from ..forms import find_misfit, read_field, read_fields
from .page_parts import Choice

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..._values.order import Order
    from .map_parts import ScreenMap
    from .window import Window

    Fact = Callable[[str], str | None]
    Row = Mapping[str, str]

COLUMNS: t.Final = "screens.status_list.columns"
_RENEWAL: t.Final = "renewal"  # stands where the portal shows no name of a procedure
_JST: t.Final = dt.timezone(dt.timedelta(hours=9))
_DAY: t.Final = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})")
_IN_BRACKETS: t.Final = re.compile(r"[(（]([^()（）]+)[)）]\s*$")


# What comes next, by whom: the portal's own words for it are not known, so they are told from the status.
NEXT_STEPS: t.Final = {
    State.AWAITING_REGISTRATION: ("register", "service_admin"),
    State.APPLIED: ("wait_for_ca", "ca"),
    State.AWAITING_CONFIRMATION: ("answer_ca", "applicant"),
    State.ISSUED: ("collect", "service_admin"),
    State.INSTALLING: ("wait_for_installation", "iij"),
}


def read_listed_application(row: Row, screen_map: ScreenMap) -> Application:
    """Read one row of ステータス一覧, which shows no term, customer code, usage or fingerprints."""
    renewal = screen_map.find_meaning("renewal_states", row["status"])
    meaning = State.ISSUED.value if renewal else screen_map.find_meaning("states", row["status"])
    state = State.UNCLEAR if meaning is None else State(meaning)
    unclear = (_words(row["status"]), "options.states") if meaning is None else None
    # An item that no order can name, such as one that the customer brings, keeps its own words.
    product = screen_map.find_meaning("products", row["product"])
    alone = screen_map.screens["status_list"].leave_alone
    if state not in ENDED and product is None and row["product"] not in alone:
        state, unclear = State.UNCLEAR, unclear or (_words(row["product"]), "options.products")
    # One row in other words than a name, such as "www.example.jp 他2件", is no reason to read none.
    common_name = "" if find_misfit("common_name", row["common_name"]) else row["common_name"]
    if state not in ENDED and not common_name:
        state, unclear = State.UNCLEAR, unclear or (_words(row["common_name"]), COLUMNS)
    next_action, by = NEXT_STEPS.get(state, ("none", "nobody"))
    shown = {**row, "product": product or row["product"]}
    return Application(
        **read_fields(shown, ("contract_id", "product")),
        common_name=common_name,
        client_reference=None,
        customer_code=None,
        term=None,
        usage=None,
        linked_contract_id=None,
        linked_service=None,
        state=state,
        next_action=next_action,
        next_action_by=by,
        not_after=_midnight("not_after", row["expiry"]),
        unclear=unclear,
        procedure=Procedure(id=_RENEWAL, kind=Kind.RENEWAL, state=State(renewal)) if renewal else None,
    )


def complete_application(application: Application, fact: Fact, screen_map: ScreenMap) -> Application:
    """Complete the application with what サービストップ tells in addition."""
    return dc.replace(
        read_shown_application(fact, screen_map), customer_code=application.customer_code, term=application.term
    )


def read_shown_application(fact: Fact, screen_map: ScreenMap) -> Application:
    """Read the application as サービストップ alone tells it."""
    row = {
        "contract_id": fact("contract_id") or "",
        "common_name": fact("common_name") or "",
        "product": fact("product") or "",
        "status": fact("status") or "",
        "expiry": fact("expiry") or "",
    }
    target = fact("target_service") or ""
    usage, service, linked_id = _target(target, screen_map)
    listed = read_listed_application(row, screen_map)
    if usage is None and listed.state not in ENDED:
        at = "options.services, options.usages.other"
        listed = dc.replace(listed, state=State.UNCLEAR, unclear=listed.unclear or (_words(target), at))
    if listed.procedure and service:
        listed = dc.replace(listed, state=State.INSTALLED)
    open_ones = re.split(r"[、,]\s*", fact("open_confirmations") or "")
    facts: dict[str, t.Any] = {
        "confirmations": read_field(
            "confirmations", [screen_map.find_meaning("confirmations", text) or text for text in open_ones if text]
        ),
        "reason": read_fields({"reason": fact("reason")}, (), ("reason",))["reason"],
        "deadline": _day(fact("deadline") or ""),
    }
    # What is said of a renewal that is under way is no more said of the first order.
    message = {"procedure": dc.replace(listed.procedure, **facts)} if listed.procedure else facts
    return dc.replace(
        listed,
        **message,
        usage=usage,
        linked_service=service,
        linked_contract_id=linked_id,
        ordered_at=_midnight("ordered_at", fact("ordered_at") or ""),
    )


def read_placed_application(order: Order, fact: Fact, screen_map: ScreenMap) -> Application:
    """Read the application as the screen after 申込 tells it.

    What it leaves out was on the confirm screen just before.
    """
    product, term = _product_and_term(fact("product_and_term") or "", screen_map) or ("", None)
    linked = order.linked_contract
    next_action, by = NEXT_STEPS[State.AWAITING_REGISTRATION]
    shown = {"contract_id": fact("contract_id"), "common_name": fact("common_name") or ""}
    fields = read_fields(shown, ("contract_id", "common_name"))
    return Application(
        contract_id=fields["contract_id"],
        client_reference=None,
        customer_code=order.customer_code,
        common_name=fields["common_name"],
        product=product,
        term=term,
        usage=order.usage.value,
        linked_contract_id=linked.contract_id if linked else None,
        linked_service=linked.service if linked else None,
        state=State.AWAITING_REGISTRATION,
        next_action=next_action,
        next_action_by=by,
        deadline=_day(fact("deadline") or ""),
    )


def read_renewed_application(application: Application, order: Order, fact: Fact) -> Application:
    """Read the contract as the screen after 更新 tells it."""
    renewal = Procedure(
        id=_RENEWAL,
        kind=Kind.RENEWAL,
        state=State.AWAITING_REGISTRATION,
        opened_by="order",
        term=order.renewal_term,
        deadline=_day(fact("deadline") or ""),
    )
    return dc.replace(application, procedure=renewal)


def read_expiry(window: Window) -> dt.datetime | None:
    """Read when the certificate ends that a screen speaks of; None where it does not say so."""
    text = window.read_fact("expiry") if "expiry" in window.screen.parts["facts"] else None
    return _midnight("not_after", text) if text else None


def awaits_registration(application: Application) -> bool:
    """Check whether CSR and application information are wanted, first or once more."""
    procedure = application.procedure
    if procedure is None:
        return application.state is State.AWAITING_REGISTRATION
    return procedure.state in (State.AWAITING_REGISTRATION, State.REJECTED)


def read_finished_order(fact: Fact, screen_map: ScreenMap) -> Application:
    """Read the application as the screen after 申込 tells it to who does not know the order."""
    product, term = _product_and_term(fact("product_and_term") or "", screen_map) or (
        fact("product_and_term") or "",
        None,
    )
    status = screen_map.find_option("states", State.AWAITING_REGISTRATION.value).text
    row = {name: fact(name) or "" for name in ("contract_id", "common_name", "expiry")}
    name = screen_map.find_option("products", product).text if product in screen_map.options["products"] else product
    listed = read_listed_application({**row, "product": name, "status": status}, screen_map)
    return dc.replace(listed, term=term, deadline=_day(fact("deadline") or ""))


def pair_choices(choices: Callable[[str], tuple[Choice, ...]]) -> tuple[Choice, ...]:
    """Pair the choices of 品目と有効期間, also where the screen has them as two fields."""
    products, terms = choices("product"), choices("term")
    pairs = [Choice(text=f"{a.text} {b.text}", value=a.value and b.value) for a in products for b in terms]
    return (*choices("product_and_term"), *pairs)


def read_offered_products(choices: Iterable[Choice], screen_map: ScreenMap) -> tuple[OfferedProduct, ...]:
    """Read what the pull-down 品目と有効期間 offers of what we know."""
    terms: dict[str, list[str]] = {}
    for choice in choices:
        result = _product_and_term(choice.text, screen_map)
        if result:
            terms.setdefault(result[0], []).append(result[1])
    return tuple(OfferedProduct(product=product, terms=tuple(result)) for product, result in terms.items())


def read_seen_contracts(
    choices: Iterable[Choice], screen_map: ScreenMap, *, customer_code: str
) -> tuple[SeenContract, ...]:
    """Read the contracts in the pull-down of linked services, of those services that we know."""
    result = []
    for choice in choices:
        contract_id, _space, rest = choice.text.partition(" ")
        service = _service(rest, screen_map)
        if choice.value and service:
            named = _IN_BRACKETS.search(rest)
            row = {
                "contract_id": contract_id,
                "service": service,
                "name": named[1] if named else rest,
                "customer_code": customer_code,
            }
            result.append(SeenContract(**read_fields(row, tuple(row))))
    return tuple(result)


def _product_and_term(text: str, screen_map: ScreenMap) -> tuple[str, str] | None:
    return next(
        (
            (product.key, term.key)
            for product in screen_map.options["products"].values()
            for term in screen_map.options["terms"].values()
            if text in {f"{name} {length}" for name in product.texts for length in term.texts}
        ),
        None,
    )


def _target(text: str, screen_map: ScreenMap) -> tuple[str | None, str | None, str | None]:
    """Read usage, linked service and linked contract out of 対象サービス; nothing where its words are not known."""
    if text in screen_map.find_option("usages", Usage.OTHER.value).texts:
        return Usage.OTHER.value, None, None
    service = _service(text, screen_map)
    if service is None:
        return None, None, None
    named = _IN_BRACKETS.search(text)
    return Usage.LINKED_SERVICE.value, service, named[1] if named else None


def _service(text: str, screen_map: ScreenMap) -> str | None:
    result = [
        (len(name), entry.key)
        for entry in screen_map.options["services"].values()
        for name in entry.texts
        if text.startswith(name)
    ]
    return max(result)[1] if result else None


def _words(text: str) -> str:
    """Return a text of the portal for people, in one line."""
    return str(read_field("reason", text)) if text else "-"


def _day(text: str) -> dt.date | None:
    match = _DAY.match(text)
    try:
        day = dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
    return read_field("deadline", day.isoformat()) if day else None


def _midnight(name: str, text: str) -> dt.datetime | None:
    """Return the beginning of a day in Japan: the portal shows no more of an expiry."""
    day = _day(text)
    return read_field(name, dt.datetime.combine(day, dt.time(), _JST).isoformat()) if day else None


__all__ = (
    "COLUMNS",
    "NEXT_STEPS",
    "awaits_registration",
    "complete_application",
    "pair_choices",
    "read_expiry",
    "read_finished_order",
    "read_listed_application",
    "read_offered_products",
    "read_placed_application",
    "read_renewed_application",
    "read_seen_contracts",
    "read_shown_application",
)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a person does for one order, screen by screen, from the walks and words that the portal's adapter goes by."""

from __future__ import annotations

import typing as t

from ..portal.filled_forms import Filling, Pick, order_filling, registration_filling, renewal_filling
from ..portal.map_parts import Entry

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ..._values.observed import Application
    from ..._values.order import Order
    from ..portal.filled_forms import Value
    from ..portal.map_parts import Screen, ScreenMap, WalkStep

Json = dict[str, t.Any]

_CONTRACT: t.Final = "contract_id"
_ON_THE_WAY: t.Final = frozenset({"customer_code"})  # filled in once for all orders of a group


def order_steps(order: Order, screen_map: ScreenMap) -> list[Json]:
    """List what is done on each screen to order this."""
    steps = list(_steps("order", order_filling(order, screen_map), screen_map))
    linked = order.linked_contract
    if linked and linked.contract_id is None:
        return [_by_service(step, screen_map.find_option("services", linked.service).text) for step in steps]
    return steps


def _by_service(step: Json, service: str) -> Json:
    """Return the step where the order does not say which contract is linked: the only one of this service is."""
    acts = [
        {**act, "value": service, "only_one": True} if act.get("field") == "linked_contract" else act
        for act in step["do"]
    ]
    return {
        **step,
        "do": acts,
        "shows": [fact for fact in step["shows"] if not (fact.get("first_word") and not fact["value"])],
    }


def registration_steps(application: Application, order: Order, csr: str | None, screen_map: ScreenMap) -> list[Json]:
    """List what is done on each screen to register CSR and application information."""
    filling = registration_filling(application, order, csr, screen_map, page=application.contract_id)
    return list(_steps("registration", filling, screen_map))


def renewal_steps(application: Application, order: Order, screen_map: ScreenMap) -> list[Json]:
    """List what is done on each screen to order the renewal of this contract."""
    return list(_steps("renewal", renewal_filling(application, order, screen_map), screen_map))


def download_steps(application: Application, screen_map: ScreenMap) -> list[Json]:
    """List what leads to the files of an issued certificate."""
    steps = list(_steps("download", Filling(fill={"contract": application.contract_id}), screen_map))
    links = screen_map.screens["service_top"].parts["links"]
    files = [links[key].text for key in ("certificate", "chain") if key in links]
    return [*steps[:-1], {**steps[-1], "do": [{"verb": "save", "label": text} for text in files]}]


def list_steps(screen_map: ScreenMap) -> list[Json]:
    """List what leads to the list of contracts."""
    return list(_steps("list", Filling(fill={}), screen_map))


def next_page_link(screen_map: ScreenMap) -> str:
    """Name the link from one page of the list to the next."""
    return screen_map.screens["status_list"].find_entry("links", "next_page").text


def list_facts_to_keep(screen_map: ScreenMap) -> list[str]:
    """Name what the screen after an order shows that has to be written down."""
    facts = screen_map.screens["order_done"].parts["facts"]
    return [facts[key].text for key in (_CONTRACT, "deadline") if key in facts]


def split_way(walks: list[list[Json]]) -> tuple[list[Json], list[list[Json]]]:
    """Split off the way that all walks have in common, which a person goes once."""
    way = 0
    for steps in zip(*walks, strict=False):
        if any(step != steps[0] for step in steps) or not _leads_on(steps[0]):
            break
        way += 1
    return walks[0][:way] if walks else [], [steps[way:] for steps in walks]


def _leads_on(step: Json) -> bool:
    """Check whether this step belongs to the menus, and not to one order."""
    own = [act for act in step["do"] if act["verb"] not in ("follow", "press")]
    return bool(step["do"]) and all(act.get("field") in _ON_THE_WAY for act in own) and not step["shows"]


def _steps(walk: str, filling: Filling, screen_map: ScreenMap) -> Iterator[Json]:
    for step in screen_map.walks[walk]:
        if step.only_with and filling.fill.get(step.only_with) is None:
            continue
        if step.open and walk != "list":
            # A person opens a contract from the list.
            *way, last = _steps("list", Filling(fill={}), screen_map)
            column = screen_map.screens["status_list"].parts["columns"][_CONTRACT].text
            yield from way
            yield {**last, "do": [{"verb": "open", "label": column, "value": str(filling.fill[step.open])}]}
            continue
        yield _step(step, screen_map.screens[step.screen], filling)


def _step(step: WalkStep, screen: Screen, filling: Filling) -> Json:
    acts = [act for name in step.fill for act in _fill(name, screen, filling.fill.get(name))]
    acts += [{"verb": "tick", "label": screen.find_entry("fields", name).text} for name in step.tick]
    if step.press:
        press = {"verb": "press", "label": screen.find_entry("buttons", step.press).text}
        acts.append({**press, "if_there": True} if step.if_there else press)
    if step.follow:
        acts.append({"verb": "follow", "label": screen.find_entry("links", step.follow).text})
    # Before the last press, and on the screen that comes of it.
    shows = list(_shows(screen, filling)) if step.commits or not step.acts else []
    result: Json = {"screen": screen.title.text, "do": acts, "shows": shows}
    return {**result, **({"at_times": True} if step.at_times else {}), **({"commits": True} if step.commits else {})}


def _fill(name: str, screen: Screen, value: Value | None) -> Iterator[Json]:
    if value is None:
        return
    field = {**_label(screen.find_entry("fields", name)), "field": name}
    if name == "csr":
        yield {"verb": "paste", "value": str(value), **field}
    elif isinstance(value, Pick):
        kind = {"first_word": True} if value.first_word else {}
        yield {"verb": "choose", "value": value.text, **field, **kind}
    elif isinstance(value, Entry):
        yield {"verb": "choose", "value": value.text, **field, **_others(value.texts)}
    else:
        yield {"verb": "enter", "value": str(value), **field}


def _shows(screen: Screen, filling: Filling) -> Iterator[Json]:
    """Yield what this screen must show of the order."""
    for key, entry in screen.parts["facts"].items():
        if key in filling.show:
            value = filling.show[key]
            texts = value.texts if isinstance(value, Entry) else (_text(value),)
            first_word = {"first_word": True} if isinstance(value, Pick) and value.first_word else {}
            yield {**_label(entry), "value": texts[0], **first_word, **_others(texts), **_optional(entry)}


def _text(value: Value | None) -> str:
    return value.text if isinstance(value, Pick) else value if isinstance(value, str) else ""


def _label(entry: Entry) -> Json:
    """Return what something is called on its screen; some are called otherwise for some products."""
    return {"label": entry.text, **({"or_label": list(entry.texts[1:])} if len(entry.texts) > 1 else {})}


def _others(texts: tuple[str, ...]) -> Json:
    return {"or": list(texts[1:])} if len(texts) > 1 else {}


def _optional(entry: Entry) -> Json:
    return {} if entry.needed else {"at_times": True}


__all__ = (
    "download_steps",
    "list_facts_to_keep",
    "list_steps",
    "next_page_link",
    "order_steps",
    "registration_steps",
    "renewal_steps",
    "split_way",
)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Work sheets: what the people of each role have to do at the portal, as one document a role."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.vaulted import HIDDEN, hide, publish
from .._planning.digests import digest

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from ...module_utils._core.phrases import Language
    from .rows import Row

FORMAT: t.Final = "iij.server_certificate/sheet"
VERSION: t.Final = 1
# What a person does for an order, who does it, and the state that is recorded afterwards.
KINDS: t.Final = {
    "order": ("group_admin", "ordered"),
    "renew": ("group_admin", "renewed"),
    "reissue": ("group_admin", "reissued"),
    "relink": ("group_admin", "relinked"),
    "cancel": ("group_admin", "cancelled"),
    "register": ("service_admin", "registered"),
    "download": ("service_admin", None),
    "answer": ("applicant", None),
}
ROLES: t.Final = tuple(dict.fromkeys(role for role, _state in KINDS.values()))
SHORT: t.Final = 8  # digits of a digest on paper

_TODO: t.Final = {
    "order": Phrase("order it by the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のとおりに申し込む"),
    "renew": Phrase("renew it by the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のとおりに更新する"),
    "reissue": Phrase("have it reissued by the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のとおりに再発行する"),
    "relink": Phrase("send the e-mail of the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のメールを送信する"),
    "cancel": Phrase("cancel it by the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のとおりに解約する"),
    "register": Phrase("register it by the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のとおりに登録する"),
    "download": Phrase(
        "download its certificate by the work sheet {0}, no. {1}", "作業票 {0} の {1} 番のとおりに証明書を取得する"
    ),
}


class Work(t.NamedTuple):
    """What a person does for one order.

    `steps` are those of the portal's screens, none where they are not known; `text` is what is sent or said instead.
    """

    order: str
    kind: str
    common_name: str
    product: str
    term: str
    contract_id: str | None
    confirmations: tuple[str, ...]
    steps: list[Row]
    order_digest: str
    text: str | None = None

    @property
    def role(self) -> str:
        return KINDS[self.kind][0]

    @property
    def digest(self) -> str:
        """What a sheet carries of this work, so that an old one is told from the one of today."""
        texts = [self.text] if self.text else []
        return digest([self.kind, self.contract_id, self.order_digest, self.steps, *texts]).partition(":")[2][:SHORT]


class Group(t.NamedTuple):
    """Works of one kind, and the way through the menus that they have in common."""

    kind: str
    way: list[Row]
    works: list[Work]
    own: list[list[Row]]  # what is left of each work's steps


class RegisterFacts(t.NamedTuple):
    """What every sheet of a run tells: whose portfolio, how the list is reached, what is written down."""

    portfolio: str
    lang: Language
    made_at: dt.datetime  # UTC
    list_way: list[Row]
    next_page: str
    keep: list[str]
    known: dict[str, list[str]]  # contract IDs of each common name in the register
    waiting: bool  # whether contracts wait for somebody, so that the list is to be read now and then


def describe_sheet(role: str, groups: Iterable[Group], facts: RegisterFacts) -> Row:
    """Make the sheet of one role; nothing vaulted is on it."""
    numbered = 0
    shown: list[Row] = []
    for group in groups:
        items = []
        for work, steps in zip(group.works, group.own, strict=True):
            numbered += 1
            items.append(_item(work, steps, number=numbered))
        shown.append({"kind": group.kind, "way": group.way, "items": items})
    publish((FORMAT, role, *KINDS))
    document = hide(
        {
            "format": FORMAT,
            "version": VERSION,
            "role": role,
            "lang": facts.lang,
            "portfolio": facts.portfolio,
            "digest": digest([item["sheet"] for group in shown for item in group["items"]]).partition(":")[2][:SHORT],
            "look": _look(shown, facts),
            "groups": shown,
            "keep": facts.keep,
        }
    )
    hidden = HIDDEN in str(document)
    return {**document, "hidden": hidden, "made_at": facts.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def word_work(document: Row, file: str, lang: Language) -> dict[str, str]:
    """Say, by order name, where on this sheet its work is; what merely waits is no work."""
    return {
        item["order"]: translate(_TODO[group["kind"]].filled(file, item["number"]), lang)
        for group in document["groups"]
        for item in group["items"]
        if group["kind"] in _TODO
    }


def _item(work: Work, steps: list[Row], *, number: int) -> Row:
    return {
        "number": number,
        "order": str(work.order),
        "common_name": work.common_name,
        "product": work.product,
        "term": work.term,
        "contract_id": work.contract_id,
        "confirmations": list(work.confirmations),
        "sheet": work.digest,
        "record": KINDS[work.kind][1],
        "steps": steps,
        "text": work.text,
    }


def _look(shown: list[Row], facts: RegisterFacts) -> Row | None:
    """Return how the list is reached, and which contracts it may show of what is to be ordered."""
    names = {item["common_name"] for group in shown if group["kind"] == "order" for item in group["items"]}
    absent = [{"common_name": name, "known": facts.known.get(name, [])} for name in sorted(names)]
    if not absent and not (facts.waiting and any(group["kind"] in ("register", "download") for group in shown)):
        return None
    return {"way": facts.list_way, "next_page": facts.next_page, "absent": absent}


__all__ = ("FORMAT", "KINDS", "ROLES", "Group", "RegisterFacts", "Work", "describe_sheet", "word_work")

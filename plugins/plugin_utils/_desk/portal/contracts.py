# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is there already: ステータス一覧, サービストップ, 申請情報の登録, downloads."""

from __future__ import annotations

import contextlib
import itertools
import re
import typing as t

from ....module_utils._core.phrases import Phrase
from ..._values.observed import IssuedCertificate, State
from ..desk import AnswerUnusable, DeskUnreachable, StateConflict
from ..forms import read_fields
from . import wire
from .filled_forms import Filling, registration_filling
from .page import Unreadable
from .status_rows import read_rows, read_total
from .walking import require_agreement, take_walk

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..._values.observed import Application
    from ..._values.order import Order
    from .window import Window

_FEWER: t.Final = Phrase(
    "「{0}」 counts {1} applications, and its pages hold {2}", "「{0}」の件数は{1}件ですが、一覧には{2}件しかありません"
)
_MAY_GO_ON: t.Final = Phrase(
    "its list may go on behind 「{0}」, and shows no count: write that under words.next_page in your screen map, or, "
    "if it leads elsewhere, under screens.status_list.leave_alone",
    "件数の表示がなく、「{0}」の先に一覧の続きがあるかもしれません。画面マップの words.next_page に書いてください。"
    "続きでなければ screens.status_list.leave_alone に追加してください",
)
_TOO_LONG: t.Final = Phrase(
    "「{0}」 has more than {1} rows or {2} pages, which is not read",
    "「{0}」が長すぎます ({1}行または{2}ページを超えています)",
)
_MOST_ROWS: t.Final = 1_000_000
_MOST_PAGES: t.Final = 10_000
_READINGS: t.Final = 3  # of a list that changes while it is read; ours
_UNREADABLE: t.Final = Phrase("its list cannot be read: {0}", "一覧を読み取れません: {0}")
_NO_CERTIFICATE: t.Final = Phrase(
    "the portal offers no certificate of {0} to download", "ポータルに、ダウンロードできる {0} の証明書がありません"
)
_NO_PEM: t.Final = Phrase(
    "what the portal hands out under 「{0}」 is no PEM", "ポータルの「{0}」からダウンロードしたものはPEMではありません"
)
_TOO_LATE: t.Final = Phrase(
    "{0} takes no registration any more: it is 「{1}」 on the portal",
    "{0} の申請情報は登録できなくなっています。ポータルのステータスは「{1}」です",
)
_ANOTHER: t.Final = Phrase("it is about {0} instead of {1}", "{1} ではなく {0} が表示されています")
_GOES_ON: t.Final = re.compile(r"次.*|(?i:next).*|[>＞»›→]+")


class Listing(t.NamedTuple):
    """Every application, and where its サービストップ is."""

    applications: dict[str, Application]
    addresses: dict[str, str]


class RowsMissing(AnswerUnusable):
    """The pages of the list hold fewer rows than it counts: they moved while it was read, or are not shown."""


def read_whole_list(walker: Callable[[Callable[[Window], Listing]], Listing]) -> Listing:
    """Read the list by walks from the top page: again where rows were missing, for they may have moved meanwhile."""
    for _reading in range(_READINGS - 1):
        with contextlib.suppress(RowsMissing):
            return walker(read_status_list)
    return walker(read_status_list)


def read_status_list(window: Window) -> Listing:
    """Read all pages of ステータス一覧 once; raises RowsMissing when they hold fewer rows than the portal counts."""
    take_walk(window, "list", Filling(fill={}))
    result, total = _read_pages(window)
    if len(result.applications) < total:
        raise RowsMissing(_FEWER.filled(window.page.heading, total, len(result.applications)))
    return result


def _read_pages(window: Window) -> tuple[Listing, int]:
    """Read from this page on, and the most that a page counts.

    What vanishes from a page that was read takes a row of the next one with it, and the last count agrees.
    """
    result = Listing({}, {})
    seen: set[str] = set()
    totals: list[int] = []
    for page in itertools.count(1):
        before = len(result.applications)
        _add_rows(window, result)
        total = read_total(window.page.captions)
        totals += [] if total is None else [total]
        # All pages may have one address, and a page may hold what has moved on from the page before.
        leads_back = window.page.url in seen and len(result.applications) == before
        seen.add(window.page.url)
        if page > _MOST_PAGES or len(result.applications) > _MOST_ROWS:
            raise AnswerUnusable(_TOO_LONG.filled(window.page.heading, _MOST_ROWS, _MOST_PAGES))
        if leads_back or not window.has("links", "next_page"):
            break
        window.follow("next_page")
        window.expect("status_list")
    if not totals:
        _require_end(window, pages=page)
    return result, max(totals, default=0)


def _require_end(window: Window, *, pages: int) -> None:
    """Refuse a list without a count that seems to go on by words that the map does not know."""
    expected = {*window.screen.find_entry("links", "next_page").texts, *window.screen.leave_alone}
    clickable = (text for text in window.page.list_clickable_texts() if text not in expected)
    further = [text for text in clickable if _GOES_ON.fullmatch(text) or (text == "2" and pages == 1)]
    if further:
        raise window.describe_unexpected(_MAY_GO_ON.filled(further[0]))


def read_in_full(window: Window, application: Application, address: str) -> Application:
    """Read the application with what its サービストップ tells."""
    _to_contract(window, "details", application, address)
    return wire.complete_application(application, window.read_fact, window.screen_map)


def download_certificate(window: Window, application: Application, address: str) -> IssuedCertificate:
    """Download the certificate and its intermediates."""
    _to_contract(window, "download", application, address)
    if not window.has("links", "certificate"):
        raise StateConflict(_NO_CERTIFICATE.filled(application.contract_id))
    leaf, chain = (_pem(window, key) for key in ("certificate", "chain"))
    read = {"contract_id": application.contract_id, "certificate": leaf, "chain": chain}
    return IssuedCertificate(**read_fields(read, tuple(read)))


def register(
    window: Window,
    application: Application,
    address: str,
    *,
    order: Order,
    csr: str | None,
    agree: Callable[[str], None],
) -> bool:
    """Register; returns False when the answer was lost and only a look tells whether it was taken.

    `agree` is called with the sentence of consent before it is ticked.
    """
    require_agreement(order)
    filling = registration_filling(application, order, csr, window.screen_map, page=address)
    press, *rest = take_walk(window, "registration", filling, look=_check_status)
    submission = window.fill_in(str(press.press), dict.fromkeys(press.tick, True))
    agree("\n".join(window.read_ticks(press)))
    try:
        window.send(submission)
    except DeskUnreachable:
        return False
    window.expect(*(step.screen for step in rest))
    return True


def _check_status(window: Window) -> None:
    """Stop at the contract's own page where it says that no registration is awaited."""
    if window.screen.key != "service_top":
        return
    status = window.read_fact("status") or ""
    first, renewal = (window.screen_map.find_meaning(group, status) for group in ("states", "renewal_states"))
    awaited = (State.AWAITING_REGISTRATION, State.REJECTED) if renewal else (State.AWAITING_REGISTRATION,)
    if (renewal or first) not in awaited:
        raise StateConflict(_TOO_LATE.filled(window.read_fact("contract_id"), status))


def _to_contract(window: Window, walk: str, application: Application, address: str) -> None:
    take_walk(window, walk, Filling(fill={"contract": address}))
    shown = window.read_fact("contract_id")
    if "contract_id" in window.screen.parts["facts"] and shown != application.contract_id:
        raise window.describe_unexpected(_ANOTHER.filled(shown, application.contract_id))


def _add_rows(window: Window, listing: Listing) -> None:
    try:
        for row in read_rows(window.page, window.screen):
            application = wire.read_listed_application({key: value[0] for key, value in row.items()}, window.screen_map)
            listing.applications[application.contract_id] = application
            listing.addresses[application.contract_id] = row["contract_id"][1] or ""
    except Unreadable as error:
        raise window.describe_unexpected(_UNREADABLE.filled(error.phrase)) from None


def _pem(window: Window, key: str) -> str:
    text = window.download_file(window.find_link(key)).decode("ascii", "replace")
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise AnswerUnusable(_NO_PEM.filled(window.screen.find_entry("links", key).text))
    return text


__all__ = ("Listing", "download_certificate", "read_in_full", "read_status_list", "read_whole_list", "register")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other portals on purpose: the real markup is unknown, so the same screens can be served in other ways, by name.

A variant changes how pages look and which screens come, never the rules behind them.
"""

from __future__ import annotations

import dataclasses as dc
import html
import typing as t

from rehearsal_desk.portal import reshaping

UTF_8: t.Final = "utf-8"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How one portal differs. `words`: texts of pages and what is there instead, in this order.

    `detours`: screens that come in addition to the usual ones; `encoding`: of pages and forms, by the name of browsers.
    """

    name: str
    does: str
    words: tuple[tuple[str, str], ...] = ()
    reshape: t.Callable[[str], str] = str
    detours: frozenset[str] = frozenset()
    encoding: str = UTF_8
    codec: str = UTF_8
    runs_scripts: bool = False

    def has(self, detour: str) -> bool:
        return detour in self.detours

    def changed(self, page: str) -> str:
        """Return the page as this portal shows it."""
        for word, other in self.words:
            page = page.replace(html.escape(word), html.escape(other))
        return self.reshape(page)


NOTICE_BEFORE_FORM: t.Final = "notice before the form"
NOTICE_AFTER_LOG_IN: t.Final = "notice after the log-in"
NO_NOTES: t.Final = "no notes"
TWO_PAGES: t.Final = "two pages"
SECOND_CONFIRMATION: t.Final = "second confirmation"
CODE: t.Final = "code"
WHOIS: t.Final = "WHOIS addresses"

_RENAMED: t.Final = (
    ("コモンネーム", "サーバのFQDN"),
    ("品目と有効期間", "証明書の種類と期間"),
    ("利用形態を反映する", "反映"),
    ("利用形態", "ご利用方法"),
)


def _encoded(name: str, encoding: str, codec: str) -> Variant:
    return Variant(name=name, does=f"Pages and forms are in {encoding}.", encoding=encoding, codec=codec)


PLAIN: t.Final = Variant(name="", does="The screens as the manual has them.")
VARIANTS: t.Final = {
    variant.name: variant
    for variant in (
        PLAIN,
        Variant(
            name="notice_before_form",
            does="A notice has to be closed before the order form comes.",
            detours=frozenset({NOTICE_BEFORE_FORM}),
        ),
        Variant(
            name="notice_after_log_in",
            does="A notice has to be closed after each log-in.",
            detours=frozenset({NOTICE_AFTER_LOG_IN}),
        ),
        Variant(name="no_notes", does="The list of services leads to the form.", detours=frozenset({NO_NOTES})),
        Variant(
            name="two_pages",
            does="The order form asks for 品目と有効期間 on a second page.",
            detours=frozenset({TWO_PAGES}),
        ),
        Variant(
            name="second_confirmation",
            does="申込 is on a screen of its own, after one that shows the order.",
            detours=frozenset({SECOND_CONFIRMATION}),
        ),
        Variant(name="renamed_labels", does="Labels have other names.", words=_RENAMED),
        Variant(name="tables", does="Facts are in tables instead of definition lists.", reshape=reshaping.as_tables),
        Variant(name="fieldsets", does="Fields are named by legends.", reshape=reshaping.in_fieldsets),
        Variant(name="radio_buttons", does="Pull-downs are radio buttons.", reshape=reshaping.as_radio_buttons),
        Variant(name="ids_for_labels", does="Fields name the id of their text.", reshape=reshaping.by_ids),
        Variant(
            name="two_pull_downs",
            does="品目 and 有効期間 are two pull-downs.",
            reshape=reshaping.apart,
        ),
        Variant(
            name="scripted",
            does="A script brings the rest of the order form once the usage is chosen.",
            reshape=reshaping.by_script,
            runs_scripts=True,
        ),
        Variant(
            name="code_after_log_in",
            does="A code that a person is sent is asked for after the log-in.",
            detours=frozenset({CODE}),
        ),
        _encoded("shift_jis", "Shift_JIS", "cp932"),
        _encoded("windows_31j", "Windows-31J", "cp932"),
        _encoded("euc_jp", "EUC-JP", "euc_jp"),
        Variant(
            name="new_statuses", does="Statuses have names never seen.", words=(("申請情報の登録待ち", "登録受付中"),)
        ),
        Variant(
            name="new_consent",
            does="The sentence of consent to an order is another one.",
            words=(("前述の注意事項及び約款・規約に同意して", "約款第3版に同意して、自動更新も含め"),),
        ),
        Variant(
            name="whois_addresses",
            does="The pull-down of クイック認証SSL has addresses from WHOIS, and there is no free field.",
            detours=frozenset({WHOIS}),
        ),
        Variant(
            name="new_item",
            does="An item is listed under a name never seen.",
            reshape=reshaping.with_new_item,
        ),
    )
}

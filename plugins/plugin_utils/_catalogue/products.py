# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The application-agency items (申請代行証明書品目) and that of brought certificates (持ち込み証明書品目).

The English ids are ours, the Japanese names are the portal's.
"""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .authorities import CYBERTRUST, DIGICERT, ELSEWHERE, GLOBALSIGN, Authority
from .fact import Confidence, Fact, unknown_fact
from .services import LINKED_SERVICES


@dc.dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # each is the only one of its kind
class Product:
    """One item. `linked_services` None: no restriction is known. `many_servers`: it may serve on several servers.

    `brought`: the customer brings the certificate and its key, and a person uploads them to the portal [M:9049881].
    """

    id: str
    name: str
    authority: Authority
    belongs: Fact[str]  # the authority's id, with the source that says so
    level: Fact[str]  # DV, OV or EV; NO_LEVEL of a brought certificate
    wildcard: Fact[bool | None]  # None: either
    many_servers: Fact[bool]
    linked_services: Fact[tuple[str, ...] | None]
    characters_page: Fact[str]  # where the CA says which characters its certificates may have
    brought: bool = False


NO_LEVEL: t.Final = "-"
# The contract terms named in [M:2261126], in days. Which of them IIJ offers for which product today is unknown,
# so none is refused offline.
TERMS: t.Final = {"6 months": 183, "1 year": 365}

_SCOPE = "M:2261124"
_CLOUD: Fact[tuple[str, ...] | None] = Fact(("gio_content_acceleration", "managed_waf_link"), _SCOPE, Confidence.PARTLY)
_ANY: Fact[tuple[str, ...] | None] = unknown_fact("no restriction on the pages seen")
_LISTED = {
    DIGICERT.id: Fact(DIGICERT.id, "M:84710795", Confidence.PARTLY),
    GLOBALSIGN.id: Fact(GLOBALSIGN.id, "M:84710799", Confidence.PARTLY),
    CYBERTRUST.id: Fact(CYBERTRUST.id, "by the product's name", Confidence.DEDUCED),
}


# The page on new orders sends people there; of the クラウド証明書 items it says nothing, so their level decides.
_CHARACTER_PAGES: dict[str | tuple[str, str], str] = {
    (DIGICERT.id, "EV"): "https://knowledge.digicert.com/ja/jp/solution/SO23307.html",
    (DIGICERT.id, "OV"): "https://knowledge.digicert.com/ja/jp/solution/SO22872.html",
    CYBERTRUST.id: "https://www.cybertrust.ne.jp/sureserver/support/csr.html",
    GLOBALSIGN.id: "https://jp.globalsign.com/support/faq/65.html",
}


def _characters_page(authority: Authority, level: str, *, listed: bool) -> Fact[str]:
    page = _CHARACTER_PAGES.get((authority.id, level)) or _CHARACTER_PAGES[authority.id]
    return Fact(page, "M:2261096") if listed else Fact(page, "M:2261096, by the level", Confidence.DEDUCED)


def _product(
    product_id: str,
    name: str,
    authority: Authority,
    level: str,
    *,
    many: bool,
    wildcard: bool = False,
    services: Fact[tuple[str, ...] | None] = _ANY,
) -> Product:
    return Product(
        id=product_id,
        name=name,
        authority=authority,
        belongs=_LISTED[authority.id],
        level=Fact(level, "product names and the CAs' pages; the manual never says it", Confidence.DEDUCED),
        wildcard=Fact(wildcard, "M:2261096; EVG 7.1.4.2.2"),
        many_servers=Fact(many, _SCOPE, Confidence.PARTLY),
        linked_services=services,
        characters_page=_characters_page(authority, level, listed=authority is not DIGICERT or services is _ANY),
    )


PRODUCTS: t.Final = {
    product.id: product
    for product in (
        _product("secure_server_id_ev", "セキュア・サーバID EV", DIGICERT, "EV", many=False),
        _product("global_server_id_ev", "グローバル・サーバID EV", DIGICERT, "EV", many=False),
        _product("secure_server_id", "セキュア・サーバID", DIGICERT, "OV", many=False),
        _product("global_server_id", "グローバル・サーバID", DIGICERT, "OV", many=False),
        _product(
            "secure_server_id_ev_cloud",
            "セキュア・サーバID EV ※クラウド証明書",
            DIGICERT,
            "EV",
            many=True,
            services=_CLOUD,
        ),
        _product(
            "global_server_id_ev_cloud",
            "グローバル・サーバID EV ※クラウド証明書",
            DIGICERT,
            "EV",
            many=True,
            services=_CLOUD,
        ),
        _product(
            "secure_server_id_cloud", "セキュア・サーバID ※クラウド証明書", DIGICERT, "OV", many=True, services=_CLOUD
        ),
        _product(
            "global_server_id_cloud",
            "グローバル・サーバID ※クラウド証明書",
            DIGICERT,
            "OV",
            many=True,
            services=_CLOUD,
        ),
        _product("sureserver_ev_cloud", "SureServer EV for クラウド", CYBERTRUST, "EV", many=True),
        _product("sureserver_cloud", "SureServer for クラウド", CYBERTRUST, "OV", many=True),
        _product("organization_ssl", "企業認証SSL", GLOBALSIGN, "OV", many=True),
        _product(
            "organization_ssl_wildcard",
            "企業認証SSL/ワイルドカードオプション付き",
            GLOBALSIGN,
            "OV",
            many=True,
            wildcard=True,
        ),
        _product("quick_ssl", "クイック認証SSL", GLOBALSIGN, "DV", many=True),
        _product(
            "quick_ssl_wildcard",
            "クイック認証SSL/ワイルドカードオプション付き",
            GLOBALSIGN,
            "DV",
            many=True,
            wildcard=True,
        ),
    )
}

BROUGHT: t.Final = Product(
    id="brought_certificate",
    name="持ち込み証明書品目",
    authority=ELSEWHERE,
    belongs=Fact(ELSEWHERE.id, "M:2261124", Confidence.PARTLY),
    level=Fact(NO_LEVEL, "a matter of the CA that you have chosen", Confidence.DEDUCED),
    wildcard=unknown_fact("not on the pages seen"),
    many_servers=Fact(True, f"{_SCOPE}: by the certificate that is brought", Confidence.PARTLY),
    linked_services=Fact(tuple(LINKED_SERVICES), "M:92637634 for three of them; M:2261082", Confidence.PARTLY),
    characters_page=Fact("", "nothing of a subject is asked", Confidence.DEDUCED),
    brought=True,
)
PRODUCTS[BROUGHT.id] = BROUGHT

_BY_NAME: t.Final = {product.name: product for product in PRODUCTS.values()}


def find_product(text: str) -> Product | None:
    """Find the product with this id or with this Japanese item name."""
    return PRODUCTS.get(text) or _BY_NAME.get(text)


__all__ = ("BROUGHT", "NO_LEVEL", "PRODUCTS", "TERMS", "Product", "find_product")

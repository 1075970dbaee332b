# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Products, certification authorities, linked services and dated industry rules: frozen data, each with its source.

Sources are written as in the project's fact sheet: M = page of the service's manual, BR = CA/Browser Forum TLS Baseline
Requirements, EVG = EV Guidelines. The English ids are ours; the Japanese names are the portal's.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certification authority, and what the portal's form asks for its products."""

    id: str
    name: str
    approval_email: bool  # whether the form asks for an approval address [M:2261096]
    transparency_choice: bool  # whether the form offers the Certificate Transparency choice [M:2261096]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: str
    name: str
    authority: Authority
    level: str  # DV, OV or EV; follows from the names and the CAs' pages, the manual never says it
    wildcard: bool = False
    linked_services: tuple[str, ...] | None = None  # None: no restriction is known


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class LinkedService:
    id: str
    name: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ValidityLimit:
    """The longest life of a certificate issued from `since` on [BR 6.3.2]."""

    since: dt.date
    days: int


DIGICERT = Authority(id="digicert", name="DigiCert Japan", approval_email=True, transparency_choice=True)
CYBERTRUST = Authority(id="cybertrust", name="Cybertrust", approval_email=False, transparency_choice=False)
GLOBALSIGN = Authority(id="globalsign", name="GMO GlobalSign", approval_email=True, transparency_choice=False)

# The cloud certificates can be ordered only with these two [M:2261124, only its beginning is known].
_CLOUD_SERVICES = ("gio_content_acceleration", "managed_waf_link")


def _cloud(product_id: str, name: str, level: str) -> Product:
    return Product(id=product_id, name=name, authority=DIGICERT, level=level, linked_services=_CLOUD_SERVICES)


# Which CA a product belongs to: M:84710795 (DigiCert), M:84710799 (GlobalSign); Cybertrust by the product's name.
PRODUCTS: t.Final = {
    product.id: product
    for product in (
        Product(id="secure_server_id_ev", name="セキュア・サーバID EV", authority=DIGICERT, level="EV"),
        Product(id="global_server_id_ev", name="グローバル・サーバID EV", authority=DIGICERT, level="EV"),
        Product(id="secure_server_id", name="セキュア・サーバID", authority=DIGICERT, level="OV"),
        Product(id="global_server_id", name="グローバル・サーバID", authority=DIGICERT, level="OV"),
        _cloud("secure_server_id_ev_cloud", "セキュア・サーバID EV ※クラウド証明書", "EV"),
        _cloud("global_server_id_ev_cloud", "グローバル・サーバID EV ※クラウド証明書", "EV"),
        _cloud("secure_server_id_cloud", "セキュア・サーバID ※クラウド証明書", "OV"),
        _cloud("global_server_id_cloud", "グローバル・サーバID ※クラウド証明書", "OV"),
        Product(id="sureserver_ev_cloud", name="SureServer EV for クラウド", authority=CYBERTRUST, level="EV"),
        Product(id="sureserver_cloud", name="SureServer for クラウド", authority=CYBERTRUST, level="OV"),
        Product(id="organization_ssl", name="企業認証SSL", authority=GLOBALSIGN, level="OV"),
        Product(
            id="organization_ssl_wildcard",
            name="企業認証SSL/ワイルドカードオプション付き",
            authority=GLOBALSIGN,
            level="OV",
            wildcard=True,
        ),
        Product(id="quick_ssl", name="クイック認証SSL", authority=GLOBALSIGN, level="DV"),
        Product(
            id="quick_ssl_wildcard",
            name="クイック認証SSL/ワイルドカードオプション付き",
            authority=GLOBALSIGN,
            level="DV",
            wildcard=True,
        ),
    )
}

# [M:2261080, only its beginning is known]
LINKED_SERVICES: t.Final = {
    service.id: service
    for service in (
        LinkedService(id="web_high_grade_2", name="IIJ Webハイグレード2サービス"),
        LinkedService(id="document_exchange", name="IIJドキュメントエクスチェンジサービス"),
        LinkedService(id="gio_content_acceleration", name="IIJ GIOコンテンツアクセラレーションサービス"),
        LinkedService(
            id="cloud_web_hosting_link",
            name="IIJクラウドWebホスティングサービス/IIJサーバ証明書管理サービス連携オプション",
        ),
        LinkedService(id="id_gateway", name="IDゲートウェイサービス"),
        LinkedService(id="managed_waf_link", name="IIJマネージドWAFサービス/IIJサーバ証明書管理サービス連携オプション"),
    )
}

# The contract terms named in [M:2261126], in days. Which of them IIJ offers for which product today is unknown,
# so none is refused offline.
TERMS: t.Final = {"6 months": 183, "1 year": 365}

VALIDITY_LIMITS: t.Final = (
    ValidityLimit(since=dt.date(2020, 9, 1), days=398),
    ValidityLimit(since=dt.date(2026, 3, 15), days=200),
    ValidityLimit(since=dt.date(2027, 3, 15), days=100),
    ValidityLimit(since=dt.date(2029, 3, 15), days=47),
)

# Local parts that a CA may construct [BR 3.2.2.4.4]; the same five in the CAs' own pages.
APPROVAL_LOCAL_PARTS: t.Final = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")

# Characters of the portal's DN fields: printable ASCII without " $ < > \ ~ [M:2261096].
DN_CHARACTERS: t.Final = frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"$<>\\~')


def product_named(text: str) -> Product | None:
    """The product with this id or with this Japanese item name."""
    return PRODUCTS.get(text) or _PRODUCTS_BY_NAME.get(text)


def longest_validity(day: dt.date) -> int:
    """How many days a certificate issued on `day` may live."""
    return max((limit for limit in VALIDITY_LIMITS if limit.since <= day), key=lambda limit: limit.since).days


_PRODUCTS_BY_NAME: t.Final = {product.name: product for product in PRODUCTS.values()}

__all__ = (
    "APPROVAL_LOCAL_PARTS",
    "DN_CHARACTERS",
    "LINKED_SERVICES",
    "PRODUCTS",
    "TERMS",
    "VALIDITY_LIMITS",
    "Authority",
    "LinkedService",
    "Product",
    "ValidityLimit",
    "longest_validity",
    "product_named",
)

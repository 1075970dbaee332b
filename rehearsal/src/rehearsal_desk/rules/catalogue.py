# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products, authorities, linked services and dated industry rules as the desk knows them, each with its source.

Sources: M = page of the service's manual (manual.iij.jp/ct/help/); GS, CT, DC = pages of GlobalSign Japan, Cybertrust
and DigiCert Japan; BR = CA/Browser Forum TLS Baseline Requirements; EVG = EV Guidelines. "Ours": no source says it.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

Level = t.Literal["DV", "OV", "EV", "-"]  # "-": of a certificate that the customer brings


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certification authority and what it lets into an application."""

    id: str
    name: str
    asks_approval_email: bool  # whether the form has the field [M:2261096]
    offers_transparency: bool  # whether the form has the choice [M:2261096]
    refuses_used_keys: bool = False
    rsa_2048_only: bool = False
    drops_unit: bool = False  # an OU in a CSR is emptied instead of refused
    refused_characters: str = ""  # beyond the form's own rule
    longest_field: int | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A catalogue item (品目)."""

    id: str
    name: str
    authority: Authority
    level: Level  # follows from the names and the CAs' pages; the manual never says it
    wildcard: bool | None = False  # None: either
    linked_services: tuple[str, ...] | None = None  # None: no restriction is known
    terms: tuple[str, ...]
    brought: bool = False  # the customer uploads certificate and key [M:9049881]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class LinkedService:
    """An IIJ service that uses certificates of this one (連携対応サービス)."""

    id: str
    name: str
    installation_days: int  # business days from issue to installation


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ValidityCap:
    """The longest advisable life of a certificate issued from `since` on [BR 6.3.2]."""

    since: dt.date
    days: int


DIGICERT: t.Final = Authority(
    id="digicert",
    name="DigiCert Japan",
    asks_approval_email=True,
    offers_transparency=True,
    drops_unit=True,  # since 2020-08-31, not an error [DC]
)
CYBERTRUST: t.Final = Authority(
    id="cybertrust",
    name="Cybertrust",
    asks_approval_email=False,
    offers_transparency=False,
    rsa_2048_only=True,  # [CT:tech_faq06, an old FAQ]
    refused_characters='"#;+',  # [CT:csr_print]
    longest_field=64,  # [CT:csr_print]
)
GLOBALSIGN: t.Final = Authority(
    id="globalsign",
    name="GMO GlobalSign",
    asks_approval_email=True,
    offers_transparency=False,
    refuses_used_keys=True,  # a public key of another certificate is refused [GS:distinguish-name]
)

# Of a certificate that the customer brings.
ELSEWHERE: t.Final = Authority(
    id="elsewhere", name="the customer's own CA", asks_approval_email=False, offers_transparency=False
)

# Contract terms in months. The terms of the manual [M:2261126] are older than the 200-day rule and nobody outside knows
# which ones are on offer today. These are ours: both, except that Cybertrust's 1-year products ended in February 2026
# (according to resellers).
TERMS: t.Final = {"6 months": 6, "1 year": 12}
_BOTH: t.Final = ("6 months", "1 year")
_HALF_YEAR: t.Final = ("6 months",)

# The DigiCert cloud certificates can be ordered only for these two services [M:2261124].
_CLOUD: t.Final = ("gio_content_acceleration", "managed_waf_link")


def _digicert(product_id: str, name: str, level: Level, *, services: tuple[str, ...] | None = None) -> Product:
    return Product(id=product_id, name=name, authority=DIGICERT, level=level, linked_services=services, terms=_BOTH)


def _cybertrust(product_id: str, name: str, level: Level) -> Product:
    return Product(id=product_id, name=name, authority=CYBERTRUST, level=level, terms=_HALF_YEAR)


def _globalsign(product_id: str, name: str, level: Level, *, wildcard: bool = False) -> Product:
    return Product(id=product_id, name=name, authority=GLOBALSIGN, level=level, wildcard=wildcard, terms=_BOTH)


# Item names [M:2261124]; whose they are [M:84710795, M:84710799], Cybertrust by the product's name.
_PRODUCTS: t.Final = (
    _digicert("secure_server_id_ev", "セキュア・サーバID EV", "EV"),
    _digicert("global_server_id_ev", "グローバル・サーバID EV", "EV"),
    _digicert("secure_server_id", "セキュア・サーバID", "OV"),
    _digicert("global_server_id", "グローバル・サーバID", "OV"),
    _digicert("secure_server_id_ev_cloud", "セキュア・サーバID EV ※クラウド証明書", "EV", services=_CLOUD),
    _digicert("global_server_id_ev_cloud", "グローバル・サーバID EV ※クラウド証明書", "EV", services=_CLOUD),
    _digicert("secure_server_id_cloud", "セキュア・サーバID ※クラウド証明書", "OV", services=_CLOUD),
    _digicert("global_server_id_cloud", "グローバル・サーバID ※クラウド証明書", "OV", services=_CLOUD),
    _cybertrust("sureserver_ev_cloud", "SureServer EV for クラウド", "EV"),
    _cybertrust("sureserver_cloud", "SureServer for クラウド", "OV"),
    _globalsign("organization_ssl", "企業認証SSL", "OV"),
    _globalsign("organization_ssl_wildcard", "企業認証SSL/ワイルドカードオプション付き", "OV", wildcard=True),
    _globalsign("quick_ssl", "クイック認証SSL", "DV"),
    _globalsign("quick_ssl_wildcard", "クイック認証SSL/ワイルドカードオプション付き", "DV", wildcard=True),
)

# "About 1 business day", for two services "a few more" [M:2261080]; the 4 is ours.
_LINKED_SERVICES: t.Final = (
    LinkedService(id="web_high_grade_2", name="IIJ Webハイグレード2サービス", installation_days=1),
    LinkedService(id="document_exchange", name="IIJドキュメントエクスチェンジサービス", installation_days=1),
    LinkedService(
        id="gio_content_acceleration", name="IIJ GIOコンテンツアクセラレーションサービス", installation_days=1
    ),
    LinkedService(
        id="cloud_web_hosting_link",
        name="IIJクラウドWebホスティングサービス/IIJサーバ証明書管理サービス連携オプション",
        installation_days=1,
    ),
    LinkedService(id="id_gateway", name="IDゲートウェイサービス", installation_days=4),
    LinkedService(
        id="managed_waf_link",
        name="IIJマネージドWAFサービス/IIJサーバ証明書管理サービス連携オプション",
        installation_days=4,
    ),
)

LINKED_SERVICES: t.Final = {service.id: service for service in _LINKED_SERVICES}

# Its terms are ours, like all of them, and so is that it is ordered by the same form.
BROUGHT: t.Final = Product(
    id="brought_certificate",
    name="持ち込み証明書品目",
    authority=ELSEWHERE,
    level="-",
    wildcard=None,
    linked_services=tuple(LINKED_SERVICES),
    terms=_BOTH,
    brought=True,
)
PRODUCTS: t.Final = {product.id: product for product in (*_PRODUCTS, BROUGHT)}

# One day below the permitted figure, as advised [BR 6.3.2, ballot SC-081v3].
VALIDITY_CAPS: t.Final = (
    ValidityCap(since=dt.date(2029, 3, 15), days=46),
    ValidityCap(since=dt.date(2027, 3, 15), days=99),
    ValidityCap(since=dt.date(2026, 3, 15), days=199),
    ValidityCap(since=dt.date.min, days=397),
)

# What the CA wants answered before issue [M:2261100]: nearly always only the approval mail for クイック認証SSL.
CONFIRMATIONS: t.Final = ("domain", "intention", "documents")
_CONFIRMATIONS: t.Final[dict[Level, tuple[str, ...]]] = {
    "DV": ("domain",),
    "OV": CONFIRMATIONS,
    "EV": CONFIRMATIONS,
    "-": (),
}


def confirmations_for(product_id: str) -> tuple[str, ...]:
    """Return what the applicant has to answer to the CA for this product."""
    return _CONFIRMATIONS[PRODUCTS[product_id].level]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """For how many days the CA may use an answer again, for certificates issued from `since` on [BR 4.2.1]."""

    since: dt.date
    domain: int
    organization: int


REUSES: t.Final = (
    Reuse(since=dt.date(2029, 3, 15), domain=10, organization=398),
    Reuse(since=dt.date(2027, 3, 15), domain=100, organization=398),
    Reuse(since=dt.date(2026, 3, 15), domain=200, organization=398),
    Reuse(since=dt.date.min, domain=398, organization=825),
)


def reusable_days(confirmation: str, day: dt.date) -> int:
    """Return how many days old an answer may be that counts again on `day`.

    That of intention counts as the organisation's.
    """
    reuse = next(each for each in REUSES if each.since <= day)
    return reuse.domain if confirmation == "domain" else reuse.organization


def longest_validity(day: dt.date) -> int:
    """Return how many days a certificate issued on `day` lives at most."""
    return next(cap.days for cap in VALIDITY_CAPS if cap.since <= day)


def term_later(moment: dt.datetime, *, term: str) -> dt.datetime:
    """Return the same day and time so many months later, or the last day of that month."""
    years, month = divmod(moment.month - 1 + TERMS[term], 12)
    first = moment.replace(year=moment.year + years, month=month + 1, day=1)
    last_day = ((first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)).day
    return first.replace(day=min(moment.day, last_day))

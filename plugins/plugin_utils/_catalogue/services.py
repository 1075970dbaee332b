# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The linked services (連携対応サービス), and how long IIJ takes to install there."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .fact import Confidence, Fact


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class LinkedService:
    id: str
    name: str
    installation: Fact[str]  # how long after issue, in the manual's words


_SOURCE = "M:2261080"


def _service(service_id: str, name: str, *, quick: bool = True) -> LinkedService:
    lead = "about 1 business day" if quick else "about 1 business day and a few more"
    return LinkedService(id=service_id, name=name, installation=Fact(lead, _SOURCE, Confidence.PARTLY))


LINKED_SERVICES: t.Final = {
    service.id: service
    for service in (
        _service("web_high_grade_2", "IIJ Webハイグレード2サービス"),
        _service("document_exchange", "IIJドキュメントエクスチェンジサービス"),
        _service("gio_content_acceleration", "IIJ GIOコンテンツアクセラレーションサービス"),
        _service(
            "cloud_web_hosting_link", "IIJクラウドWebホスティングサービス/IIJサーバ証明書管理サービス連携オプション"
        ),
        _service("id_gateway", "IDゲートウェイサービス", quick=False),
        _service("managed_waf_link", "IIJマネージドWAFサービス/IIJサーバ証明書管理サービス連携オプション", quick=False),
    )
}

__all__ = ("LINKED_SERVICES", "LinkedService")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Who acts, and what a CA asks people to confirm, in English and Japanese."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase

ACTORS: t.Final = {
    "group_admin": Phrase("group admin", "サービスグループの運用管理担当者"),
    "service_admin": Phrase("service admin", "サービスの運用管理担当者"),
    "applicant": Phrase("applicant", "申請責任者"),
    "ca": Phrase("CA", "認証局"),
    "iij": Phrase("IIJ", "IIJ"),
    "nobody": Phrase("-", "-"),
}

CONFIRMATIONS: t.Final = {
    "domain": Phrase("right to the domain", "ドメイン名使用承認"),
    "intention": Phrase("intention to apply", "申請意思"),
    "documents": Phrase("documents", "必要書類"),
}

__all__ = ("ACTORS", "CONFIRMATIONS")

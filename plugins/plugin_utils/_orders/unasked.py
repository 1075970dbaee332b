# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The fields that orders of a branch are not asked for, and why each is refused there."""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._core.phrases import Phrase
from .._values.order import CsrOrigin, Usage
from . import vocabulary as word
from .branches import product_of

if t.TYPE_CHECKING:
    from .branches import Branch

_OF_REGISTRATION: t.Final = (
    "csr_origin",
    "csr_path",
    "subject",
    "applicant",
    "approval_email",
    "certificate_transparency",
    "reissue",
)


@functools.cache
def list_unasked(branch: Branch) -> dict[str, word.Validator]:
    """List the fields that this branch is not asked for, each with its refusal."""
    unasked = {**_unasked_by_product(branch), **_unasked_by_usage(branch), **_unasked_by_origin(branch)}
    product = product_of(branch)
    if product is not None and product.brought:
        because = Phrase(
            "you bring this certificate, and a person uploads it on the portal",
            "持ち込み証明書は、担当者がポータルで登録します",
        )
        unasked |= {field: _unused(field, because) for field in _OF_REGISTRATION}
    return unasked


def _unasked_by_product(branch: Branch) -> dict[str, word.Validator]:
    product = product_of(branch)
    if product is None or product.brought:
        return {}
    authority = product.authority
    unasked = {}
    if not authority.approval_email.value:
        unasked["approval_email"] = word.refuse("APPROVAL-EMAIL-UNUSED", authority=authority.name)
    if not authority.transparency_choice.value:
        unasked["certificate_transparency"] = word.refuse("TRANSPARENCY-UNUSED", authority=authority.name)
    return unasked


def _unasked_by_usage(branch: Branch) -> dict[str, word.Validator]:
    if branch.usage is Usage.OTHER:
        only = Phrase("only usage: linked_service has one", "連携先を書くのは usage: linked_service のときだけです")
        return {"linked_contract": _unused("linked_contract", only)}
    if branch.usage is Usage.LINKED_SERVICE:
        result = Phrase(
            "IIJ makes the CSR for a linked service", "連携対応サービスで利用する場合はIIJがCSRを作成します"
        )
        installed = Phrase("IIJ installs on the linked service", "連携対応サービスへはIIJが設置します")
        return {
            "csr_path": _unused("csr_path", result),
            **{field: _unused(field, installed) for field in ("host", "key", "install")},
        }
    return {}


def _unasked_by_origin(branch: Branch) -> dict[str, word.Validator]:
    unasked = {}
    if branch.csr_origin is CsrOrigin.SUPPLIED:
        unasked["subject"] = word.refuse("SUBJECT-LOCKED")
    elif branch.csr_origin is not None and branch.usage is Usage.OTHER:
        only = Phrase("only csr_origin: supplied brings a CSR", "CSRを指定するのは csr_origin: supplied のときだけです")
        unasked["csr_path"] = _unused("csr_path", only)
    product = product_of(branch)
    if branch.csr_origin is CsrOrigin.TARGET and product is not None and product.level.value == "DV":
        # A DV certificate carries C and CN only [BR 7.1.2.7.2].
        none = Phrase("a DV certificate carries no organization", "DV証明書に組織の情報は入りません")
        unasked["subject"] = _unused("subject", none)
    return unasked


def _unused(field: str, because: Phrase) -> word.Validator:
    return word.refuse("FIELD-UNUSED", value=field, because=because)


__all__ = ("list_unasked",)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The validator of linked contracts that are added to a contract."""

from __future__ import annotations

from ...module_utils._core.phrases import Phrase
from .._catalogue.services import LINKED_SERVICES
from .._complaints.complaints import shorten
from . import vocabulary as word
from .voluptuous_dep import Refused

_MOST = 100
_FURTHER_LINKS = Phrase(
    f"a list of at most {_MOST} {{service: ..., contract_id: ...}}, with services of the list of linked services",
    f"{{service: ..., contract_id: ...}} のリスト ({_MOST}件まで。service は連携対応サービスの名前)",
)


@word.describe_as(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": _MOST,
        "items": {
            "type": "object",
            "required": ["service", "contract_id"],
            "additionalProperties": False,
            "properties": {
                "service": {"enum": [*LINKED_SERVICES]},
                "contract_id": word.read_json_schema(word.check_contract_id),
            },
        },
    },
    _FURTHER_LINKS,
)
def check_further_links(value: object) -> list[dict[str, str]]:
    """Check more contracts that use the same certificate, each with its service."""
    if not isinstance(value, list) or not 0 < len(value) <= _MOST:
        raise word.make_type_refusal(value, _FURTHER_LINKS)
    for link in value:
        if not isinstance(link, dict) or link.keys() != {"service", "contract_id"}:
            raise word.make_type_refusal(value, _FURTHER_LINKS)
        if link["service"] not in [*LINKED_SERVICES]:
            raise Refused("VALUE-CHOICE", value=shorten(link["service"]), allowed=tuple(LINKED_SERVICES))
        word.check_contract_id(link["contract_id"])
    return value


__all__ = ("check_further_links",)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of linked_contract_info; there is no host leg."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import Phrase
from ..plugin_utils._catalogue.services import LINKED_SERVICES
from ..plugin_utils._complaints.complaints import OptionsWrong
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result

_UNKNOWN: t.Final = Phrase(
    "service {0} is not known; it can be {1}", "service {0} という連携対応サービスはありません。使えるもの: {1}"
)


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.linked_contract_info()

    def control(self) -> Result:
        service = self.options["service"]
        if service is not None and service not in LINKED_SERVICES:
            raise OptionsWrong(_UNKNOWN.filled(repr(service), ", ".join(LINKED_SERVICES)))
        result = self.open_desk().list_linked_contracts(service)
        contracts = [{**dc.asdict(contract), "service_name": _name(contract.service)} for contract in result]
        return {"changed": False, "linked_contracts": contracts}


def _name(service: str) -> str | None:
    entry = LINKED_SERVICES.get(service)
    return entry.name if entry else None

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The linked contracts that every rehearsal starts with; contract IDs and names are invented."""

from __future__ import annotations

import typing as t

from rehearsal_desk.rules.admins import CUSTOMER_CODE
from rehearsal_desk.store.store import LinkedContract, Store

# None for id_gateway, two for managed_waf_link: a look-up can find nothing, one thing, or too much.
_CONTRACTS: t.Final = (
    ("rga00000001", "gio_content_acceleration", "Rehearsal content acceleration"),
    ("rmw00000001", "managed_waf_link", "Rehearsal WAF, first group"),
    ("rmw00000002", "managed_waf_link", "Rehearsal WAF, second group"),
    ("rwh00000001", "web_high_grade_2", "Rehearsal web server"),
    ("rdx00000001", "document_exchange", "Rehearsal document exchange"),
)


def sow(store: Store) -> None:
    """Add the linked contracts that are not there yet."""
    with store.writing() as session:
        for contract_id, service, name in _CONTRACTS:
            session.merge(
                LinkedContract(contract_id=contract_id, service=service, name=name, customer_code=CUSTOMER_CODE)
            )

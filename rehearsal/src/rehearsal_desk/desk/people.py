# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people do in a browser behind everybody's back: the same acts, without a reference."""

from __future__ import annotations

import typing as t

from rehearsal_desk.desk.back_office import BackOffice, Move
from rehearsal_desk.desk.desk import Desk
from rehearsal_desk.rules.admins import Admin
from rehearsal_desk.rules.forms import LinkForm, RenewalForm
from rehearsal_desk.rules.problems import Conflict, NotFound
from rehearsal_desk.rules.wording import say

RENEW: t.Final = "renew"
CANCEL: t.Final = "cancel"
RELINK: t.Final = "relink"
UPLOAD: t.Final = "upload"
ACTS: t.Final = (RENEW, CANCEL, RELINK, UPLOAD)


class People:
    """The group admins of the desk, each for the customer codes that are theirs."""

    def __init__(self, desk: Desk, *, back_office: BackOffice, admins: tuple[Admin, ...]) -> None:
        self._desk = desk
        self._back_office = back_office
        self._admins = admins

    def do(self, act: str, contract_id: str, *, term: str | None, linked_contract_id: str | None = None) -> Move:
        """Do one act at this contract; raises what the desk refuses."""
        application = self._back_office.read_application(contract_id).application
        owners = (each for each in self._admins if application.customer_code in each.customer_codes)
        admin = next((each for each in owners if "order" in each.scopes), None)
        if admin is None:
            raise NotFound(
                say("Nobody may order for this application.", "このお申し込みの手続きができる担当者がいません。")
            )
        if act == UPLOAD:
            return self._back_office.upload(contract_id)
        before = self._desk.show(application).standing.state
        if act == CANCEL:
            after = self._desk.cancel(admin, contract_id)
        elif act == RELINK:
            form = LinkForm(
                contract_id=contract_id,
                work="change",
                was=self._desk.show(application).link.contract_id,
                linked_contract_id=linked_contract_id or "",
            )
            after, _asked = self._desk.relink(admin, contract_id, form)
        else:
            current = application.current
            if current is None:
                raise Conflict(
                    "window",
                    say("There is no certificate that could be renewed.", "更新できる証明書がありません。"),
                    attribute="contract_id",
                )
            renewal = RenewalForm(
                contract_id=contract_id,
                replaces=current.certificate_fingerprint or "",
                term=term or application.term,
                terms_agreed=True,
            )
            after, _renewed = self._desk.renew(admin, contract_id, renewal)
        return Move(contract_id=contract_id, before=before, after=after.standing.state)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What both ways to buy share for a renewal: it is named by the certificate that it replaces, so there is one for each.

That the certificate is replaced already is no error: the renewal is there, whoever ordered it.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._planning.lifecycle import (
    current_certificate,
    day_in_japan,
    is_reissued,
    is_replaced,
    list_certificate_names,
)
from .._planning.steps import Step
from .attempts import AttemptOpen, find_bought_or_open
from .ledger import name_attempt
from .spend import EchoDiffers, describe_order

if t.TYPE_CHECKING:
    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._values.observed import Application
    from .attempts import Settling

Json = dict[str, t.Any]

_NOT_RENEWED: t.Final = Phrase(
    "the desk answered with {0}, but shows no renewal of the certificate to be replaced; nothing more was done",
    "窓口は {0} を返しましたが、置き換えるはずの証明書の更新が見当たりません。これ以上の操作は行っていません。",
)
_PRESSED: t.Final = Phrase(
    "更新 was pressed for {contract_id} at {at}, and the portal does not show whether it was booked. It is not pressed "
    "again. Waiting is safe: unless somebody cancels, IIJ renews this contract by itself on {day}, once; only another "
    "term than the one of last time is at stake. If surely nothing was booked, say so with not_booked={attempt} "
    "(-e certificate_not_booked={attempt})",
    "{contract_id} の「更新」は {at} に押されましたが、受け付けられたかどうかをポータルで確認できません。"
    "もう一度押すことはありません。"
    "待っても問題ありません。解約しない限り、この契約は {day} にIIJ側で一度だけ自動更新されます。"
    "影響があるのは、有効期間を変更する場合だけです。"
    "確かに受け付けられていなければ、not_booked={attempt} を指定してください "
    "(-e certificate_not_booked={attempt})",
)


_NOT_REISSUED: t.Final = Phrase(
    "the desk answered with {0}, but shows no reissue of the certificate to be replaced; nothing more was done",
    "窓口は {0} を返しましたが、置き換えるはずの証明書の再発行が見当たりません。これ以上の操作は行っていません。",
)


class Renewing(t.NamedTuple):
    """A renewal that is to be ordered: of which contract, and of which certificate."""

    application: Application
    replaces: str
    expires: str  # the day of the certificate that is replaced
    silent_on: str  # the day on which IIJ renews by itself
    names: tuple[str, ...]  # all that the certificate has; `replaces` is the best of them


def describe_renewed(entry: Entry) -> Renewing:
    """Name what an entry of the plan renews."""
    certificate, names = current_certificate(entry.application), list_certificate_names(entry.application)
    if entry.application is None or certificate is None:
        raise RuntimeError("contract broken: a renewal needs a certificate")
    silent_on = entry.track.silent_on if entry.track else None
    expires = f"{certificate.not_after:%Y-%m-%d}"
    last_day = f"{day_in_japan(silent_on)}" if silent_on else expires
    return Renewing(entry.application, names[0], expires, last_day, tuple(names))


def describe_renewal(entry: Entry, of: Renewing) -> Json:
    """Name what a line of the ledger tells of a renewal."""
    facts = {"contract_id": of.application.contract_id, "replaces": of.replaces, "expires": of.expires}
    return {**describe_order(entry.order), "term": entry.order.renewal_term, **facts}


def find_renewal(desk: Desk, of: Renewing, *, in_full: bool = False) -> Application | None:
    """Read the contract, and return it where the renewal is there."""
    applications = next(
        (app for app in desk.list_applications() if app.contract_id == of.application.contract_id), None
    )
    if applications is not None and in_full:
        applications = desk.read_in_full(applications, anew=True)
    return applications if applications is not None and is_replaced(applications, of.names) else None


def find_reissue(desk: Desk, of: Renewing) -> Application | None:
    """Read the contract, and return it where the reissue is there."""
    applications = next(
        (app for app in desk.list_applications() if app.contract_id == of.application.contract_id), None
    )
    return applications if applications is not None and is_reissued(applications, of.replaces) else None


def find_reason(entry: Entry) -> str:
    """Return why an entry of the plan has its certificate reissued."""
    if entry.order.reissue is None:
        raise RuntimeError("contract broken: a reissue needs a reason")
    return entry.order.reissue.reason.value


def require_reissued(application: Application, of: Renewing) -> Application:
    """Return the application; raises EchoDiffers where it is another contract, or has no such reissue."""
    if application.contract_id != of.application.contract_id or not is_reissued(application, of.replaces):
        raise EchoDiffers(_NOT_REISSUED.filled(application.contract_id))
    return application


def hold_back_renewal(by: Settling, of: Renewing) -> None:
    """Raise AttemptOpen where the renewal of this certificate was asked for before, and nothing proves it undone."""
    for line in find_bought_or_open(by.ledger.read_lines(), Step.RENEW):
        if line.get("contract_id") != of.application.contract_id or line.get("expires") != of.expires:
            continue
        attempt = str(line.get("attempt") or name_attempt(line))
        if attempt not in by.not_booked:
            raise AttemptOpen(describe_pressed(of, at=str(line.get("at")), attempt=attempt))
        facts = {"contract_id": of.application.contract_id, "expires": of.expires, "said": "not booked"}
        by.ledger.conclude(Step.RENEW.value, **facts, attempt=attempt, unknown=False)


def describe_pressed(of: Renewing, *, at: str, attempt: str) -> Phrase:
    """Say that the outcome of a press is not known, why it is not repeated, and that waiting is safe."""
    return _PRESSED.filled(contract_id=of.application.contract_id, at=at, day=of.silent_on, attempt=attempt)


def require_renewed(application: Application, of: Renewing) -> Application:
    """Return the application; raises EchoDiffers where it is another contract, or has no such renewal."""
    if application.contract_id != of.application.contract_id or not is_replaced(application, of.names):
        raise EchoDiffers(_NOT_RENEWED.filled(application.contract_id))
    return application


__all__ = (
    "Renewing",
    "describe_pressed",
    "describe_renewal",
    "describe_renewed",
    "find_reason",
    "find_reissue",
    "find_renewal",
    "hold_back_renewal",
    "require_reissued",
    "require_renewed",
)

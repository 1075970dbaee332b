# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One order of a plan: where it stands, what follows from that, and what reports show of it."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._values.observed import State
from .._values.order import Usage, Wanted
from .lifecycle import Phase, list_lacking_fields, name_predecessor
from .steps import CALL_CLASSES, STEPS, CallClass, Standing, Step

if t.TYPE_CHECKING:
    import datetime as dt

    from .._values.links import Relinking
    from .._values.observed import Application
    from .._values.order import Order, ReissueReason
    from .lifecycle import Track
    from .replacements import Replaced

REPLACING: t.Final = (Standing.TO_RENEW, Standing.TO_REISSUE, Standing.TO_REGISTER)  # of the track ahead
STUCK: t.Final = (Standing.HELD, Standing.ESTRANGED, Standing.ENDED)
# What stays as it is for as long as nobody mends, completes, uploads or explains it.
_FOR_PEOPLE: t.Final = (State.AWAITING_REGISTRATION, State.REJECTED, State.UNCLEAR)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order of the plan; a linked contract without ID has been looked up where it is needed.

    Two tracks: `standing` is that of the certificate in use (or of the first one on its way), `ahead` that of the
    procedure which replaces it, None where nothing is due. `track` is where the contract is in its period.
    """

    order: Order
    application: Application | None
    standing: Standing
    ahead: Standing | None = None
    track: Track | None = None
    link: Standing | None = None  # of the change of a linked service; None where there is none
    relinking: Relinking | None = None
    by_mail: bool = False  # whether a person asks for it by e-mail
    adopts: bool = False  # ordered past these files, and used instead of buying another one
    on_host: bool | None = None  # whether its host has the certificate; None where no host was heard
    on_host_until: dt.datetime | None = None  # when the certificate before ends, which its host had last
    elsewhere: bool = False  # whether the key of the certificate in use is not on its host, and the next one comes
    gives_way: bool = False  # cancelled, and another order wants a file of its own where this one has it
    replaced: Replaced | None = None  # the contract that this order replaces
    used_keys: tuple[str, ...] = ()  # public keys, by their fingerprints, that the CA refuses (UsedKeys.list_refused)
    has_unseen_keys: bool = False  # whether it may refuse others, which nobody knows
    csr_reason: ReissueReason | None = None  # why a certificate with the key of its CSR was reissued, as remembered
    key_unknown: bool = False  # whether the user gives a CSR, and nobody knows the key of the certificate in use
    drifted: tuple[str, ...] = ()  # fields in which the order says something else than was registered

    @property
    def steps(self) -> tuple[Step, ...]:
        ends = self.standing is Standing.TO_CANCEL  # first of all, as a run does it
        tracks = (self.standing, self.ahead, self.link) if ends else (self.ahead, self.link, self.standing)
        last = (Step.CANCEL_REPLACED,) if self.replaced and self.replaced.cancels else ()
        return (*(step for standing in tracks if standing for step in STEPS.get(standing, ())), *last)

    @property
    def shown(self) -> Standing:
        """The standing that reports show: what is done here comes before what others do, the successor first."""
        if self.replaced and self.replaced.cancels and self._of_certificates is Standing.DONE and not self.link:
            return Standing.TO_CANCEL_REPLACED
        if self.link is not None and self.shows_link:
            return self.link
        return self._of_certificates

    @property
    def shows_link(self) -> bool:
        """Whether the change of the linked service is what people have to hear of first."""
        if self.link is None or STEPS.get(self._of_certificates):
            return False
        if self.is_stuck and not STEPS.get(self.link):
            return False
        under_way = self.application is not None and self.application.link_change is not None
        return not under_way or self._of_certificates is Standing.DONE

    @property
    def is_stuck(self) -> bool:
        """Whether its certificates go on only once somebody has done something: no run does, and no CA."""
        if self._of_certificates is not Standing.WAITING or self.application is None:
            return self._of_certificates in STUCK
        procedure = self.application.procedure
        state = procedure.state if self.ahead is Standing.WAITING and procedure else self.application.state
        return state in _FOR_PEOPLE

    @property
    def _of_certificates(self) -> Standing:
        if self.ahead is None or self.standing is Standing.TO_CANCEL:
            return self.standing
        if STEPS.get(self.standing) and not STEPS.get(self.ahead):
            return self.standing
        return self.ahead

    @property
    def replaces(self) -> str | None:
        """Name the certificate that the steps of this order replace; None where they replace none."""
        return name_predecessor(self.application) if self.ahead in REPLACING else None

    @property
    def renew_by(self) -> dt.datetime | None:
        """The moment by which the renewal of these steps has to be ordered."""
        return self.track.window.order_by if self.track and self.ahead is Standing.TO_RENEW else None

    @property
    def lacking(self) -> tuple[str, ...]:
        """The fields for want of which the renewal is held; a contract that was cancelled needs none."""
        given_up = self.track is not None and self.track.phase is Phase.CANCELLED
        return list_lacking_fields(self.order) if self.ahead is Standing.HELD and not given_up else ()

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change the desk."""
        return tuple(step for step in self.steps if CALL_CLASSES[step] is not CallClass.READ)

    @property
    def unconfirmed(self) -> bool:
        """Whether the certificate was fetched, and no host was heard to have it."""
        return self.installs and self.standing is Standing.DONE and self.on_host is None

    @property
    def left_to_hands(self) -> bool:
        """Whether people bring the next certificate to its host before the one before ends: the order names no files.

        A desk that does not tell of downloads cannot tell that they have.
        """
        order, application, track = self.order, self.application, self.track
        until = application.previous[0].not_after if application and application.previous else self.on_host_until
        if application is None or track is None or until is None:
            return False
        if application.downloaded_at is not None and self.on_host is not False:  # a run may have fetched it in vain
            return False
        wanted = order.state is Wanted.PRESENT and order.usage is Usage.OTHER and order.install is None
        issued = self.standing is Standing.DONE and application.state is State.ISSUED
        return wanted and issued and track.as_of < until

    @property
    def installs(self) -> bool:
        """Whether a certificate is there to lie on a host; a cancelled one is usable to its expiry [M:3473591]."""
        issued = self.application is not None and self.application.state is State.ISSUED
        if self.standing is Standing.ESTRANGED or self.gives_way or self.elsewhere:
            return False
        return issued and self.order.install is not None

    @property
    def is_left_over(self) -> bool:
        """Whether the certificate of an order that was cancelled after its payment is not on its host yet."""
        application = self.application
        if application is None or self.order.state is not Wanted.CANCELLED or not self.installs:
            return False
        return not (application.downloaded_at is not None if self.on_host is None else self.on_host)


__all__ = ("REPLACING", "STUCK", "Entry")

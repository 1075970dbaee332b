# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log-ins that expire by the desk's clock, and slips that make one confirm screen buy once.

Both are rows of the database, so that any worker can serve the next page.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import hashlib
import hmac
import secrets
import typing as t

from sqlalchemy import ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rehearsal_desk.rules.admins import digest, new_token
from rehearsal_desk.rules.forms import OrderForm
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.store import Base, Store

LIFETIME: t.Final = dt.timedelta(minutes=30)  # after the last page; ours
_STALE: t.Final = dt.timedelta(minutes=1)  # an expiry younger than this is not written again

CONTROLS: t.Final = "controls"  # stands where a master ID would


class PortalSession(Base):
    """One log-in; the cookie's value is kept as a digest only."""

    __tablename__ = "portal_sessions"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    master_id: Mapped[str] = mapped_column(String(16))
    form_key: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime]


class OrderSlip(Base):
    """An order on its way through the confirm screen."""

    __tablename__ = "portal_order_slips"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_digest: Mapped[str] = mapped_column(ForeignKey(PortalSession.token_digest, ondelete="CASCADE"))
    order: Mapped[str] = mapped_column("order_form", Text)
    taken_at: Mapped[dt.datetime | None]
    contract_id: Mapped[str | None] = mapped_column(String(16))


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A live session."""

    digest: str = dc.field(repr=False)
    master_id: str
    form_key: str = dc.field(repr=False)

    def form_token(self, action: str) -> str:
        """Return what a form that is sent to this path has to carry.

        No other form and no other session has the same.
        """
        return hmac.new(self.form_key.encode("ascii"), action.encode(), hashlib.sha256).hexdigest()

    def accepts(self, token: str, *, action: str) -> bool:
        """Check whether this is the token of the form that is sent to this path."""
        return hmac.compare_digest(self.form_token(action).encode("ascii"), token.encode("utf-8", "replace"))


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is on a slip, and whether this caller may buy with it."""

    order: OrderForm
    fresh: bool
    contract_id: str | None


class Sessions:
    """Opens, finds and closes log-ins, and keeps their slips."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(self, master_id: str) -> str:
        """Begin a session and return its cookie; whatever has expired is swept away."""
        token = new_token()
        now = self._clock.now()
        with self._store.writing() as session:
            expired = PortalSession.expires_at <= now
            sessions = select(PortalSession.token_digest).where(expired)
            session.execute(delete(OrderSlip).where(OrderSlip.session_digest.in_(sessions)))
            session.execute(delete(PortalSession).where(expired))
            session.add(
                PortalSession(
                    token_digest=digest(token),
                    master_id=master_id,
                    form_key=secrets.token_hex(32),
                    expires_at=now + LIFETIME,
                )
            )
        return token

    def visit(self, token: str) -> Visit | None:
        """Return the live session of this cookie, which lives on from now; None when there is none."""
        now = self._clock.now()
        with self._store.reading() as session:
            found = session.get(PortalSession, digest(token))
        if found is None or found.expires_at <= now:
            return None
        if found.expires_at < now + LIFETIME - _STALE:
            self.keep(found.token_digest)
        return Visit(digest=found.token_digest, master_id=found.master_id, form_key=found.form_key)

    def keep(self, session_digest: str) -> None:
        """Let a session live on from now, even one that a jump of the clock has ended."""
        with self._store.writing() as session:
            found = session.get(PortalSession, session_digest)
            if found is not None:
                found.expires_at = self._clock.now() + LIFETIME

    def close(self, session_digest: str) -> None:
        """Log out; slips go with it."""
        with self._store.writing() as session:
            session.execute(delete(OrderSlip).where(OrderSlip.session_digest == session_digest))
            session.execute(delete(PortalSession).where(PortalSession.token_digest == session_digest))

    def write_slip(self, visit: Visit, order: OrderForm) -> str:
        """Write the one-time token of this order's confirm screen."""
        token = new_token()
        with self._store.writing() as session:
            entry = order.model_dump_json()
            session.add(OrderSlip(token_digest=digest(token), session_digest=visit.digest, order=entry))
        return token

    def read_slip(self, visit: Visit, token: str) -> OrderForm | None:
        """Read the order on this visitor's slip; None when there is no such slip."""
        with self._store.reading() as session:
            found = session.get(OrderSlip, digest(token))
            return _order_on(found) if found is not None and found.session_digest == visit.digest else None

    def take_slip(self, visit: Visit, token: str) -> Slip | None:
        """Take the slip, fresh for exactly one of all callers, also of simultaneous ones."""
        with self._store.writing() as session:
            found = session.get(OrderSlip, digest(token), with_for_update=True)
            if found is None or found.session_digest != visit.digest:
                return None
            fresh = found.taken_at is None
            found.taken_at = found.taken_at or self._clock.now()
            return Slip(order=_order_on(found), fresh=fresh, contract_id=found.contract_id)

    def return_slip(self, token: str) -> None:
        """Make the slip fresh again: its order was refused, so nothing was bought."""
        with self._store.writing() as session:
            found = session.get(OrderSlip, digest(token))
            if found is not None:
                found.taken_at = None

    def note_purchase(self, token: str, contract_id: str) -> None:
        """Remember what the slip has bought."""
        with self._store.writing() as session:
            found = session.get(OrderSlip, digest(token))
            if found is not None:
                found.contract_id = contract_id


def _order_on(slip: OrderSlip) -> OrderForm:
    return OrderForm.model_validate_json(slip.order)

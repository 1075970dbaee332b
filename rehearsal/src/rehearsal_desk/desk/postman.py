# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The postman: takes mails from the outbox to an SMTP server, where one is configured."""

from __future__ import annotations

import dataclasses as dc
import email.message
import email.policy
import email.utils
import logging
import smtplib
import threading
import typing as t

from sqlalchemy.exc import SQLAlchemyError

from rehearsal_desk.desk.outbox import Outbox, OutboxMail

_LOG: t.Final = logging.getLogger("rehearsal_desk")
_PATIENCE: t.Final = 10  # seconds for one SMTP server's answer


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mails go."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> SmtpServer:
        """Return the server that `host:port` names; raises ValueError."""
        host, _, port = text.rpartition(":")
        if not host or not 0 < int(port) <= 65535:
            raise ValueError(text)
        return cls(host=host.strip("[]"), port=int(port))


class Postman:
    """Sends in a thread of its own, each mail once: a failure is in the outbox and hinders nothing."""

    def __init__(self, outbox: Outbox, *, server: SmtpServer) -> None:
        self._outbox = outbox
        self._server = server
        self._work = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Begin with whatever is in the outbox."""
        self._outbox.tell(self._work.set)
        self._work.set()
        self._thread.start()

    def stop(self) -> None:
        """Finish the mail at hand, then end."""
        self._stopping = True
        self._work.set()
        self._thread.join(timeout=_PATIENCE)

    def _run(self) -> None:
        while not self._stopping:
            self._work.wait()
            self._work.clear()
            try:
                while not self._stopping and (found := self._outbox.next_unsent()) is not None:
                    self._outbox.note(found.id, failure=self._failure_of(found))
            except SQLAlchemyError as error:
                _LOG.error("the outbox cannot be read: %s", type(error).__name__)

    def _failure_of(self, found: OutboxMail) -> str | None:
        try:
            with smtplib.SMTP(self._server.host, self._server.port, timeout=_PATIENCE) as server:
                server.send_message(message_of(found))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Not the error's own words: an SMTP server may quote the mail, and with it the approval link.
            failure = f"{self._server.host}:{self._server.port}: {type(error).__name__}"
            _LOG.warning("mail %d of %s could not be sent: %s", found.id, found.contract_id, failure)
            return failure
        return None


def message_of(found: OutboxMail) -> email.message.EmailMessage:
    """Return the mail as it goes out, marked as a rehearsal for filters too."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = found.sender
    message["To"] = found.recipients
    message["Subject"] = found.subject
    message["Date"] = email.utils.format_datetime(found.written_at)
    message["Message-ID"] = f"<{found.id}.{found.contract_id}@rehearsal.invalid>"
    message["X-Rehearsal"] = "yes"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(found.body)
    return message

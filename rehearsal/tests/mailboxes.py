# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mail server that keeps whatever comes in."""

from __future__ import annotations

import contextlib
import email
import email.message
import email.policy
import socket
import typing as t

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message


class Mailbox(Message):
    """Whatever has come in."""

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.mails: list[email.message.EmailMessage] = []

    def prepare_message(self, _session: t.Any, envelope: t.Any) -> email.message.EmailMessage:
        return email.message_from_bytes(envelope.content, policy=email.policy.default)

    def handle_message(self, message: t.Any) -> None:
        self.mails.append(message)


@contextlib.contextmanager
def open_mailbox() -> t.Iterator[Mailbox]:
    """A mailbox that can be reached for as long as the block lasts."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

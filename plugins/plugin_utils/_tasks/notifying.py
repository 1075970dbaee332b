# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Sends a notice to people: by mail, to the webhook of a chat, or to a command; each once a day."""

from __future__ import annotations

import datetime as dt
import email.message
import email.utils
import errno
import json
import os
import re
import smtplib
import ssl
import subprocess
import time
import typing as t

from ...module_utils._core.phrases import Phrase, verbatim
from ...module_utils._core.system_errors import reason_of
from .._complaints.complaints import OptionsWrong
from .._desk._requests import explain_missing_requests
from .._desk.choice import check_ca_path, check_proxy
from .._desk.http import NoAnswer, exchange, open_session
from .._desk.line import split_address
from .._desk.patience import Patience
from .used_ways import keep_used, list_unused

if t.TYPE_CHECKING:
    import urllib.parse
    from collections.abc import Callable

    from .._reports.notices import Notice
    from .asked_orders import Options

_TIMEOUT: t.Final = 30.0  # seconds of one answer
_MOST_LINES: t.Final = 1_000  # of a mail server's answers
_SMTP_PORTS: t.Final = {"smtp": 25, "smtps": 465}
_AT: t.Final = "@\u200b"  # nobody is called by a name in a message
_NOT_SENT: t.Final = Phrase("the notice was not sent by {0}: {1}", "通知を {0} で送信できませんでした: {1}")
_NOT_KEPT: t.Final = Phrase(
    "what was sent could not be written down, so the next run sends it again: {0}",
    "送信したことを記録できませんでした。次の実行でもう一度送信します: {0}",
)
_ANSWERED: t.Final = Phrase("it answered with status {0}", "ステータス {0} が返されました")
_REFUSED: t.Final = Phrase("the mail server did not take it ({0})", "メールサーバが受け付けませんでした ({0})")
_REFUSED_ADDRESS: t.Final = Phrase("the mail server refused {0}", "メールサーバが {0} を受け付けませんでした")
_ENDED: t.Final = Phrase("it ended with status {0}", "終了ステータスは {0} でした")
_NO_SMTP: t.Final = Phrase(
    "smtp_url is not of the form smtp://HOST:PORT, smtp+starttls://HOST:PORT or smtps://HOST:PORT",
    "smtp_url が smtp://HOST:PORT、smtp+starttls://HOST:PORT、smtps://HOST:PORT のいずれの形でもありません。",
)
_NO_WEBHOOK: t.Final = Phrase(
    "webhook_url does not begin with https:// (http:// is for this machine alone)",
    "webhook_url が https:// で始まっていません (http:// はこのマシンに対してだけ使えます)。",
)
_ADDRESS: t.Final = re.compile(r"(?:[^\s<>@][^<>@\r\n]*<)?[!-;=?A-~]+@[!-;=?A-~]+>?")
_NO_ADDRESS: t.Final = Phrase(
    "{0} {1} holds no plain mail address such as ops@example.jp",
    "{0} {1} は ops@example.jp のような通常のメールアドレスではありません。",
)
_NO_MAIL: t.Final = Phrase("mail_to needs mail_from and smtp_url", "mail_to には mail_from と smtp_url が必要です。")
_NO_PLAIN: t.Final = Phrase(
    "smtp_password is sent over smtp+starttls:// or smtps:// alone",
    "smtp_password は smtp+starttls:// または smtps:// でのみ送信します。",
)
_NO_WAY: t.Final = Phrase(
    "No way of sending is configured: give certificate_notice_mail_to (mail_to), certificate_notice_command (command), "
    "or IIJ_CERT_WEBHOOK_URL in the environment. Things due: {0}; nobody was told.",
    "通知の送信方法が指定されていません。certificate_notice_mail_to (mail_to)、certificate_notice_command (command)、"
    "または環境変数 IIJ_CERT_WEBHOOK_URL を指定してください。対応が必要な{0}件は、誰にも通知していません。",
)
_NO_ADDRESS_OF_FORM: t.Final = Phrase(
    "certificate_notice_webhook_form (webhook_form) is given, but IIJ_CERT_WEBHOOK_URL is not set",
    "certificate_notice_webhook_form (webhook_form) が指定されていますが、環境変数 IIJ_CERT_WEBHOOK_URL がありません。",
)
_LOCAL: t.Final = ("127.0.0.1", "::1", "localhost")


class NotSent(Exception):
    """Why a notice could not be sent by one of its ways."""

    def __init__(self, message: Phrase) -> None:
        self.phrase = message
        super().__init__(message.en)


def list_ways(options: Options) -> dict[str, Callable[[Notice], None]]:
    """List the ways by which this task sends, each checked; raises OptionsWrong."""
    ways: dict[str, Callable[[Notice], None]] = {}
    if options["mail_to"]:
        server = _require_mail(options)
        ways["mail"] = lambda notice: _send_mail(notice, options, server)
    if options["webhook_url"]:
        _require_webhook(options["webhook_url"])
        ca_path = check_ca_path(options["webhook_ca_path"], "webhook_ca_path")
        proxy = check_proxy(options["webhook_proxy_url"], "webhook_proxy_url")
        ways["webhook"] = lambda notice: _post(notice, options, ca_path=ca_path, proxy=proxy)
    elif options["webhook_form"]:
        raise OptionsWrong(_NO_ADDRESS_OF_FORM)
    if options["command"]:
        ways["command"] = lambda notice: _run(notice, options["command"])
    return ways


def explain_no_way(notice: Notice) -> Phrase:
    """Say that nobody hears what is due, for there is no way to."""
    return _NO_WAY.filled(notice.due)


def send_once(
    notice: Notice, options: Options, ways: t.Mapping[str, Callable[[Notice], None]], *, today: dt.date
) -> tuple[list[str], list[Phrase]]:
    """Send by each way that was not used today; returns the ways used now, and what failed.

    A way that failed is tried again by the next run; one that cannot be written down holds up none of the others.
    """
    sent, failed, lost = [], [], None
    for way in list_unused(notice, options, ways, today=today):
        try:
            ways[way](notice)
        except NotSent as error:
            failed.append(_NOT_SENT.filled(way, error.phrase))
        else:
            sent.append(way)
            lost = keep_used(way, notice, options, today=today)
    return sent, [*failed, *([_NOT_KEPT.filled(lost)] if lost else [])]


def _require_mail(options: Options) -> urllib.parse.SplitResult:
    if not options["mail_from"] or not options["smtp_url"]:
        raise OptionsWrong(_NO_MAIL)
    for name, addresses in (("mail_from", [options["mail_from"]]), ("mail_to", options["mail_to"])):
        if not all(_ADDRESS.fullmatch(address) for address in addresses):
            raise OptionsWrong(_NO_ADDRESS.filled(name, ", ".join(map(repr, addresses))))
    server = split_address(options["smtp_url"])
    if server is None or server.scheme not in ("smtp", "smtp+starttls", "smtps"):
        raise OptionsWrong(_NO_SMTP)
    if not server.hostname or server.port == 0 or server.path.strip("/") or "@" in server.netloc:
        raise OptionsWrong(_NO_SMTP)
    if options["smtp_password"] and server.scheme == "smtp":
        raise OptionsWrong(_NO_PLAIN)
    return server


def _require_webhook(url: str) -> None:
    if missing := explain_missing_requests():
        raise OptionsWrong(verbatim(missing))
    parts = split_address(url)
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)):
        raise OptionsWrong(_NO_WEBHOOK)


class _Answers:
    """What a mail server says, line by line, for no longer than any mail needs."""

    def __init__(self, lines: t.IO[bytes]) -> None:
        self._lines, self._left, self._end = lines, _MOST_LINES, time.monotonic() + 20 * _TIMEOUT

    def readline(self, most: int) -> bytes:
        self._left -= 1
        if self._left < 0 or time.monotonic() > self._end:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        return self._lines.readline(most)

    def close(self) -> None:
        self._lines.close()


class _Mail(smtplib.SMTP):
    """The library's own reads an answer of however many lines."""

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        return super().getreply()


class _MailOverTls(_Mail, smtplib.SMTP_SSL):
    pass


def _send_mail(notice: Notice, options: Options, server: urllib.parse.SplitResult) -> None:
    message = email.message.EmailMessage()
    message["Subject"] = notice.subject
    message["From"] = options["mail_from"]
    message["To"] = ", ".join(options["mail_to"])
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain=options["mail_from"].rpartition("@")[2].strip(" >") or None)
    message["Auto-Submitted"] = "auto-generated"  # no answering machine answers [RFC 3834]
    message.set_content(notice.text)
    host, port = str(server.hostname), server.port or _SMTP_PORTS.get(server.scheme, 587)
    try:
        context = ssl.create_default_context(cafile=options["smtp_ca_path"])
        with (
            _MailOverTls(host, port, timeout=_TIMEOUT, context=context)
            if server.scheme == "smtps"
            else _Mail(host, port, timeout=_TIMEOUT)
        ) as connection:
            if server.scheme == "smtp+starttls":
                connection.starttls(context=context)
            if options["smtp_user"]:
                connection.login(options["smtp_user"], options["smtp_password"] or "")
            refused = connection.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotSent(_ANSWERED.filled(error.smtp_code)) from None
    except (OSError, ValueError) as error:
        why = reason_of(error) if isinstance(error, OSError) else _REFUSED.filled(type(error).__name__)
        raise NotSent(why) from None
    if refused:  # the others have it, and have it twice once this is mended
        raise NotSent(_REFUSED_ADDRESS.filled(", ".join(refused)))


def _post(notice: Notice, options: Options, *, ca_path: str | None, proxy: str | None) -> None:
    """Post once; the address is a secret and is in no message."""
    headers = {"Content-Type": "application/json"}
    session = open_session(ca_path=ca_path, headers=headers, keeps_cookies=False, proxy=proxy)
    body = json.dumps(make_body(notice, options["webhook_form"] or "slack")).encode()
    try:
        reply = exchange(session, "POST", options["webhook_url"], patience=Patience(timeout=_TIMEOUT), data=body)
    except NoAnswer as error:
        raise NotSent(error.phrase) from None
    if reply.status not in (200, 201, 202, 204):
        raise NotSent(_ANSWERED.filled(reply.status))


def make_body(notice: Notice, form: str) -> dict[str, t.Any]:
    """Make what a chat takes; a text is shown as it is, whatever it holds: names and words of a desk load nothing."""
    if form == "json":
        return {"subject": notice.subject, "text": notice.text}
    subject, text = (part.replace("@", _AT) for part in (notice.subject, notice.short or notice.text))
    if form == "teams":  # runs of text know no marks, as blocks of text do
        lines = [subject, *(line for line in text.splitlines() if line)]
        blocks = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]} for line in lines]
        card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
        content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        return {"type": "message", "attachments": [content]}
    if form == "slack":
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": f"{subject}\n```\n{text.replace('`', chr(39))}```"}


def _run(notice: Notice, command: list[str]) -> None:
    """Run a command with the text on its standard input, and without the desk's credentials."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IIJ_CERT_")}
    environment["NOTICE_SUBJECT"] = notice.subject
    try:
        done = subprocess.run(
            command, input=notice.text.encode(), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=20 * _TIMEOUT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        # What a command line says of itself may hold a secret.
        why = reason_of(error) if isinstance(error, OSError) else verbatim(type(error).__name__)
        raise NotSent(why) from None
    if done.returncode:
        raise NotSent(_ENDED.filled(done.returncode))


__all__ = ("NotSent", "explain_no_way", "list_ways", "make_body", "send_once")

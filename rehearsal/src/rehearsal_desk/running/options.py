# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the command line, each of which says what it takes."""

from __future__ import annotations

import argparse
import datetime as dt
import pathlib
import typing as t

from rehearsal_desk.desk.habits import NO_SECOND, SECONDS
from rehearsal_desk.desk.postman import SmtpServer
from rehearsal_desk.portal.variants import VARIANTS
from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.wording import say
from rehearsal_desk.running.help_text import DESCRIPTION, translate_help
from rehearsal_desk.running.start_text import speak
from rehearsal_desk.store.clock import EARLIEST, LATEST

_MOST_DAYS_EARLY: t.Final = 4  # the window of a renewal is as wide
_MOST_WORKERS: t.Final = 16


class _Number:
    """Takes a whole number between two others."""

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most

    def __call__(self, text: str) -> int:
        if text.isascii() and text.isdigit() and self._least <= int(text) <= self._most:
            return int(text)
        message = say("a number from {} to {} is wanted", "{}〜{}の整数を指定してください", self._least, self._most)
        raise argparse.ArgumentTypeError(speak(message))


_port: t.Final = _Number(0, 65535)


def _smtp_server(text: str) -> SmtpServer:
    try:
        return SmtpServer.of(text)
    except ValueError:
        message = say("a mail server is written as HOST:PORT", "メールサーバは HOST:PORT の形で指定してください")
        raise argparse.ArgumentTypeError(speak(message)) from None


def _moment(text: str) -> dt.datetime:
    try:
        value = dt.datetime.fromisoformat(text)
        if value.tzinfo is not None and EARLIEST <= value <= LATEST:
            return value
    except ValueError:
        pass
    message = say(
        "a moment such as 2027-01-31T09:00:00+09:00 is wanted, from {} to {}",
        "2027-01-31T09:00:00+09:00 のような、{} から {} までの日時を指定してください",
        EARLIEST.year,
        LATEST.year,
    )
    raise argparse.ArgumentTypeError(speak(message))


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands, in the language of the locale."""
    parser = argparse.ArgumentParser(prog="rehearsal-desk", description=DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_serve(commands.add_parser("serve", help="serve the rehearsal desk"))
    migrate = commands.add_parser("migrate", help="bring the tables of a database up to date")
    migrate.add_argument("--database", metavar="URL", required=True, help="SQLAlchemy URL")
    commands.add_parser("openapi", help="print the OpenAPI document of the JSON interface")
    replay = commands.add_parser("replay", help="serve a recording of a portal's screens")
    replay.add_argument("recording", type=pathlib.Path, help="what portal_doctor wrote to its record_path")
    replay.add_argument("--port", type=_port, default=0, help="port, 0 for a free one (default: %(default)s)")
    commands.add_parser("variants", help="list the ways to serve the portal's screens")
    translate_help(parser)
    return parser


def _add_habits(serve: argparse.ArgumentParser) -> None:
    """Add how the other side of the desk goes about it."""
    serve.add_argument(
        "--registration-days",
        metavar="DAYS",
        type=_Number(0, 397),
        default=30,
        help="length of the registration deadline (default: %(default)s)",
    )
    serve.add_argument(
        "--not-offered",
        metavar="PRODUCT",
        action="append",
        default=[],
        choices=sorted(catalogue.PRODUCTS),
        help="take a product off the offer; may be repeated",
    )
    serve.add_argument(
        "--silence",
        default="renew",
        choices=("renew", "lapse"),
        help="what becomes of a contract that nobody renews or cancels in time (default: %(default)s)",
    )
    serve.add_argument(
        "--silence-early",
        metavar="DAYS",
        type=_Number(0, _MOST_DAYS_EARLY),
        default=0,
        help="let silence renew so many days before the moment that the desk tells, for a drill (default: %(default)s)",
    )
    serve.add_argument(
        "--calendar",
        metavar="FILE",
        type=pathlib.Path,
        help="days of a renewal before the end of the certificate, by day of issue, as JSON (default: IIJ's)",
    )
    serve.add_argument(
        "--second-certificate",
        default=NO_SECOND,
        choices=SECONDS,
        help="whether a paid period that outlives its certificate brings another one, and with which CSR "
        "(default: %(default)s)",
    )
    serve.add_argument(
        "--reissue-asks-csr",
        default="on",
        choices=("on", "off"),
        help="whether a reissue waits for a new CSR or takes what was registered last (default: %(default)s)",
    )


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1", help="address to serve (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8440, help="port, 0 for a free one (default: %(default)s)")
    serve.add_argument("--allow-remote", action="store_true", help="allow a host that is not loopback")
    serve.add_argument("--database", metavar="URL", help="SQLAlchemy URL (default: a SQLite file for this run only)")
    serve.add_argument(
        "--ready-file", metavar="PATH", type=pathlib.Path, help="write URL, tokens and pid here, as JSON"
    )
    serve.add_argument(
        "--now", metavar="MOMENT", type=_moment, help="let the desk's clock begin there (default: the real time)"
    )
    _add_habits(serve)
    serve.add_argument(
        "--variant",
        default="",
        choices=sorted(VARIANTS),
        help="serve the portal's screens in another way (rehearsal-desk variants lists them)",
    )
    serve.add_argument(
        "--smtp", metavar="HOST:PORT", type=_smtp_server, help="send the mails there too (default: outbox only)"
    )
    serve.add_argument("--access-log", action="store_true", help="log each request")
    serve.add_argument(
        "--workers",
        type=_Number(1, _MOST_WORKERS),
        default=1,
        help="worker processes, more than one on PostgreSQL only (default: 1)",
    )
    serve.add_argument(
        "--key-file",
        metavar="PATH",
        type=pathlib.Path,
        help="seals private keys that the service makes; made when missing (default: a key for this run only)",
    )

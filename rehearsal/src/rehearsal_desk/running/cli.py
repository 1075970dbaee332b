# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`rehearsal-desk serve`: the desk on a loopback port, with all one needs to try it; and what it takes in addition."""

from __future__ import annotations

import argparse
import dataclasses as dc
import datetime as dt
import errno
import ipaddress
import json
import os
import pathlib
import sys
import tempfile
import typing as t

from sqlalchemy.exc import SQLAlchemyError

from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.portal.variants import VARIANTS
from rehearsal_desk.rules.admins import GROUP_ADMIN, SERVICE_ADMIN, digest, new_password, new_token, seeded_admins
from rehearsal_desk.rules.calendars import BadCalendar, Calendar, read_calendars
from rehearsal_desk.rules.wording import Wording, say
from rehearsal_desk.running import openapi, serving, workers
from rehearsal_desk.running.app import create_app
from rehearsal_desk.running.help_text import say_help
from rehearsal_desk.running.options import make_parser
from rehearsal_desk.running.premises import prepare_premises
from rehearsal_desk.running.replaying import replay_command
from rehearsal_desk.running.settings import Settings
from rehearsal_desk.running.start_text import speak, start_text
from rehearsal_desk.store import schema
from rehearsal_desk.store.store import is_sqlite
from rehearsal_desk.store.vault import BadKeyFile, Vault, make_vault, open_vault

_LONGEST_CALENDAR: t.Final = 65_536  # characters
_DATABASE_ERRORS: t.Final = (SQLAlchemyError, ImportError, ValueError, schema.OutOfDate)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens and passwords in clear: for the banner and the ready file, nowhere else."""

    order_token: str = dc.field(repr=False)
    register_token: str = dc.field(repr=False)
    control_token: str = dc.field(repr=False)
    group_password: str = dc.field(repr=False)
    service_password: str = dc.field(repr=False)

    @classmethod
    def of(cls, environment: t.Mapping[str, str]) -> Tokens:
        """Take them from REHEARSAL_DESK_ORDER_TOKEN and so on where they are set, random ones otherwise."""
        return cls(
            **{
                field.name: environment.get(f"REHEARSAL_DESK_{field.name.upper()}")
                or (new_password() if field.name.endswith("_password") else new_token())
                for field in dc.fields(cls)
            }
        )


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0 after a clean stop and 2 when the desk cannot start."""
    commands = {
        "serve": _serve_command,
        "migrate": _migrate_command,
        "openapi": _openapi_command,
        "replay": replay_command,
        "variants": _variants_command,
    }
    options = make_parser().parse_args(arguments)
    return commands[options.command](options)


def _serve_command(options: argparse.Namespace) -> int:
    if not options.allow_remote and not _is_loopback(options.host):
        return _cannot_start(
            say(
                "{} is not a loopback address; --allow-remote serves it all the same.",
                "{} はループバックアドレスではありません。それでも使うときは --allow-remote を指定してください。",
                options.host,
            )
        )
    if not options.allow_remote and options.smtp is not None and not _is_loopback(options.smtp.host):
        # Approval addresses of a rehearsal may be those of real people.
        return _cannot_start(
            say(
                "{} is not a loopback address; --allow-remote sends there all the same.",
                "{} はループバックアドレスではありません。それでも送信するときは --allow-remote を指定してください。",
                options.smtp.host,
            )
        )
    if options.ready_file is not None and (fault := _unwritable(options.ready_file)) is not None:
        message = say("{} cannot be written: {}.", "{} に書き込めません: {}", options.ready_file, fault)
        return _cannot_start(message)
    with tempfile.TemporaryDirectory(prefix="rehearsal-desk-") as scratch:
        database = options.database or f"sqlite:///{scratch}/desk.sqlite3"
        try:
            if options.workers > 1 and is_sqlite(database):
                return _cannot_start(
                    say(
                        "SQLite serves one worker; several need --database postgresql://...",
                        "SQLiteではワーカーは1つです。複数なら --database postgresql://... を使ってください。",
                    )
                )
            vault = make_vault() if options.key_file is None else open_vault(options.key_file)
            _serve(options, database=database, vault=vault)
        except BadKeyFile as error:
            return _cannot_start(say("The key file cannot be used: {}.", "鍵のファイルを使えません: {}", error.args[0]))
        except BadCalendar as error:
            return _bad_calendar(options.calendar, error)
        except OSError as error:
            reason = error.strerror or error
            return _cannot_start(say("{} port {}: {}.", "{} ポート {}: {}", options.host, options.port, reason))
        except _DATABASE_ERRORS as error:
            return _bad_database(error)
        except workers.WorkerLost:
            message = say(
                "A worker ended unexpectedly, so all have been stopped.",
                "ワーカーが予期せず終了したため、すべて停止しました。",
            )
            print(f"rehearsal-desk: {speak(message)}", file=sys.stderr)
            return 1
    return 0


def _migrate_command(options: argparse.Namespace) -> int:
    try:
        revision = schema.migrate(options.database)
    except _DATABASE_ERRORS as error:
        return _bad_database(error)
    print(speak(say("The tables are those of revision {}.", "表はリビジョン {} のものになりました。", revision)))
    return 0


def _openapi_command(_options: argparse.Namespace) -> int:
    print(openapi.text_of(openapi.document()), end="")
    return 0


def _variants_command(_options: argparse.Namespace) -> int:
    for variant in VARIANTS.values():
        print(f"{variant.name or '(none)':20} {say_help(variant.does)}")
    return 0


def _serve(options: argparse.Namespace, *, database: str, vault: Vault) -> None:
    tokens = Tokens.of(os.environ)
    ready_file: pathlib.Path | None = options.ready_file
    with serving.open_listener(options.host, port=options.port) as listener:
        url = serving.url_of(listener)
        settings = _settings(options, database=database, tokens=tokens, url=url, vault=vault)
        premises = prepare_premises(settings)

        def announce() -> None:
            if ready_file is not None:
                _write_ready_file(ready_file, url=url, tokens=tokens)
            names = {"group_admin": GROUP_ADMIN, "service_admin": SERVICE_ADMIN}
            remote = not _is_loopback(options.host)
            facts = {"url": url, **names, **dc.asdict(tokens)}
            print(start_text(kept=bool(options.database), remote=remote, **facts), flush=True)

        workers.serve(
            lambda: create_app(settings, premises=premises),
            count=options.workers,
            listener=listener,
            announce=announce,
            access_log=options.access_log,
        )
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)


def _settings(options: argparse.Namespace, *, database: str, tokens: Tokens, url: str, vault: Vault) -> Settings:
    return Settings(
        database=database,
        admins=seeded_admins(
            order_token=tokens.order_token,
            register_token=tokens.register_token,
            group_password=tokens.group_password,
            service_password=tokens.service_password,
        ),
        control_digest=digest(tokens.control_token),
        url=url,
        smtp=options.smtp,
        vault=vault,
        registration_days=options.registration_days,
        now=options.now,
        variant=options.variant,
        not_offered=frozenset(options.not_offered),
        habits=Habits(
            calendars=() if options.calendar is None else _read_calendars(options.calendar),
            silence_renews=options.silence == "renew",
            silence_early=dt.timedelta(days=options.silence_early),
            second_certificate=options.second_certificate,
            reissue_asks_csr=options.reissue_asks_csr == "on",
        ),
    )


def _unwritable(path: pathlib.Path) -> str | None:
    """Say why this file could not be put there; None where it can."""
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return os.strerror(errno.EISDIR) if path.is_dir() else None
    except OSError as error:
        return error.strerror


def _write_ready_file(path: pathlib.Path, *, url: str, tokens: Tokens) -> None:
    """Write the file in one step, readable only by the owner: it holds the tokens."""
    content = {
        "url": url,
        "order_token": tokens.order_token,
        "register_token": tokens.register_token,
        "control_token": tokens.control_token,
        "portal_url": f"{url}/portal/",
        "group_admin": {"master_id": GROUP_ADMIN, "password": tokens.group_password},
        "service_admin": {"master_id": SERVICE_ADMIN, "password": tokens.service_password},
        "pid": os.getpid(),
    }
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp makes it mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(content, stream)
    pathlib.Path(temporary).replace(path)


def _read_calendars(path: pathlib.Path) -> tuple[Calendar, ...]:
    """Read the calendars of a file; raises `BadCalendar`, also where there is no file to read."""
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(_LONGEST_CALENDAR + 1)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise BadCalendar([(0, say("It cannot be read ({}).", "読めません ({})。", reason))]) from None
    if len(text) > _LONGEST_CALENDAR:
        raise BadCalendar([(0, say("It is too long.", "長すぎます。"))])
    return read_calendars(text)


def _bad_calendar(path: pathlib.Path, error: BadCalendar) -> int:
    for line, message in error.mistakes:
        where = f"{path}:{line}" if line else f"{path}"
        print(f"rehearsal-desk: {where}: {speak(message)}", file=sys.stderr)
    return 2


def _bad_database(error: Exception) -> int:
    # Only the first line: the rest may quote the URL, and with it a password.
    spoken = isinstance(error.args[0], Wording) if error.args else False
    reason = error.args[0] if spoken else str(error).splitlines()[0].rstrip(".")
    return _cannot_start(say("The database cannot be used: {}.", "データベースを使えません: {}", reason))


def _cannot_start(reason: str) -> int:
    print(f"rehearsal-desk: {speak(reason)}", file=sys.stderr)
    return 2


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`rehearsal-desk serve`: the desk on a loopback port, with all one needs to try it; and what it takes in addition."""

from __future__ import annotations

import argparse
import dataclasses as dc
import ipaddress
import json
import os
import pathlib
import sys
import tempfile
import typing as t

from sqlalchemy.exc import SQLAlchemyError

from rehearsal_desk.desk.postman import SmtpServer
from rehearsal_desk.portal.variants import VARIANTS
from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.admins import GROUP_ADMIN, SERVICE_ADMIN, digest, new_password, new_token, seeded_admins
from rehearsal_desk.running import openapi, serving, workers
from rehearsal_desk.running.app import create_app
from rehearsal_desk.running.help_text import DESCRIPTION, say_help, translate_help
from rehearsal_desk.running.premises import prepare_premises
from rehearsal_desk.running.replaying import add_replay
from rehearsal_desk.running.settings import Settings
from rehearsal_desk.running.start_text import start_text
from rehearsal_desk.store import schema
from rehearsal_desk.store.store import is_sqlite
from rehearsal_desk.store.vault import BadKeyFile, Vault, make_vault, open_vault

_MOST_DAYS_EARLY: t.Final = 4  # the window of a renewal is as wide
_MOST_WORKERS: t.Final = 16
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
    options = _parser().parse_args(arguments)
    return t.cast("t.Callable[[argparse.Namespace], int]", options.command)(options)


def _serve_command(options: argparse.Namespace) -> int:
    if not options.allow_remote and not _is_loopback(options.host):
        return _cannot_start(f"{options.host} is not a loopback address; --allow-remote serves it all the same.")
    if not options.allow_remote and options.smtp is not None and not _is_loopback(options.smtp.host):
        # Approval addresses of a rehearsal may be those of real people.
        return _cannot_start(f"{options.smtp.host} is not a loopback address; --allow-remote sends there all the same.")
    with tempfile.TemporaryDirectory(prefix="rehearsal-desk-") as scratch:
        database = options.database or f"sqlite:///{scratch}/desk.sqlite3"
        try:
            if options.workers > 1 and is_sqlite(database):
                return _cannot_start("SQLite serves one worker; several need --database postgresql://...")
            vault = make_vault() if options.key_file is None else open_vault(options.key_file)
            _serve(options, database=database, vault=vault)
        except BadKeyFile as error:
            return _cannot_start(f"The key file cannot be used: {error}.")
        except OSError as error:
            return _cannot_start(f"{options.host} port {options.port}: {error.strerror or error}.")
        except _DATABASE_ERRORS as error:
            return _bad_database(error)
        except workers.WorkerLost:
            print("rehearsal-desk: A worker ended unexpectedly, so all have been stopped.", file=sys.stderr)
            return 1
    return 0


def _migrate_command(options: argparse.Namespace) -> int:
    try:
        revision = schema.migrate(options.database)
    except _DATABASE_ERRORS as error:
        return _bad_database(error)
    print(f"The tables are those of revision {revision}.")
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
            print(start_text(kept=bool(options.database), url=url, **names, **dc.asdict(tokens)), flush=True)

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
        variant=options.variant,
        not_offered=frozenset(options.not_offered),
        silence_renews=options.silence == "renew",
        silence_early_days=options.silence_early,
    )


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


def _bad_database(error: Exception) -> int:
    # Only the first line: the rest may quote the URL, and with it a password.
    return _cannot_start(f"The database cannot be used: {str(error).splitlines()[0].rstrip('.')}.")


def _cannot_start(reason: str) -> int:
    print(f"rehearsal-desk: {reason}", file=sys.stderr)
    return 2


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(text: str) -> int:
    # argparse reports any ValueError as an invalid value.
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


def _days(text: str) -> int:
    days = int(text)
    if not 0 <= days <= _MOST_DAYS_EARLY:
        raise ValueError
    return days


def _workers(text: str) -> int:
    count = int(text)
    if not 1 <= count <= _MOST_WORKERS:
        raise ValueError
    return count


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rehearsal-desk", description=DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve the rehearsal desk"))
    migrate = commands.add_parser("migrate", help="bring the tables of a database up to date")
    migrate.add_argument("--database", metavar="URL", required=True, help="SQLAlchemy URL")
    migrate.set_defaults(command=_migrate_command)
    openapi_document = commands.add_parser("openapi", help="print the OpenAPI document of the JSON interface")
    openapi_document.set_defaults(command=_openapi_command)
    add_replay(commands.add_parser("replay", help="serve a recording of a portal's screens"))
    variants = commands.add_parser("variants", help="list the ways to serve the portal's screens")
    variants.set_defaults(command=_variants_command)
    translate_help(parser)
    return parser


def _add_habits(serve: argparse.ArgumentParser) -> None:
    """Add how the other side of the desk goes about it."""
    serve.add_argument(
        "--registration-days", type=int, default=30, help="length of the registration deadline (default: %(default)s)"
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
        type=_days,
        default=0,
        help="let silence renew so many days before the moment that the desk tells, for a drill (default: %(default)s)",
    )


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.set_defaults(command=_serve_command)
    serve.add_argument("--host", default="127.0.0.1", help="address to serve (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8440, help="port, 0 for a free one (default: %(default)s)")
    serve.add_argument("--allow-remote", action="store_true", help="allow a host that is not loopback")
    serve.add_argument("--database", metavar="URL", help="SQLAlchemy URL (default: a SQLite file for this run only)")
    serve.add_argument(
        "--ready-file", metavar="PATH", type=pathlib.Path, help="write URL, tokens and pid here, as JSON"
    )
    _add_habits(serve)
    serve.add_argument(
        "--variant",
        default="",
        choices=sorted(VARIANTS),
        help="serve the portal's screens in another way (rehearsal-desk variants lists them)",
    )
    serve.add_argument(
        "--smtp", metavar="HOST:PORT", type=SmtpServer.of, help="send the mails there too (default: outbox only)"
    )
    serve.add_argument("--access-log", action="store_true", help="log each request")
    serve.add_argument(
        "--workers", type=_workers, default=1, help="worker processes, more than one on PostgreSQL only (default: 1)"
    )
    serve.add_argument(
        "--key-file",
        metavar="PATH",
        type=pathlib.Path,
        help="seals private keys that the service makes; made when missing (default: a key for this run only)",
    )

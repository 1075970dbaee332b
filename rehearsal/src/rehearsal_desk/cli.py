# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`rehearsal-desk serve`: the desk on a loopback port, with everything one needs to try it."""

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

from rehearsal_desk import catalogue, serving
from rehearsal_desk.admins import digest, new_token, seeded_admins
from rehearsal_desk.app import create_app
from rehearsal_desk.settings import Settings

_BANNER: t.Final = """\
REHEARSAL: nothing is bought here, and the certificates are worthless.

  export IIJ_CERT_DESK_URL={url}
  export IIJ_CERT_TOKEN={order_token}

The token above is the group admin's: it orders and registers. The others:

  service admin (registers only)   {register_token}
  the rehearsal's own controls     {control_token}

Next step, in another terminal with the exports, in the folder of the checkout:

  export ANSIBLE_COLLECTIONS_PATH=$PWD/collections
  .venv/bin/ansible-playbook iij.server_certificate.plan -i examples/quickstart/inventory.yml \\
    -e certificate_orders=examples/quickstart/orders -e certificate_folder=$PWD/build/rehearsal

{memory} Stop with Ctrl-C.
"""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The three tokens in clear: for the banner and the ready file, nowhere else."""

    order_token: str = dc.field(repr=False)
    register_token: str = dc.field(repr=False)
    control_token: str = dc.field(repr=False)

    @classmethod
    def of(cls, environment: t.Mapping[str, str]) -> Tokens:
        """Tokens from REHEARSAL_DESK_ORDER_TOKEN and so on where they are set, random ones otherwise."""
        return cls(
            **{
                field.name: environment.get(f"REHEARSAL_DESK_{field.name.upper()}") or new_token()
                for field in dc.fields(cls)
            }
        )


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0 after a clean stop and 2 when the desk cannot start."""
    options = _parser().parse_args(arguments)
    if not options.allow_remote and not _is_loopback(options.host):
        return _cannot_start(f"{options.host} is not a loopback address; --allow-remote serves it all the same.")
    with tempfile.TemporaryDirectory(prefix="rehearsal-desk-") as scratch:
        database = options.database or f"sqlite:///{scratch}/desk.sqlite3"
        try:
            _serve(options, database=database)
        except OSError as error:
            return _cannot_start(f"{options.host} port {options.port}: {error.strerror or error}.")
        except (SQLAlchemyError, ImportError, ValueError) as error:
            # Only the first line: the rest may quote the URL, and with it a password.
            return _cannot_start(f"The database cannot be used: {str(error).splitlines()[0]}.")
    return 0


def _serve(options: argparse.Namespace, *, database: str) -> None:
    tokens = Tokens.of(os.environ)
    app = create_app(_settings(options, database=database, tokens=tokens))
    ready_file: pathlib.Path | None = options.ready_file
    with serving.listener(options.host, port=options.port) as listener:
        url = serving.url_of(listener)

        def announce() -> None:
            if ready_file is not None:
                _write_ready_file(ready_file, url=url, tokens=tokens)
            memory = (
                "The --database keeps what happens here."
                if options.database
                else "What happens here is forgotten at the end."
            )
            print(_BANNER.format(url=url, memory=memory, **dc.asdict(tokens)), flush=True)

        serving.run(app, listener=listener, announce=announce, access_log=options.access_log)
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)


def _settings(options: argparse.Namespace, *, database: str, tokens: Tokens) -> Settings:
    return Settings(
        database=database,
        admins=seeded_admins(order_token=tokens.order_token, register_token=tokens.register_token),
        control_digest=digest(tokens.control_token),
        registration_days=options.registration_days,
        not_offered=frozenset(options.not_offered),
    )


def _write_ready_file(path: pathlib.Path, *, url: str, tokens: Tokens) -> None:
    """Atomic, and readable only by the owner: it holds the tokens."""
    content = {"url": url, **dc.asdict(tokens), "pid": os.getpid()}
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp makes it mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(content, stream)
    pathlib.Path(temporary).replace(path)


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rehearsal-desk", description=__doc__)
    serve = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("serve", help="serve the rehearsal desk")
    serve.add_argument("--host", default="127.0.0.1", help="address to serve (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8440, help="port, 0 for a free one (default: %(default)s)")
    serve.add_argument("--allow-remote", action="store_true", help="allow a host that is not loopback")
    serve.add_argument("--database", metavar="URL", help="SQLAlchemy URL (default: a SQLite file for this run only)")
    serve.add_argument(
        "--ready-file", metavar="PATH", type=pathlib.Path, help="write URL, tokens and pid here, as JSON"
    )
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
    serve.add_argument("--access-log", action="store_true", help="log each request")
    return parser

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One look at the desk, handed to later tasks of its run: for each host a file with what it is asked, and its answer.

Only this user can read the files. One that is too old, or made for another desk, portfolio or slice, is not used; the
task then looks at the desk itself. Who goes on at the desk by a look must have the log-in that looked. So a look saves
requests and decides nothing that a fresh one would not. No order with a vaulted value is written down, and no purchase
ever rests on a look that was handed on.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import hashlib
import re
import secrets
import shutil
import time
import typing as t

from ...module_utils._core.phrases import Phrase
from ...module_utils._core.system_errors import describe_os_error
from .._complaints.vaulted import hide
from .._desk.private_files import find_cache_home, read_private, write_private
from .._planning.entry import Entry
from .._planning.replacements import Replaced
from .._planning.steps import Standing
from .._spending.ledger_file import name_origin
from .._values.observed import Application
from .._values.order import Order
from .._values.written import read_value, write_value
from .asked_orders import check_portfolio_name
from .beside import list_beside

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .._values.order import CommandsOf, Outline
    from .asked_orders import Options

Json = dict[str, t.Any]

OLDEST_LOOK: t.Final = 3_600.0  # seconds; afterwards the desk may show something else
OLDEST_ANSWER: t.Final = 86_400.0  # seconds; a CSR stays what it is, and a long run over the portal takes hours
_LOST: t.Final = Phrase(
    "what the desk showed could not be handed on: {0}; each host's task asks the desk itself",
    "窓口の内容を引き継げませんでした: {0}。各ホストのタスクが窓口に問い合わせます",
)
_NAME: t.Final = re.compile(r"[0-9a-f]{32}")
_WORK, _ANSWER = "work", "answer"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a host is asked, the certificates that it may be given, and why some of its orders cannot go on.

    `commands`: a digest of what its orders mean by names of commands, as the plan was made with.
    """

    host: str
    entries: tuple[Entry, ...]
    certificates: Mapping[str, Json] = dc.field(default_factory=dict)
    failures: tuple[Json, ...] = ()
    commands: str = ""
    beside: tuple[Json, ...] = ()  # as list_beside makes them


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a host's preparation: CSRs by order name, and the orders that failed there."""

    host: str
    csrs: Mapping[str, str]
    failures: Mapping[str, str] = dc.field(default_factory=dict)


def make_works(
    entries: Iterable[Entry], commands_of: CommandsOf, *, among: Iterable[Order | Outline]
) -> tuple[Work, ...]:
    """Group entries by their hosts, and beside them the other orders; the controller goes by localhost."""
    by_host: dict[str, list[Entry]] = {}
    for entry in entries:
        by_host.setdefault(entry.order.host or "localhost", []).append(entry)
    orders: dict[str, list[Order | Outline]] = {}
    for order in among:
        orders.setdefault(order.host or "localhost", []).append(order)
    return tuple(
        Work(
            host=host,
            entries=tuple(group),
            commands=digest_commands(group, commands_of),
            beside=list_beside(orders.get(host, ()), group),
        )
        for host, group in by_host.items()
    )


def digest_commands(entries: Iterable[Entry], commands_of: CommandsOf) -> str:
    """Digest the commands that these orders name: a host's variables may say something else than the controller's."""
    named = []
    for entry in entries:
        install = entry.order.install
        names = (install.validate, install.reload and install.reload.command) if install else ()
        named += [(name, commands_of(entry.order.host).get(name)) for name in names if name]
    return hashlib.sha256(repr(sorted(set(named), key=repr)).encode()).hexdigest() if named else ""


def hand_on(options: Options, works: Iterable[Work], *, warn: Callable[[Phrase], None]) -> str:
    """Write down what each host is asked and return the look's name; where that fails nobody finds anything by it."""
    name = secrets.token_hex(16)
    try:
        _forget_old()
        for work in works:
            write_work({**options, "look": name}, work)
    except OSError as error:
        warn(_LOST.filled(describe_os_error(error)))
    return name


def write_work(options: Options, work: Work) -> None:
    """Write down what a host is asked, without a word where one of its orders has a vaulted value; raises OSError."""
    wanted = {
        "entries": [_write_entry(entry) for entry in work.entries],
        "certificates": dict(work.certificates),
        "failures": list(work.failures),
        "commands": work.commands,
        "beside": list(work.beside),
        "log_in": _log_in(options),
    }
    if hide(wanted) == wanted:
        _write(options, _WORK, work.host, wanted)


def read_work(options: Options, host: str, commands_of: CommandsOf | None = None) -> Work | None:
    """Read what this host is asked; None where the task has to look itself."""
    written = _read(options, _WORK, host, oldest=OLDEST_LOOK)
    try:
        work = written and _make_work(host, written)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if not work or (commands_of and digest_commands(work.entries, commands_of) != work.commands):
        return None
    return work


def read_works(options: Options) -> Iterator[Work]:
    """Read what every host of a look is asked, to go on at the desk by the log-in that looked."""
    for host in _hosts(options, _WORK):
        written, work = _read(options, _WORK, host, oldest=OLDEST_LOOK), read_work(options, host)
        if work and written and written.get("log_in") == _log_in(options):
            yield work


def write_answer(options: Options, answer: Answer) -> None:
    """Write down what came of a host's preparation; raises OSError. Nothing is written where no look is named."""
    if _folder(options):
        # What a host says may quote a vaulted value of its orders.
        _write(options, _ANSWER, answer.host, {"csrs": dict(answer.csrs), "failures": hide(dict(answer.failures))})


def read_answers(options: Options) -> dict[str, Answer]:
    """Read what every host of a look answered, by host."""
    result = ((host, _read(options, _ANSWER, host, oldest=OLDEST_ANSWER)) for host in _hosts(options, _ANSWER))
    answers = {}
    for host, answer in result:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            fields = _require_answer(answer)
            answers[host] = Answer(host=host, csrs=fields["csrs"], failures=fields["failures"])
    return answers


def _write(options: Options, kind: str, host: str, content: Json) -> None:
    folder = _folder(options)
    if folder:
        path = folder / f"{kind}-{hashlib.sha256(host.encode()).hexdigest()[:32]}.json"
        write_private(path, {**_stamp(options), "host": host, "at": time.time(), **content})


def _read(options: Options, kind: str, host: str, *, oldest: float) -> Json | None:
    """Read a file of the look; None unless it was made for this task's desk, portfolio and slice."""
    folder = _folder(options)
    if folder is None:
        return None
    result = read_private(folder / f"{kind}-{hashlib.sha256(host.encode()).hexdigest()[:32]}.json")
    if not isinstance(result, dict) or result.get("host") != host or not isinstance(result.get("at"), float):
        return None
    same = all(result.get(field) == value for field, value in _stamp(options).items())
    return result if same and 0 <= time.time() - result["at"] <= oldest else None


def _hosts(options: Options, kind: str) -> list[str]:
    folder = _folder(options)
    result = [read_private(path) for path in sorted(folder.glob(f"{kind}-*.json"))] if folder else []
    return [file["host"] for file in result if isinstance(file, dict) and isinstance(file.get("host"), str)]


def _stamp(options: Options) -> Json:
    return {
        "desk": [options.get("desk"), name_origin(options.get("desk_url"))],
        "portfolio": check_portfolio_name(options),
        "slice": options.get("slice"),
    }


def _log_in(options: Options) -> str:
    """Digest this task's log-in together with the look's name, so that it is not recognized elsewhere."""
    log_in = options.get("portal_user") if options.get("desk") == "portal" else options.get("desk_token")
    return hashlib.sha256(f"{options.get('look')}\n{log_in}".encode()).hexdigest()[:32]


def _folder(options: Options) -> pathlib.Path | None:
    name = options.get("look")
    return _looks() / name if name and _NAME.fullmatch(name) else None


def _looks() -> pathlib.Path:
    return find_cache_home() / "looks"


def _forget_old() -> None:
    """Remove the looks of runs that are long over; what cannot be removed does no harm."""
    now = time.time()
    for folder in _looks().glob("*"):
        try:
            if now - folder.stat().st_mtime > OLDEST_ANSWER:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _write_entry(entry: Entry) -> Json:
    # A host needs neither the applicant nor a CSR that was made elsewhere, only whose key that is.
    csr = dc.replace(entry.order.csr, pem="") if entry.order.csr else None
    order = dc.replace(entry.order, applicant=None, approval_email=None, csr=csr)
    application = write_value(entry.application) if entry.application else None
    standings = {"standing": entry.standing.value, "ahead": entry.ahead.value if entry.ahead else None}
    replaced = write_value(entry.replaced.application) if entry.replaced else None
    keys = {"replaced": replaced, "used_keys": list(entry.used_keys), "has_unseen_keys": entry.has_unseen_keys}
    return {"order": write_value(order), "application": application, **keys, **standings}


def _make_work(host: str, written: Json) -> Work:
    return Work(
        host=host,
        entries=tuple(
            Entry(
                order=read_value(Order, row["order"]),
                application=read_value(Application, row["application"]) if row["application"] else None,
                standing=Standing(row["standing"]),
                ahead=Standing(row["ahead"]) if row["ahead"] else None,
                replaced=_make_replaced(row["replaced"]) if row["replaced"] else None,
                used_keys=tuple(map(str, row["used_keys"])),
                has_unseen_keys=bool(row["has_unseen_keys"]),
            )
            for row in written["entries"]
        ),
        certificates={name: _texts(files) for name, files in written["certificates"].items()},
        failures=tuple(_texts(failure) for failure in written["failures"]),
        commands=written["commands"],
        beside=tuple(written["beside"]),
    )


def _make_replaced(application: object) -> Replaced:
    # Its keys concern the host, its period does not.
    return Replaced(application=read_value(Application, application), track=None)


def _require_answer(answer: Json | None) -> dict[str, dict[str, str]]:
    return {field: _texts(answer[field]) for field in ("csrs", "failures")} if answer else {}


def _texts(part: object) -> dict[str, str]:
    if not isinstance(part, dict) or not all(isinstance(text, str) for text in part.values()):
        raise ValueError
    return part


__all__ = (
    "Answer",
    "Work",
    "digest_commands",
    "hand_on",
    "make_works",
    "read_answers",
    "read_work",
    "read_works",
    "write_answer",
    "write_work",
)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The file in which the controller remembers hosts and registrations; it may be deleted at any time without harm."""

from __future__ import annotations

import dataclasses as dc
import errno
import json
import os
import pathlib
import re
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from ...module_utils._core.system_errors import describe_os_error
from .._complaints.whole_file import write_whole
from .._desk.private_files import find_state_folder, is_closed
from .._planning.memory import HostAnswer, Memory, Registered, make_host_answer, make_registered
from .._spending.ledger_file import name_desk, name_origin
from .._values.json_text import parse_json
from .asked_orders import check_portfolio_name

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...module_utils._core.phrases import Language
    from .._planning.entry import Entry
    from .._planning.outcome import Outcome
    from .asked_orders import Options

_LARGEST: t.Final = 1 << 26  # bytes that are read
_LOST: t.Final = Phrase(
    "what was done could not be written down: {0}; plan and status will not know it",
    "実行した内容を記録できませんでした: {0}。計画とステータスには反映されません。",
)
_KIND: t.Final = "memory.jsonl"
_ABOUT: t.Final = re.compile(rb'"(?:contract_id": |places": \[)"([^"\\]+)"')  # as they are written here
_FIELDS: t.Final = {kind: {field.name for field in dc.fields(kind)} for kind in (HostAnswer, Registered)}


def read_memory(options: Options, about: frozenset[bytes] | None = None) -> Memory:
    """Read what is remembered of this portfolio, or of these contracts and hosts, at this desk.

    What cannot be read is not known.
    """
    path = find_state_file(options, _KIND)
    try:
        _require_closed(path.parent)
        with os.fdopen(_open(path, os.O_RDONLY), "rb") as file:
            return Memory(_read_lines(file, about))
    except OSError:
        return Memory()


def _read_lines(file: t.BinaryIO, about: frozenset[bytes] | None = None) -> Iterator[HostAnswer | Registered]:
    """Yield what the lines say one by one: with thousands of contracts they take megabytes together.

    Of lines about other contracts and hosts than these nothing is read but whom they are about.
    """
    left = _LARGEST
    while left > 0 and (line := file.readline(left)):
        left -= len(line)
        if about is not None and (subjects := _ABOUT.findall(line)) and about.isdisjoint(subjects):
            continue
        if line.strip() and (remembered := _parse(line)):
            yield remembered


def remember_hosts(
    options: Options, entries: Iterable[Entry], heard: Mapping[str, bool], *, lang: Language
) -> list[str]:
    """Write down, by order name, whether its host has its certificate; returns warnings.

    A full disk of the controller keeps no certificate from its host.
    """
    lines: list[HostAnswer | Registered] = [
        make_host_answer(entry.order, entry.application, has=heard[entry.order.name])
        for entry in entries
        if entry.application is not None and entry.order.name in heard
    ]
    return _remember(options, lines, lang)


def remember_registrations(
    options: Options, outcomes: Iterable[Outcome], keys: Mapping[str, str], *, lang: Language
) -> list[str]:
    """Write down digests of what was registered, and the keys by the names of their orders; returns warnings."""
    lines: list[HostAnswer | Registered] = [
        make_registered(outcome.entry.order, outcome.entry.application, keys.get(outcome.entry.order.name))
        for outcome in outcomes
        if outcome.error is None and outcome.entry.application is not None
    ]
    return _remember(options, lines, lang)


def _remember(options: Options, answers: list[HostAnswer | Registered], lang: Language) -> list[str]:
    if not answers:
        return []
    # Each host of a run comes here: what it costs must follow its own contracts, not all there are. Lines of its other
    # ones count, since a certificate that comes to a file takes the place of theirs.
    subjects = (text for one in answers for text in (one.contract_id, *_list_hosts(one)))
    own = read_memory(options, frozenset(text.encode() for text in subjects))
    news = own.find_news(answers)
    if not news:
        return []
    path, whole = find_state_file(options, _KIND), read_memory(options) if own.is_mostly_outdated else Memory()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_closed(path.parent)
        if whole.is_worth_writing_anew:
            # So that years of renewals do not make it long. What another host's answer adds in this moment may be
            # lost: it is asked once more.
            write_whole(path, _as_text([*whole.list_lines(), *news]), private=True)
        else:
            _append(path, news)
    except OSError as error:
        return [translate(_LOST.filled(describe_os_error(error)), lang)]
    return []


def _list_hosts(line: HostAnswer | Registered) -> tuple[str, ...]:
    return (line.places[0],) if isinstance(line, HostAnswer) and line.places[0] else ()


def _append(path: pathlib.Path, news: list[HostAnswer | Registered]) -> None:
    # One write at the end of the file, since the hosts of a run answer at the same time.
    descriptor = _open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, _as_text(news).encode())
    finally:
        os.close(descriptor)


def _as_text(answers: list[HostAnswer | Registered]) -> str:
    # Each on a line of its own, even after one that a crash has cut.
    return "".join(f"\n{json.dumps(dc.asdict(answer), ensure_ascii=False)}\n" for answer in answers)


def find_state_file(options: Options, kind: str) -> pathlib.Path:
    """Find where a file of this kind is on the controller, for this portfolio at this desk: a rehearsal has its own."""
    origin = name_origin(options.get("desk_url"))
    desk = f"@{name_desk(origin)}" if origin else ""
    return find_state_folder() / f"{check_portfolio_name(options)}{desk}.{kind}"


def _require_closed(folder: pathlib.Path) -> None:
    """Refuse a folder in which somebody else could have put a link or a file in the place of ours."""
    if not is_closed(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _open(path: pathlib.Path, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)  # a FIFO in its place would hold the run


def _parse(line: bytes) -> HostAnswer | Registered | None:
    """Return one line, or None for what is none: the file is the user's, and a crash may have cut it."""
    try:
        fields = parse_json(line)
    except ValueError:
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("contract_id"), str):
        return None
    # Lines of earlier versions tell neither the certificates' ends, nor the orders, nor the keys, nor reissues.
    fields = {"order": None, **fields}
    return _read_registered({"before": None, "keys": [], "reissued": {}, **fields}) or _read_answer(
        {"not_after": None, **fields}
    )


def _read_registered(fields: dict[str, t.Any]) -> Registered | None:
    if set(fields) != _FIELDS[Registered]:
        return None
    digests, keys, reissued = fields["digests"], fields["keys"], fields["reissued"]
    if not (isinstance(digests, dict) and isinstance(keys, list) and isinstance(reissued, dict)):
        return None
    texts = (fields["before"] or "", fields["order"] or "", *digests.values(), *keys, *reissued.values())
    return Registered(**{**fields, "keys": tuple(keys)}) if all(isinstance(text, str) for text in texts) else None


def _read_answer(fields: dict[str, t.Any]) -> HostAnswer | None:
    if set(fields) != _FIELDS[HostAnswer] or not isinstance(fields["places"], list) or not fields["places"]:
        return None
    places, has = tuple(fields["places"]), fields["has"]
    texts = (*(fields[name] for name in ("certificate_fingerprint", "not_after", "order")), *places)
    if not all(isinstance(text, str) for text in texts if text) or not isinstance(has, bool):
        return None
    return HostAnswer(**{**fields, "places": places})


__all__ = ("find_state_file", "read_memory", "remember_hosts", "remember_registrations")

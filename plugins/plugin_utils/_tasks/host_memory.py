# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The file in which the controller remembers what hosts answered; it may be deleted at any time without harm."""

from __future__ import annotations

import dataclasses as dc
import json
import os
import pathlib
import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase, said
from ...module_utils._core.system_errors import describe_os_error
from .._planning.host_answers import HostAnswer, HostAnswers, answer_of
from .._spending.ledger_file import name_desk, origin_of
from .asked_orders import portfolio_name

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...module_utils._core.phrases import Language
    from .._planning.plan import Entry
    from .asked_orders import Options

_LARGEST: t.Final = 1 << 26  # bytes that are read
_LOST: t.Final = Phrase(
    "what the host answered could not be written down: {0}; plan and status will not know it",
    "ホストの状態を記録できませんでした: {0}。計画とステータスには反映されません。",
)
_FIELDS: t.Final = {field.name for field in dc.fields(HostAnswer)}


def read_host_answers(options: Options) -> HostAnswers:
    """Read what hosts answered about the orders of this portfolio and desk; what cannot be read is not known."""
    try:
        with open(_path(options), "rb", opener=_open_regular) as file:
            lines = file.read(_LARGEST).splitlines()
    except OSError:
        lines = []
    return HostAnswers(answer for line in lines if (answer := _parse(line)))


def remember_hosts(
    options: Options, entries: Iterable[Entry], heard: Mapping[str, bool], *, lang: Language
) -> list[str]:
    """Write down, by order name, whether its host has its certificate; returns warnings.

    A full disk of the controller keeps no certificate from its host.
    """
    told = [
        answer_of(entry.order, entry.application, has=heard[entry.order.name])
        for entry in entries
        if entry.application is not None and entry.order.name in heard
    ]
    news = read_host_answers(options).news(told)
    try:
        _append(_path(options), news)
    except OSError as error:
        return [said(_LOST.filled(describe_os_error(error)), lang)]
    return []


def _append(path: pathlib.Path, news: list[HostAnswer]) -> None:
    if not news:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Each on a line of its own, even after one that a crash has cut.
    text = "".join(f"\n{json.dumps(dc.asdict(answer), ensure_ascii=False)}\n" for answer in news)
    # One write at the end of the file, since the hosts of a run answer at the same time.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _path(options: Options) -> pathlib.Path:
    state = expand_home(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    origin = origin_of(options.get("desk_url"))
    desk = f"@{name_desk(origin)}" if origin else ""
    return state / "iij.server_certificate" / f"{portfolio_name(options)}{desk}.hosts.jsonl"


def _open_regular(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a FIFO in its place would hold the run


def _parse(line: bytes) -> HostAnswer | None:
    """One answer, or None for a line that is none: the file is the user's, and a crash may have cut it."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or set(fields) != _FIELDS or not isinstance(fields["places"], list):
        return None
    places, has = tuple(fields["places"]), fields["has"]
    texts = (fields["contract_id"], fields["certificate_fingerprint"] or "", *(place or "" for place in places))
    if not all(isinstance(text, str) for text in texts) or not isinstance(has, bool):
        return None
    return HostAnswer(**{**fields, "places": places})


__all__ = ("read_host_answers", "remember_hosts")

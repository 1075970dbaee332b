# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""By which ways notices were sent today, so that each is used once a day: a small file of the controller."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import pathlib
import typing as t

from ...module_utils._core.system_errors import describe_os_error
from .._complaints.complaints import OptionsWrong
from .._complaints.whole_file import write_whole
from .._values.json_text import parse_json
from .memory_file import find_state_file

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Phrase
    from .._reports.notices import Notice
    from .asked_orders import Options

_STAMP: t.Final = "notices.json"


def list_unused(notice: Notice, options: Options, ways: t.Iterable[str], *, today: dt.date) -> list[str]:
    """List the ways that a run uses now: those that were not used today, or all again where that is asked.

    A look that failed does not use up the day, nor does one that lacks orders with mistakes: what is due is told once
    all can be seen.
    """
    if options["again"]:
        return list(ways)
    try:
        used = _read_stamp(find_state_file(options, _STAMP), today)
    except (OSError, OptionsWrong):  # no folder to keep anything in: people hear twice at worst
        used = []
    return [way for way in ways if _mark(way, notice, options) not in used]


def keep_used(way: str, notice: Notice, options: Options, *, today: dt.date) -> Phrase | None:
    """Write down that a way was used today; returns why that could not be done."""
    try:
        stamp = find_state_file(options, _STAMP)
        used = sorted({*_read_stamp(stamp, today), _mark(way, notice, options)})
        stamp.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(stamp, json.dumps({"day": today.isoformat(), "ways": used}), private=True)
    except OSError as error:
        return describe_os_error(error)
    except OptionsWrong as error:
        return error.message
    return None


def _mark(way: str, notice: Notice, options: Options) -> str:
    """Name a way with a digest of where it leads, and of which orders: another team's address is another way.

    Orders go by their names, where none could be read by their source: the last part of a path alone, since runs of a
    pipeline have their files elsewhere each time.
    """
    place = options[{"mail": "mail_to", "webhook": "webhook_url"}.get(way, "command")]
    source = [options.get("slice"), pathlib.PurePath(options.get("order_files") or "").name, options.get("orders")]
    about: t.Any = sorted(notice.orders) or source
    name = f"{way} {hashlib.sha256(repr((place, about)).encode()).hexdigest()[:16]}"
    return f"{name}, of a {notice.lacks}" if notice.lacks else name


def _read_stamp(path: pathlib.Path, today: dt.date) -> list[str]:
    """Read the ways that were used today; a stamp that cannot be read is none, so that people hear twice at worst."""
    try:
        message = parse_json(path.read_bytes())
        return [str(way) for way in message["ways"]] if message["day"] == today.isoformat() else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


__all__ = ("keep_used", "list_unused")

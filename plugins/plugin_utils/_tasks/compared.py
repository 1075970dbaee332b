# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What hosts were asked before, by a saved plan or by the order files of the branch before."""

from __future__ import annotations

import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import OptionsWrong
from .._guards.saved_plan import read_host_parts
from .._planning.host_part import make_host_part
from .._planning.slices import read_slice
from .asked_orders import check_portfolio_name, judge_files_in, read_today

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .._planning.host_part import HostPart
    from .._reports.document import Frame
    from .._values.order import CommandsOf
    from .asked_orders import Options


_NOT_THERE: t.Final = Phrase("compare_with: {0} is not there", "compare_with: {0} がありません。")


def add_before(frame: Frame, options: Options) -> Frame:
    """Add to the frame what hosts were asked before, where compare_with names it; raises OrdersRefused."""
    path = options["compare_with"]
    return frame if path is None else frame._replace(before=_read(path, options, frame.commands_of))


def _read(path: str, options: Options, commands_of: CommandsOf) -> Mapping[str, HostPart]:
    """Read what hosts were asked, by order name; of order files with mistakes, only the orders without any."""
    place = expand_home(path)
    if not place.exists():
        raise OptionsWrong(_NOT_THERE.filled(path))
    if place.suffix == ".json":
        part = read_slice(options["slice"])
        return read_host_parts(str(place), portfolio=check_portfolio_name(options), part=str(part) if part else None)
    orders = judge_files_in(str(place), options, commands_of, today=read_today()).orders
    return {order.name: make_host_part(order, commands_of) for order in orders}


__all__ = ("add_before",)

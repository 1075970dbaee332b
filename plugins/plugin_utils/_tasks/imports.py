# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The import of what the desk lists: is there anything to compare it with, and the order file that adopts it."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import OptionsWrong
from .._orders.files import has_order_files
from .._planning.adoption import write_adopting_orders

_TAKEN: t.Final = Phrase(
    "{0} is there already; name another file with import_path (certificate_import_file)",
    "{0} はすでにあります。import_path (certificate_import_file) で別のファイルを指定してください。",
)


def has_orders(options: dict[str, t.Any]) -> bool:
    """Check whether a task has orders; the first import may name a folder where none is yet."""
    folder = options["order_files"]
    if folder is not None and options["import_path"] is not None:
        return has_order_files(folder)
    return folder is not None or options["orders"] is not None


def write_import(orders: list[dict[str, t.Any]], path: str | None, *, pretend: bool) -> bool:
    """Write the orders, if a path is named and there are any, and return whether that is a change.

    Raises OptionsWrong where something is there already.
    """
    if path is None or not orders:
        return False
    try:
        write_adopting_orders(orders, path, pretend=pretend)
    except FileExistsError:
        raise OptionsWrong(_TAKEN.filled(path)) from None
    return True


__all__ = ("has_orders", "write_import")

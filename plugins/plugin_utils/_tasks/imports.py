# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The import of what the desk lists: is there anything to compare it with, and the order file that adopts it."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import OptionsWrong, list_names
from .._orders.files import has_order_files
from .._planning.adoption import list_unsaid, list_unshown, make_adopting_orders, write_adopting_orders
from .progress import Progress

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ...module_utils._core.phrases import Language
    from .._desk.desk import Desk
    from .._values.observed import Application

_TAKEN: t.Final = Phrase(
    "{0} is there already; name another file with import_path (certificate_import_file)",
    "{0} はすでにあります。import_path (certificate_import_file) で別のファイルを指定してください。",
)
_READ: t.Final = Phrase("{0}: read", "{0}: 内容を確認しました")
_NOTHING: t.Final = Phrase(
    "There is nothing to import; no file was written.",
    "書き出すお申し込みはありません。ファイルは書き出していません。",
)
_WRITTEN: t.Final = Phrase(
    "Applications without an order: {0}. {1} now has an order for each of them, which buys nothing: {2}.\n"
    "Next: read that file, add what hosts and registrations need (host, key, install, applicant), then run plan.yml.",
    "オーダーのないお申し込みが{0}件あったため、{1} にオーダーを書き出しました (新たな購入はありません): {2}\n"
    "次の操作: ファイルを確認し、設置や登録に必要な項目 (host、key、install、applicant など) を追記してから、"
    "plan.yml を実行してください。",
)
_PRETENDED: t.Final = Phrase(
    "Applications without an order: {0}. Without --check, {1} gets an order for each of them: {2}.",
    "オーダーのないお申し込みが{0}件あります。--check を外すと、{1} にオーダーを書き出します: {2}",
)
_UNSHOWN: t.Final = Phrase(
    "The desk does not show of all of them: {0}. Write that first, into each order or once into defaults of the file; "
    "until then the file is refused.",
    "窓口に表示されない項目があります: {0}。最初に、各オーダーか、ファイルの defaults に書いてください。"
    "書くまで、このファイルはエラーになります。",
)
_UNSAID: t.Final = Phrase(
    "Left out, since their common name, item, term or linked service is none that an order can have: {0}.",
    "コモンネーム、品目、有効期間または連携対応サービスがオーダーに書けないため、書き出していない契約: {0}",
)


def has_orders(options: dict[str, t.Any]) -> bool:
    """Check whether a task has orders; the first import may name a folder where none is yet."""
    folder = options["order_files"]
    if folder is not None and options["import_path"] is not None:
        return has_order_files(folder)
    return folder is not None or options["orders"] is not None


def import_orders(
    desk: Desk,
    applications: Iterable[Application],
    path: str | None,
    *,
    taken: Collection[str],
    pretend: bool,
    say: Callable[[str], None],
    lang: Language,
) -> dict[str, t.Any]:
    """Make the orders, write them if a path is named and there are any, say so, and return the part of the result.

    Raises OptionsWrong where something is there already.
    """
    if path is None:
        return {"changed": False, "adopting_orders": make_adopting_orders(applications, taken=taken)}
    applications = _read_in_full(desk, list(applications), say=say, lang=lang)
    orders = make_adopting_orders(applications, taken=taken)
    if orders:
        try:
            write_adopting_orders(orders, path, pretend=pretend)
        except FileExistsError:
            raise OptionsWrong(_TAKEN.filled(path)) from None
    unshown, unsaid = list_unshown(orders), list_unsaid(applications)
    phrases = [_word_import(orders, path, pretend=pretend)]
    phrases += [_UNSHOWN.filled(", ".join(unshown))] if unshown else []
    phrases += [_UNSAID.filled(list_names(unsaid))] if unsaid else []
    say("\n".join(translate(phrase, lang) for phrase in phrases))
    return {"changed": bool(orders), "adopting_orders": orders}


def _read_in_full(
    desk: Desk, applications: list[Application], *, say: Callable[[str], None], lang: Language
) -> list[Application]:
    """Read of live contracts what a list may leave out and an order says; at the portal each has a page of its own."""
    progress = Progress(sum(app.live for app in applications), say=say, lang=lang)
    result = []
    for application in applications:
        result.append(desk.read_in_full(application) if application.live else application)
        if application.live:
            progress.tell(translate(_READ.filled(application.contract_id), lang), seldom=True)
    return result


def _word_import(orders: list[dict[str, t.Any]], path: str, *, pretend: bool) -> Phrase:
    names = list_names(order["name"] for order in orders)
    return (_NOTHING if not orders else _PRETENDED if pretend else _WRITTEN).filled(len(orders), path, names)


__all__ = ("has_orders", "import_orders")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Passphrases that a task is given by name: what would protect no key, or hide an order, is refused before any work."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, join_phrases
from .._complaints.complaints import OptionsWrong, find_nearest
from .._values.order import Wanted

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .._orders.portfolio import Judged

OPTIONS: t.Final = ("key_passphrases", "pkcs12_passphrases")
_NO_TEXT: t.Final = Phrase(
    "{0}: the passphrase of {1} is not text. Put it in quotes: YAML reads 0123 as another number",
    "{0}: {1} のパスフレーズが文字列ではありません。引用符で囲んでください (YAMLでは 0123 は別の数値になります)",
)
_EMPTY: t.Final = Phrase(
    "{0}: the passphrase of {1} is empty, and would protect nothing. Give it a value, or leave the name out",
    "{0}: {1} のパスフレーズが空で、何も保護されません。値を指定するか、その名前を外してください",
)
_HIDES: t.Final = Phrase(
    "{0}: the passphrase of {1} is in the name {2}. Ansible hides a passphrase wherever it appears, so that the host "
    "could not answer for {2}. Choose another passphrase",
    "{0}: {1} のパスフレーズが {2} という名前に含まれています。パスフレーズはAnsibleがすべて伏せ字にするため、"
    "ホストが {2} の結果を返せません。別のパスフレーズにしてください",
)
_NOBODYS: t.Final = Phrase(
    "{0}: no order has the name {1}, so its passphrase would protect nothing{2}. Correct the name, or leave it out",
    "{0}: {1} という名前のオーダーはなく、そのパスフレーズでは何も保護されません{2}。名前を直すか、外してください",
)
_NEAR: t.Final = Phrase("; did you mean {0}?", " ({0} のことですか)")


def require_passphrases(options: Mapping[str, t.Any]) -> None:
    """Refuse passphrases that are no text or empty; raises OptionsWrong."""
    problems = [
        (_EMPTY if value in ("", None) else _NO_TEXT).filled(option, name)
        for option, name, value in _list_all(options)
        if not isinstance(value, str) or not value
    ]
    if problems:
        raise OptionsWrong(join_phrases(problems))


def require_names(options: Mapping[str, t.Any], judged: Judged, warn: Callable[[Phrase], None]) -> None:
    """Refuse a passphrase for a name that no order has, where an order without one is nearly called so.

    Raises OptionsWrong. Of other such names it warns as long as an order has no passphrase, which may be the one that
    is meant: one file of passphrases may serve several portfolios, and outlive an order. Orders in the task itself may
    be those of one host, and the passphrases those of all: there only a slip is warned of.
    """
    names, problems = {order.name for order in judged.list_outlined()}, []
    of_files = options.get("orders") is None
    for option, name, _value in _list_all(options):
        bare = _list_wanting(option, judged) - {*options[option]}
        if name in names or not bare:
            continue
        near = find_nearest(name, sorted(bare))
        problem = _NOBODYS.filled(option, name, _NEAR.filled(near) if near else Phrase("", ""))
        # A number is the name of a neighbour, which may be gone or in another portfolio, more often than a slip.
        if near and _leave_digits_out(name) != _leave_digits_out(near) and of_files and not judged.is_unsure:
            problems.append(problem)
        elif near or of_files:
            warn(problem)
    if problems:
        raise OptionsWrong(join_phrases(problems))


def _list_wanting(option: str, judged: Judged) -> set[str]:
    """List the orders with a file that a passphrase of this option may protect."""
    present = [order for order in judged.list_flawless() if order.state is Wanted.PRESENT]
    if option == "pkcs12_passphrases":
        return {order.name for order in present if order.install and order.install.pkcs12}
    return {order.name for order in present if order.key}


def require_unhidden(passphrases: Mapping[str, Mapping[str, str]], names: Iterable[str | None]) -> None:
    """Refuse passphrases that are in one of the names that the host answers by; raises OptionsWrong."""
    rows = sorted({name for name in names if name is not None})
    problems = [
        _HIDES.filled(option, name, hidden)
        for option, name, value in _list_all(passphrases)
        for hidden in rows
        if value in hidden
    ]
    if problems:
        raise OptionsWrong(join_phrases(problems))


def _list_all(options: Mapping[str, t.Any]) -> Iterator[tuple[str, str, t.Any]]:
    for option in OPTIONS:
        for name, value in (options.get(option) or {}).items():
            yield option, name, value


def _leave_digits_out(name: str) -> str:
    return "".join(character for character in name if not character.isdigit())


__all__ = ("OPTIONS", "require_names", "require_passphrases", "require_unhidden")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Where an order file may hold a vaulted value.

Order files are opened with every vault secret of the run, so whoever writes one can open any vaulted text of the
repository in it. It must not get where it is shown, decides what is done, or is sent to whom the file itself names.
"""

from __future__ import annotations

import itertools
import typing as t

from .._complaints.complaints import Breach
from .._complaints.vaulted import is_vaulted_alone
from .field_words import FIELD_WORDS

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._complaints.complaints import Path

_DESK: t.Final = "the desk of the run is given it, and it is hidden wherever it is shown"
_HOST: t.Final = "the host is given it, and it is hidden wherever it is shown"
MAY_BE_VAULTED: t.Final[Mapping[str, str]] = {
    **dict.fromkeys(("customer_code", "common_name", "approval_email"), _DESK),
    **{name: _DESK for name in FIELD_WORDS if name.startswith(("subject.", "applicant."))},
    "csr_path": "a file of the repository has this name, and it is hidden wherever it is shown",
    **dict.fromkeys(("key.path", "key.csr_path", "key.owner", "key.group"), _HOST),
    **{
        f"install.{name}": _HOST
        for name in ("certificate", "chain", "full_chain", "combined", "pkcs12", "was_at", "owner", "group", "issuer")
    },
}
_ALLOWED: t.Final = tuple(MAY_BE_VAULTED)
_HAVE_PARTS: t.Final = frozenset(name.rpartition(".")[0] for name in FIELD_WORDS)
_REFUSED: t.Final = tuple(
    tuple(name.split(".")) for name in FIELD_WORDS if name not in MAY_BE_VAULTED and name not in _HAVE_PARTS
)
_LEVELS: t.Final = 2  # of a list or mapping in which a vaulted value is looked for
_MOST_PARTS: t.Final = 200  # of either; one with more is refused, and many orders may inherit it
_LEVELS_OF_ORDER: t.Final = max(map(len, _REFUSED)) + _LEVELS


def find_vaulted_breaches(fields: Mapping[str, t.Any]) -> Iterator[Breach]:
    """Find every vaulted value where none may be; of a file that is vaulted as a whole any value may."""
    if not _is_sealed(fields, depth=_LEVELS_OF_ORDER):
        return  # as nearly every order
    for path in _REFUSED:
        if _is_sealed(_value_at(fields, path)):
            yield Breach(rule="VAULT-FIELD", path=path, facts={"allowed": _ALLOWED})


def _value_at(value: t.Any, path: Path) -> t.Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _is_sealed(value: t.Any, *, depth: int = _LEVELS) -> bool:
    """Check whether this is a vaulted value, or a list or mapping with one in it."""
    if depth and isinstance(value, (dict, list)):
        for entry in itertools.islice(value.values() if isinstance(value, dict) else value, _MOST_PARTS):
            if _is_sealed(entry, depth=depth - 1):
                return True
        return False
    return is_vaulted_alone(value)


__all__ = ("MAY_BE_VAULTED", "find_vaulted_breaches")

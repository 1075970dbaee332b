# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What people write for a value or a field: the portal's own words, other ways to say it, and near misses."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .._complaints.complaints import find_nearest
from .._complaints.vaulted import is_vaulted_alone
from .field_words import FIELD_LABELS

if t.TYPE_CHECKING:
    from collections.abc import Iterable

# In the width and case of NFKC; the words are the portal's [M:2261096], the other ways to say them ours.
_MEANT: t.Final = {
    "その他": "other",
    "連携対応サービスで利用": "linked_service",
    "iijがcsrを作成": "service",
    "お客様がcsrを作成": "target",
    "解約": "cancelled",
    "再発行": "reissue",
    "更新": "renewal",
    **{label.lower(): name for name, label in FIELD_LABELS.items() if "." not in name},
}
# What people write for further names of a certificate, without signs between the words.
_FOR_NAMES: t.Final = re.compile(
    r"(sub(ject|j)?)?alt(ernative|ernate)?names?|sans?|(dns|domain|host)names|(additional|other)names?|domains|aliases|"
    "サブジェクトの?(別名|代替名)|別名|代替名|追加の?(ドメイン|コモンネーム|ホスト名)"
)
_PERIOD: t.Final = re.compile(r"(\d+) ?(months?|か月|ヶ月|カ月|ヵ月|ケ月|個月|years?|yrs?|年間?)")
_MONTHS: t.Final = {6: "6 months", 12: "1 year"}

_LONGEST_MEANT: t.Final = 100  # characters


def find_meant(value: object, choices: Iterable[str]) -> str:
    """Find the choice that was probably meant, or an empty text; another period is never a near miss."""
    if not isinstance(value, str) or len(value) > _LONGEST_MEANT or is_vaulted_alone(value):
        return ""
    choices, plain = tuple(choices), unicodedata.normalize("NFKC", value).strip()
    period = _PERIOD.fullmatch(plain.lower())
    if period:
        months = int(period[1][:4]) * (12 if period[2].startswith(("y", "年")) else 1)
        meant = _MONTHS.get(months, "")
    else:
        meant = _MEANT.get(plain.lower(), "") or (plain if plain in choices else find_nearest(plain, choices))
    return meant if meant in choices else ""


def is_for_names(field: object) -> bool:
    """Check whether a field was probably meant for further names of one certificate, which no order has."""
    words = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", str(field)).lower())
    return bool(_FOR_NAMES.fullmatch(words))


def is_quoted(value: object, wanted: object) -> bool:
    """Check whether a text is what was wanted as a number or truth value, in quotes."""
    if not isinstance(value, str) or not isinstance(wanted, (bool, int)):
        return False
    return value.strip().lower() == str(wanted).lower()


__all__ = ("find_meant", "is_for_names", "is_quoted")

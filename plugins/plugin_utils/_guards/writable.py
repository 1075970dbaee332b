# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Places in which a run writes down what it does: tried before hosts are visited and money moves."""

from __future__ import annotations

import os
import pathlib
import stat
import typing as t

from ...module_utils._core.accounts import name_user
from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import OptionsWrong

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_UNWRITABLE: t.Final = Phrase(
    "{0} {1} cannot be written, for this user cannot write to {2} (owner {3}, mode {4}): create the folder, change "
    "who may write there, or correct {0}. Nothing was ordered",
    "{0} の {1} に書き込めません。このユーザーは {2} (所有者 {3}、モード {4}) に書き込めません。"
    "フォルダを作成するか、権限か {0} を直してください。注文は行っていません",
)
_NO_FOLDER: t.Final = Phrase(
    "{0} {1} cannot be written, for {2} is not a folder: correct {0}. Nothing was ordered",
    "{0} の {1} に書き込めません。{2} はフォルダではありません。{0} を直してください。注文は行っていません",
)


def require_writable(places: Mapping[str, str | None]) -> None:
    """Refuse a task with a place, by option, that this user cannot write; raises OptionsWrong."""
    for option, text in places.items():
        if text is None:
            continue
        place = pathlib.Path(expand_home(text))
        there = next((each for each in (place, *place.parents) if os.access(each, os.F_OK)), place)
        if there != place and not there.is_dir():
            raise OptionsWrong(_NO_FOLDER.filled(option, text, str(there)))
        if not os.access(there, os.W_OK):
            status = there.stat()
            mode = f"{stat.S_IMODE(status.st_mode):04o}"
            raise OptionsWrong(_UNWRITABLE.filled(option, text, str(there), name_user(status.st_uid), mode))


__all__ = ("require_writable",)

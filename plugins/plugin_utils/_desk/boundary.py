# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The boundaries around every call of a desk and every file that people bring: only foreseen errors come out."""

from __future__ import annotations

import contextlib
import functools
import pathlib
import traceback
import typing as t

from ...module_utils._core.phrases import Phrase, one_line
from ...module_utils._core.system_errors import describe_os_error
from .._complaints.complaints import OptionsWrong, OrdersRefused
from .desk import AnswerUnusable, DeskError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Adapter = t.TypeVar("Adapter")

_UNFORESEEN: t.Final = Phrase(
    "an answer of the desk was not foreseen ({0} at {1}); please report it to the maintainers of "
    "iij.server_certificate",
    "窓口から想定外の応答がありました ({0}, {1})。iij.server_certificate のメンテナに報告してください",
)
_DAMAGED: t.Final = Phrase(
    "{0}: it is damaged, or of a form that was not foreseen ({1} at {2})",
    "{0}: 壊れているか、想定外の形式です ({1}, {2})",
)
_CALLS: t.Final = (
    "list_products",
    "list_linked_contracts",
    "list_applications",
    "read_in_full",
    "find_application",
    "fetch_certificate",
    "quote",
    "register",
    "place",
    "cancel",
    "renew",
    "reissue",
    "relink",
)


@contextlib.contextmanager
def allow_only_desk_errors() -> Iterator[None]:
    """Turn every error but DeskError into one, by kind and place only: its text may hold anything."""
    try:
        yield
    except DeskError:
        raise
    except OSError as error:
        if error.filename is None:
            raise _unforeseen(error) from None
        raise DeskError(describe_os_error(error)) from None
    except Exception as error:
        raise _unforeseen(error) from None


@contextlib.contextmanager
def allow_only_file_errors(name: object) -> Iterator[None]:
    """Turn every error over a file that was not foreseen into OptionsWrong: one damaged file is one complaint."""
    try:
        yield
    except (OptionsWrong, OrdersRefused, DeskError, OSError):
        raise
    except Exception as error:
        raise OptionsWrong(explain_damage(name, error)) from None


def explain_damage(name: object, error: Exception) -> Phrase:
    """Say that a file is damaged, by kind and place of the error only: its text may hold anything."""
    return _DAMAGED.filled(one_line(name), type(error).__name__, _place_of(error))


def keep_boundary(adapter: type[Adapter]) -> type[Adapter]:
    """Put the boundary around every call that the Desk protocol names."""
    for name in _CALLS:
        setattr(adapter, name, _guarded(getattr(adapter, name)))
    return adapter


def _guarded(call: Callable[..., t.Any]) -> Callable[..., t.Any]:
    @functools.wraps(call)
    def guarded(*args: t.Any, **more: t.Any) -> t.Any:
        with allow_only_desk_errors():
            return call(*args, **more)

    return guarded


def _unforeseen(error: Exception) -> AnswerUnusable:
    return AnswerUnusable(_UNFORESEEN.filled(type(error).__name__, _place_of(error)))


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{pathlib.PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


__all__ = ("allow_only_desk_errors", "allow_only_file_errors", "explain_damage", "keep_boundary")

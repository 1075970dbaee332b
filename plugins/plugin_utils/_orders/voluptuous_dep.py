# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one place that imports voluptuous, so that its absence is one clear message."""

from __future__ import annotations

import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

try:
    import voluptuous as vol

    VOLUPTUOUS_TRACEBACK = None
except ImportError:
    VOLUPTUOUS_TRACEBACK = traceback.format_exc()
    vol = None  # type: ignore[assignment]

_Invalid: t.Any = vol.Invalid if vol else ValueError
_Required: t.Any = vol.Required if vol else object
_Optional: t.Any = vol.Optional if vol else object


class Refused(_Invalid):  # type: ignore[misc]
    """A validator's refusal: the rule that is broken and the facts for its wording."""

    def __init__(self, rule: str, **facts: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.facts = facts


class Required(_Required):  # type: ignore[misc]
    """The marker of the library for a field; the name by which it found the field is not judged once more."""

    def __voluptuous_compile__(self, _schema: object) -> t.Any:
        return _take_name


class Optional(_Optional):  # type: ignore[misc]
    """The same for a field that may be left out."""

    def __voluptuous_compile__(self, _schema: object) -> t.Any:
        return _take_name


def _take_name(_path: object, name: str) -> str:
    return name


def explain_missing_voluptuous() -> str | None:
    """Say that voluptuous is missing, in the message for the user; None where it is there."""
    return None if vol else missing_required_lib("voluptuous")


__all__ = ("VOLUPTUOUS_TRACEBACK", "Optional", "Refused", "Required", "explain_missing_voluptuous", "vol")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the desk can answer instead of doing what it was asked, independent of how it was asked."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from rehearsal_desk.rules.wording import say


@dc.dataclass(frozen=True, slots=True)
class Breach:
    """One field that breaks a rule; `attribute` is its dotted path in the form."""

    attribute: str
    code: str
    message: str


class Problem(Exception):
    """A refusal that names every reason at once."""

    def __init__(self, message: str, *, breaches: tuple[Breach, ...] = ()) -> None:
        super().__init__(message)
        self.message: t.Final = message
        self.breaches: t.Final = breaches


class Refused(Problem):
    """The form breaks rules."""

    def __init__(self, breaches: tuple[Breach, ...]) -> None:
        super().__init__(
            say(
                "The request has been refused; see error_details.",
                "リクエストを受け付けられません。error_details をご覧ください。",
            ),
            breaches=breaches,
        )


class Forbidden(Problem):
    """The admin lacks the role for this act."""

    def __init__(self, scope: str) -> None:
        message = say("This token lacks the scope {}.", "このトークンに権限 {} がありません。", repr(scope))
        super().__init__(message, breaches=(Breach("access_token", "scope", message),))


class NotFound(Problem):
    """Nothing of this name is visible to this admin."""


class Conflict(Problem):
    """The act does not fit what is already there."""

    def __init__(self, code: str, message: str, *, attribute: str) -> None:
        super().__init__(message, breaches=(Breach(attribute, code, message),))


def refuse_if_any(breaches: tuple[Breach, ...]) -> None:
    """Raise `Refused` unless the form keeps every rule."""
    if breaches:
        raise Refused(breaches)


def merged(misread: tuple[Breach, ...], breaches: t.Iterable[Breach]) -> tuple[Breach, ...]:
    """Return both kinds of breach, without a rule's verdict on a field that could not even be read."""
    unreadable = {breach.attribute for breach in misread}
    return misread + tuple(breach for breach in breaches if breach.attribute not in unreadable)

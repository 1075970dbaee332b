# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What became of one step of a plan."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._desk.desk import OutcomeUnknown

if t.TYPE_CHECKING:
    from .._desk.desk import DeskError
    from .._values.observed import Application
    from .entry import Entry
    from .steps import Step


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one step of one order; an error with an application is one that came after the booking."""

    entry: Entry
    step: Step
    application: Application | None = None
    error: DeskError | None = None

    @property
    def unknown(self) -> bool:
        """Whether nobody can tell yet if the desk booked the step."""
        return isinstance(self.error, OutcomeUnknown)


__all__ = ("Outcome",)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the other side of the desk goes about it, where IIJ's way is not known or a rehearsal wants another one."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from rehearsal_desk.rules.calendars import Calendar

_BEFORE_ALL: t.Final = dt.datetime.min.replace(tzinfo=dt.UTC)

# Whether a paid period that is longer than its certificate brings another one, and whether that wants a CSR: nobody
# outside knows, so all three are ours.
NO_SECOND: t.Final = "off"
SAME_CSR: t.Final = "on"
NEW_CSR: t.Final = "with-csr"
SECONDS: t.Final = (NO_SECOND, SAME_CSR, NEW_CSR)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Calendar and silence of renewals, further certificates, reissues, and the days that a CA needs by itself."""

    calendars: tuple[Calendar, ...] = ()  # IIJ's before the first of them
    silence_renews: bool = True  # what is neither renewed nor cancelled in time is renewed [M:2261088]
    silence_early: dt.timedelta = dt.timedelta()  # before the moment that is told, for a drill
    second_certificate: str = NO_SECOND
    reissue_asks_csr: bool = True  # ours; False: information and CSR of last time, as the manual may mean [M:2261110]
    ca_days: t.Mapping[str, int] | None = None  # by level; None: the CA works when it is told to
    ca_since: dt.datetime = _BEFORE_ALL

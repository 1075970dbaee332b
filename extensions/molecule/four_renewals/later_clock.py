# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The clock of the desk for a host's Python, as its sitecustomize: what asks for the time is told that of the file.

import datetime as _module
import pathlib
import time

_AHEAD = float(pathlib.Path("/root/later/seconds").read_text(encoding="ascii"))
_REAL, _clock = _module.datetime, time.time


class _AsReal(type):
    def __instancecheck__(cls, one):
        return isinstance(one, _REAL)


class _Later(_REAL, metaclass=_AsReal):
    @classmethod
    def now(cls, tz=None):
        return _REAL.now(tz) + _module.timedelta(seconds=_AHEAD)

    @classmethod
    def utcnow(cls):
        return cls.now(_module.timezone.utc).replace(tzinfo=None)  # noqa: UP017  (hosts have Python 3.9)


_module.datetime = _Later
time.time = lambda: _clock() + _AHEAD

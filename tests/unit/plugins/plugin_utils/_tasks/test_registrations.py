# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a registration shows of itself: a diff gets into logs, where nobody's name and telephone number belong."""

from __future__ import annotations

import dataclasses as dc

from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import _registration
from portfolios import OV, portfolio


def test_a_diff_names_no_person() -> None:
    (subject,) = portfolio(OV)
    assert subject.applicant is not None
    shown = str(_registration(subject))
    assert subject.common_name in shown
    assert not [value for value in dc.asdict(subject.applicant).values() if value and str(value) in shown]

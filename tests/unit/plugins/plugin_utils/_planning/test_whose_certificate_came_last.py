# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host's answer about one contract ends with the certificate of another one in the same files."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import (
    HostAnswer,
    Memory,
    make_host_answer,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from hypothesis import given
from hypothesis import strategies as st
from portfolios import ISSUED_AT, OV, before_end, booked, certified, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

INSTALL: t.Final[dict[str, t.Any]] = OV["install"]
(ORDER,) = portfolio({**OV, "generation": 2, "replaces": "rsc00000001"})
(OTHER_FILES,) = portfolio({**OV, "install": {"certificate": "/srv/other.pem"}})
(OTHER_HOST,) = portfolio({**OV, "host": "web9"})
(SAME_BY_DETOUR,) = portfolio({**OV, "install": {"certificate": f"/srv/..{INSTALL['certificate']}"}})
(ONE_FILE_MORE,) = portfolio({**OV, "install": {**INSTALL, "full_chain": "/srv/www.full.pem"}})
PLACES: t.Final = (ORDER, OTHER_FILES, OTHER_HOST, SAME_BY_DETOUR, ONE_FILE_MORE)

OLD: t.Final = certified(booked(ORDER, "p/www/1", number=1), 1)
REISSUED: t.Final = dc.replace(OLD, certificate_fingerprint="9e" * 32)
NEW: t.Final = certified(booked(ORDER, "p/www/2", number=2), 2, issued_at=ISSUED_AT + dt.timedelta(days=60))
has_old, has_new = make_host_answer(ORDER, REISSUED, has=True), make_host_answer(ORDER, NEW, has=True)
new_at = {place: make_host_answer(place, NEW, has=True) for place in PLACES}


@pytest.mark.parametrize(
    ("answers", "is_there"),
    [
        ((has_new,), True),
        ((has_new, has_old), False),
        ((has_new, dc.replace(has_old, has=False)), True),
        ((has_old, has_new), True),
        ((has_new, has_old, has_new), True),
        ((has_new, make_host_answer(OTHER_FILES, REISSUED, has=True)), True),
        ((has_new, make_host_answer(OTHER_HOST, REISSUED, has=True)), True),
        ((has_new, make_host_answer(SAME_BY_DETOUR, REISSUED, has=True)), False),
        ((has_new, make_host_answer(ONE_FILE_MORE, REISSUED, has=True)), False),
        ((new_at[OTHER_FILES], has_new, make_host_answer(OTHER_FILES, REISSUED, has=True)), True),
        ((has_new, has_old, make_host_answer(OTHER_FILES, REISSUED, has=True)), False),
    ],
)
def test_it_is_there_until_another_one_comes(answers: tuple[HostAnswer, ...], is_there: bool) -> None:
    memory = Memory(answers)
    assert memory.has_certificate(ORDER, NEW) is is_there
    assert Memory(memory.list_lines()).has_certificate(ORDER, NEW) is is_there, "and so when the file was written anew"


def test_a_key_may_serve_two_orders_and_its_file_is_no_certificates() -> None:
    assert ORDER.key and ORDER.key.path
    sharing = dc.replace(OTHER_FILES, name="shop", key=ORDER.key)
    memory = Memory([has_new, make_host_answer(sharing, REISSUED, has=True)])
    assert memory.has_certificate(ORDER, NEW) is True


def test_nothing_is_cancelled_whose_certificate_came_back_to_the_host() -> None:
    """A replacement is reverted, the old contract is reissued into the same files, and the revert is reverted."""
    observed = Observed(applications=(REISSUED, NEW), as_of=before_end(40, REISSUED))
    for memory, cancels in ((Memory([has_old, has_new]), True), (Memory([has_old, has_new, has_old]), False)):
        (entry,) = make_plan((ORDER,), observed, portfolio="p", memory=memory, spread=False).entries
        assert (Step.CANCEL_REPLACED in entry.steps) is cancels
        assert (entry.standing is Standing.TO_COLLECT) is not cancels
        if not cancels:
            assert entry.on_host_until == REISSUED.not_after, "what the host has ends on its own day"


def test_an_answer_that_comes_back_is_news() -> None:
    memory = Memory([has_old, has_new])
    assert memory.find_news([has_old, has_new]) == [has_old]
    assert Memory([has_old, has_new, has_old]).find_news([has_old]) == []


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from([OLD, REISSUED, NEW]), st.booleans())))
def test_a_file_written_anew_says_the_same(answers: list[tuple[Order, Application, bool]]) -> None:
    memory = Memory(make_host_answer(place, row, has=has) for place, row, has in answers)
    written = Memory(memory.list_lines())
    for row in (OLD, REISSUED, NEW):
        heard = [memory.has_certificate(place, row) for place in PLACES]
        assert [written.has_certificate(place, row) for place in PLACES] == heard
        assert sum(one is True for one in heard) <= 2, "in one place, which two orders may spell"
    here = [row for row in (OLD, REISSUED, NEW) if memory.has_certificate(ORDER, row)]
    assert len(here) <= 1, "one file, one certificate"

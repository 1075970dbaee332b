# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered of the portal's contracts: it saves requests, and whatever is in it or missing, nothing else."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import stat
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted, hide_vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.remembered import Remembered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import connection_to, portal_of
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

ORDER: t.Final = sample.fields(usage="other")
EXPIRY: t.Final = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)


def bought_by_hand(desk: DeskControl) -> str:
    """The contract ID of what somebody ordered past the order files."""
    fields = ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")
    order = {"client_reference": None, "linked_contract_id": None, **{name: ORDER[name] for name in fields}}
    return str(desk.api("POST", "/applications", order)["result"]["contract_id"])


def listed(portal: PortalDesk) -> Application:
    (application,) = portal.list_applications()
    return application


@pytest.fixture
def walks(desk: DeskControl, tmp_path: pathlib.Path) -> t.Callable[[], tuple[PortalDesk, list[str]]]:
    """Makes another session of the same log-in, and the pages of contracts that it reads."""

    def begin() -> tuple[PortalDesk, list[str]]:
        portal, read = portal_of(desk, tmp_path), list[str]()
        walk = portal._session.walk

        def noted(steps: t.Any, *, opens: t.Any = None) -> t.Any:
            if opens:
                read.append(opens[0])
            return walk(steps, opens=opens)

        portal._session.walk = noted  # type: ignore[method-assign]
        return portal, read

    return begin


def test_details_are_read_once_for_each_row_of_the_list(desk: DeskControl, walks: t.Any) -> None:
    contract_id = bought_by_hand(desk)
    first, read = walks()
    full = first.read_in_full(listed(first))
    assert read == ["details"]
    again, read = walks()
    assert again.read_in_full(listed(again)) == full
    assert read == []
    desk.ca_work(contract_id)
    desk.control("PUT", "/clock", {"advance_days": 400})
    later, read = walks()
    assert later.read_in_full(listed(later)).state is not full.state
    assert read == ["details"], "another status is another row"


@pytest.mark.parametrize("content", ["", "nonsense\n{}\n[]\n", '{"contract_id": 1, "at": 1.0}\n', "\xff\x00"])
def test_the_cache_may_be_anything_or_missing(
    desk: DeskControl, walks: t.Any, tmp_path: pathlib.Path, content: str
) -> None:
    bought_by_hand(desk)
    first, _read = walks()
    full = first.read_in_full(listed(first))
    (file,) = (tmp_path / "cache").rglob("*.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.write_text(content, encoding="latin-1") if content else file.unlink()
    again, _read = walks()
    assert again.read_in_full(listed(again)) == full


def test_a_folder_that_others_can_enter_is_not_used(desk: DeskControl, walks: t.Any, tmp_path: pathlib.Path) -> None:
    bought_by_hand(desk)
    first, _read = walks()
    first.read_in_full(listed(first))
    (tmp_path / "cache" / "portal").chmod(0o755)
    again, read = walks()
    again.read_in_full(listed(again))
    assert read == ["details"]


def test_another_log_in_remembers_nothing_of_it(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    application = dc.replace(sample_application(desk, tmp_path), usage="other")
    Remembered(connection_to(desk, tmp_path)).learn_details(application, "here")
    assert Remembered(connection_to(desk, tmp_path)).complete(application)
    assert Remembered(connection_to(desk, tmp_path, user="somebody")).complete(application) is None
    own = tmp_path / "screens.yml"
    own.write_text("version: 1\n", encoding="utf-8")
    assert Remembered(connection_to(desk, tmp_path, screen_map=str(own))).complete(application) is None


def sample_application(desk: DeskControl, folder: pathlib.Path) -> Application:
    bought_by_hand(desk)
    return listed(portal_of(desk, folder))


def test_what_an_order_file_seals_is_not_written_down(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    application = sample_application(desk, tmp_path)
    with hide_vaulted():
        Vaulted("www.example.jp", "sealed")
        Remembered(connection_to(desk, tmp_path)).learn_details(application, "here")
    assert not list((tmp_path / "cache").rglob("*.jsonl"))


def test_a_purchase_rests_on_nothing_that_is_remembered(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was ordered by hand is used, though the cache calls it something else."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    bought_by_hand(desk)
    cache = tmp_path / "cache" / "iij.server_certificate"
    portal = portal_of(desk, tmp_path, cache=cache)
    full = portal.read_in_full(listed(portal))
    wrong = dc.replace(full, usage="linked_service", linked_service="gio_content_acceleration", linked_contract_id="x1")
    Remembered(connection_to(desk, tmp_path, cache=cache)).learn_details(wrong, "nowhere")
    user, password = desk.group_admin
    options = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
               "request_interval": 0, "listing_lag": 0}  # fmt: skip
    tasks = Tasks(desk=lambda _role: options, options={"orders": [ORDER]}, folder=tmp_path)
    tasks.apply()
    assert len(desk.purchases()) == 1
    assert {row["state"] for row in desk.list_applications().values()} == {"applied"}


def test_a_fingerprint_is_remembered_for_a_week(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that somebody had reissued may expire on the same day, and its row looks the same."""
    application = dc.replace(sample_application(desk, tmp_path), state=State.ISSUED, not_after=EXPIRY)
    Remembered(connection_to(desk, tmp_path)).learn_certificate(application, "0" * 64)
    moment = time.time()

    def recognized(days: float) -> str | None:
        monkeypatch.setattr(time, "time", lambda: moment + days * 86_400)
        return Remembered(connection_to(desk, tmp_path)).recognize(application).certificate_fingerprint

    Remembered(connection_to(desk, tmp_path)).learn_details(application, "here")
    assert [recognized(days) for days in (0, 6.9, 7.1)] == ["0" * 64, "0" * 64, None]
    for _each in range(20):  # until the file is written afresh
        Remembered(connection_to(desk, tmp_path)).learn_details(application, "here")
    assert [recognized(days) for days in (6.9, 7.1)] == ["0" * 64, None], "what is read later makes it no younger"

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A renewal by hand: told in time, on a sheet, recorded, registered with the next key, and brought."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import StateConflict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins import authority as ca
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_listings import copied
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Json = dict[str, t.Any]

ROOT: t.Final = ca.Authority("Root", *ca.self_signed("Root", authority=True), ())  # type: ignore[call-arg]
ISSUING: t.Final = ROOT.below("Intermediate").below("Issuing")
OLD, NEXT, STRANGE = (ec.generate_private_key(ec.SECP256R1()) for _key in range(3))
TODAY: t.Final = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY: t.Final = dt.timedelta(days=1)
NOTHING: t.Final = {"records": None, "records_file": None, "listing": None, "take_over": False, "inbox": None}
INSTALL: t.Final = {"certificate": "/etc/pki/www.pem", "chain": "/etc/pki/chain.pem"}


def issued(key: t.Any, *, since: dt.datetime, until: dt.datetime) -> bytes:
    leaf = ISSUING.issue("www.example.jp", key=key, since=since, until=until)
    return "".join(map(ca.pem, (leaf, *ISSUING.chain))).encode()


class Life:
    """A contract whose certificate ends in so many days, and what people do with it."""

    def __init__(self, desk: Desk, *, days: float, **changes: t.Any) -> None:
        changes = {"renewal": {"when": "window"}, "install": INSTALL, **changes}
        self.desk, self.order = desk, sample.target_order(**changes)
        self.contract_id = desk.bought(self.order, "applied")
        self.host_answers(OLD)
        self.bring(OLD, since=TODAY - 150 * DAY, until=TODAY + days * DAY)

    def host_answers(self, key: t.Any) -> None:
        """The host has made a key, and the run has kept its CSR."""
        (application,) = self.applications()
        by_hand = ByHandDesk(str(self.desk.folder))
        by_hand.register(application, self.order, sample.csr_of(key, self.order.common_name))

    def applications(self) -> tuple[t.Any, ...]:
        return ByHandDesk(str(self.desk.folder)).list_applications()

    def bring(self, key: t.Any, *, since: dt.datetime, until: dt.datetime) -> Json:
        inbox = self.desk.folder.parent / "inbox"
        inbox.mkdir(exist_ok=True)
        (inbox / "www.pem").write_bytes(issued(key, since=since, until=until))
        return self.record(inbox=str(inbox))

    def record(self, state: str | None = None, **options: t.Any) -> Json:
        records = [{"order": self.order.name, "state": state, "date": TODAY.date().isoformat()}] if state else None
        options = {**self.desk.options, **NOTHING, "records": records, **options}
        return record(options, (self.order,), pretend=False, lang="en")

    def row(self) -> Json:
        return t.cast("Json", self.desk.plan(self.order)["document"]["orders"][0])


@pytest.fixture
def desk(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


def test_from_the_window_to_the_next_certificate(desk: Desk) -> None:
    life = Life(desk, days=28)
    row = life.row()
    assert (row["standing"], row["next_action_by"]) == ("to_renew", "group_admin")
    assert "renew it by the work sheet" in row["next_action"]
    (item,) = desk.items("group_admin")
    (group,) = desk.sheet("group_admin")["groups"]
    steps = [*group["way"], *item["steps"]]
    labels = [act["label"] for step in steps for act in step["do"]]
    assert labels.index("お申し込み内容の更新") < labels.index("更新後の有効期間") < labels.index("更新")
    assert [act["value"] for step in steps for act in step["do"] if act.get("field") == "contract_id"] == [
        "rsc00000001"
    ]
    for form in ("html", "md"):
        assert "更新後の有効期間" in desk.file(f"group_admin.{form}").read_text(encoding="utf-8")

    assert life.record("renewed")["changed"] and not life.record("renewed")["changed"]
    assert life.row()["standing"] == "to_register"
    assert not desk.file("service_admin.json").exists(), "the CSR of the certificate in use is on no sheet"
    life.host_answers(NEXT)
    assert life.row()["next_action_by"] == "service_admin"
    (item,) = desk.items("service_admin")
    pasted = [act["value"] for step in item["steps"] for act in step["do"] if act["verb"] == "paste"]
    assert pasted == [sample.csr_of(NEXT, life.order.common_name)] or "BEGIN CERTIFICATE REQUEST" in pasted[0]

    life.record("registered")
    (application,) = life.applications()
    assert (application.state.value, application.procedure.state.value) == ("issued", "applied")
    assert "register" not in life.row()["next_action"]
    before = application.certificate_fingerprint

    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 190 * DAY)
    (application,) = life.applications()
    assert application.procedure is None and application.certificate_fingerprint != before
    assert life.row()["standing"] not in ("to_renew", "to_register")


def test_a_key_that_nobody_registered_is_not_taken_for_the_next_one(desk: Desk) -> None:
    life = Life(desk, days=28)
    life.record("renewed")
    life.host_answers(NEXT)
    life.record("registered")
    told = life.bring(STRANGE, since=TODAY - DAY, until=TODAY + 190 * DAY)
    assert not told["changed"] and "another key" in told["left_in_inbox"]["www.pem"]


@pytest.mark.parametrize(("days", "told"), [(33, True), (60, False)])
def test_silence_is_told_at_this_desk_too(desk: Desk, days: int, told: bool) -> None:
    life = Life(desk, days=days, renewal=None)
    silent = desk.plan(life.order)["document"]["silent"]
    assert [one["contract_id"] for one in silent] == (["rsc00000001"] if told else [])


def test_the_list_says_how_far_a_renewal_is_and_that_it_is_over(desk: Desk) -> None:
    life = Life(desk, days=28)
    listing = desk.folder.parent / "list.txt"
    (application,) = life.applications()

    def shown(until: dt.datetime, status: str) -> None:
        day = until.astimezone(dt.timezone(dt.timedelta(hours=9))).date().isoformat()
        row = ("rsc00000001", "www.example.jp", "SureServer for クラウド", day, status)
        listing.write_text(copied(row), encoding="utf-8")
        life.record(listing=str(listing), take_over=True)

    shown(application.not_after, "更新 申請情報の登録待ち")
    assert life.row()["standing"] == "to_register", "somebody has renewed it in a browser"
    life.host_answers(NEXT)
    life.record("registered")
    shown(application.not_after, "更新 認証局の確認待ち")
    assert life.applications()[0].procedure.state.value == "awaiting_confirmation"
    shown(TODAY + 190 * DAY, "発行済み")
    assert life.row()["next_action"].startswith("download its certificate by the work sheet")
    (application,) = life.applications()
    with pytest.raises(StateConflict):  # the file is still that of the certificate before
        ByHandDesk(str(desk.folder)).fetch_certificate(application)
    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 190 * DAY)
    assert ByHandDesk(str(desk.folder)).fetch_certificate(*life.applications()).certificate


def test_an_old_record_opens_no_other_renewal(desk: Desk) -> None:
    life = Life(desk, days=27)
    done = [{"order": life.order.name, "state": "renewed", "date": (TODAY - 2 * DAY).date().isoformat()}]
    life.record(records=done)
    life.host_answers(NEXT)
    life.record("registered")
    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 190 * DAY)
    assert not life.record(records=done)["changed"], "of the certificate before"
    with pytest.raises(OrdersRefused) as caught:
        life.record("renewed")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-RENEWABLE"]
    assert life.applications()[0].procedure is None


def test_nothing_is_renewed_that_has_no_certificate(desk: Desk) -> None:
    order: Order = sample.target_order()
    desk.bought(order, "applied")
    options = {**desk.options, **NOTHING, "records": [{"order": order.name, "state": "renewed", "date": "2026-11-01"}]}
    with pytest.raises(OrdersRefused) as caught:
        record(options, (order,), pretend=False, lang="ja")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-RENEWABLE"]


@pytest.mark.parametrize("state", ["issued", "installed", "renewed", 7])
def test_a_state_that_no_renewal_has_is_refused_in_the_register(desk: Desk, state: t.Any) -> None:
    Life(desk, days=28)
    path = desk.folder / "register.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["contracts"][0]["renewal_state"] = state
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(OrdersRefused) as caught:
        ByHandDesk(str(desk.folder)).list_applications()
    assert {complaint.rule for complaint in caught.value.complaints} == {"REGISTER-VALUE"}

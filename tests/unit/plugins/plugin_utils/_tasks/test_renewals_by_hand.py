# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renewals and reissues by hand: on a sheet, recorded, registered with the next key, and brought."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import StateConflict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.memory_file import read_memory
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import (
    Reissue,
    ReissueReason,
    RenewalPolicy,
    RenewedBy,
)
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
JST: t.Final = dt.timezone(dt.timedelta(hours=9))
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
        day = TODAY.astimezone(JST).date().isoformat()
        records = [{"order": self.order.name, "state": state, "date": day}] if state else None
        options = {**self.desk.options, **NOTHING, "records": records, **options}
        return record(options, (self.order,), pretend=False, lang="en")

    def row(self) -> Json:
        return t.cast("Json", self.desk.plan(self.order)["document"]["orders"][0])

    def drift(self) -> tuple[str, ...]:
        return read_memory(self.desk.options).drifted_fields(self.order, *self.applications())


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
    remembered = read_memory(desk.options).list_registered_keys()
    assert remembered[life.contract_id][-1] == application.procedure.public_key_fingerprint
    assert "register" not in life.row()["next_action"]
    before = application.certificate_fingerprint

    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 190 * DAY)
    (application,) = life.applications()
    assert application.procedure is None and application.certificate_fingerprint != before
    assert life.row()["standing"] not in ("to_renew", "to_register")


def test_what_people_install_is_called_for_until_the_certificate_before_ends(desk: Desk) -> None:
    life = Life(desk, days=20, install=None)
    life.record("renewed")
    life.host_answers(NEXT)
    life.record("registered")
    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 190 * DAY)
    last_day = (TODAY + 20 * DAY - DAY).astimezone(JST).date()
    row = life.row()
    assert "install" in row["next_action"] and row["next_action_by"] == "service_admin"
    assert row["deadline"] == last_day.isoformat()


def test_what_was_registered_is_what_the_order_said_on_that_day(desk: Desk) -> None:
    life = Life(desk, days=28)
    life.record("registered")
    life.order = dc.replace(life.order, approval_email="else@example.jp")
    assert life.drift() == ("approval_email",)
    life.record("renewed")  # its registration comes later, with what the order says then
    assert life.drift() == ("approval_email",)
    life.record("registered")
    assert not life.drift()


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


def test_the_list_ends_the_renewal_of_a_certificate_that_nobody_downloads(desk: Desk) -> None:
    """IIJ installs those of linked services; with a renewal under way for ever, the next one would be silent."""
    order = dc.replace(sample.linked_order(), renewal=RenewalPolicy(when=RenewedBy.WINDOW))
    linked = order.linked_contract
    assert linked
    desk.write({
        "contract_id": "rsc00000001", "client_reference": order.client_reference("default"), "state": "installed",
        "common_name": order.common_name, "product": order.product.id, "term": order.term, "usage": "linked_service",
        "linked_service": linked.service, "linked_contract_id": linked.contract_id or "gca00000001",
        "not_after": (TODAY + 20 * DAY).date().isoformat(), "procedure": "renewal", "procedure_state": "applied",
        "procedure_ordered_at": (TODAY - 8 * DAY).date().isoformat(),
    })  # fmt: skip
    name = read_screen_map(None).find_option("products", order.product.id).text
    listing = desk.folder.parent / "list.txt"
    day = (TODAY + 210 * DAY).date().isoformat()
    listing.write_text(copied(("rsc00000001", order.common_name, name, day, "設置済み")), encoding="utf-8")
    options = {**desk.options, **NOTHING, "listing": str(listing), "take_over": True}
    record(options, (order,), pretend=False, lang="ja")
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    assert (application.state.value, application.procedure) == ("installed", None)


def test_an_old_record_opens_no_other_renewal(desk: Desk) -> None:
    life = Life(desk, days=27)
    day = (TODAY - 2 * DAY).astimezone(JST).date().isoformat()
    done = [{"order": life.order.name, "state": "renewed", "date": day}]
    life.record(records=done)
    life.host_answers(NEXT)
    life.record("registered")
    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 190 * DAY)
    assert not life.record(records=done)["changed"], "of the certificate before"
    with pytest.raises(OrdersRefused) as caught:
        life.record("renewed")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-RENEWABLE"]
    assert life.applications()[0].procedure is None


def test_a_record_of_the_day_on_which_the_next_certificate_began_is_of_before(desk: Desk) -> None:
    life = Life(desk, days=27)
    begins = TODAY - DAY
    done = [{"order": life.order.name, "state": "renewed", "date": begins.astimezone(JST).date().isoformat()}]
    life.record(records=done)
    life.host_answers(NEXT)
    life.record("registered")
    life.bring(NEXT, since=begins, until=TODAY + 190 * DAY)
    assert not life.record(records=done)["changed"]
    # What was issued with a wrong content is reissued on its first day, if need be.
    assert life.record(records=[{**done[0], "state": "reissued"}])["changed"]
    assert life.applications()[0].procedure.kind.value == "reissue"


def test_a_cancelled_contract_has_nothing_under_way(desk: Desk) -> None:
    life = Life(desk, days=28)
    life.record("renewed")
    life.record("cancelled")
    (application,) = life.applications()
    assert (application.state.value, application.given_up, application.procedure) == ("issued", True, None)


def test_nothing_is_renewed_that_has_no_certificate(desk: Desk) -> None:
    order: Order = sample.target_order()
    desk.bought(order, "applied")
    options = {**desk.options, **NOTHING, "records": [{"order": order.name, "state": "renewed", "date": "2026-11-01"}]}
    with pytest.raises(OrdersRefused) as caught:
        record(options, (order,), pretend=False, lang="ja")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-RENEWABLE"]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        *(({"procedure": "renewal", "procedure_state": state}, "REGISTER-VALUE") for state in ("issued", "renewed", 7)),
        *(({"procedure": kind, "procedure_state": "applied"}, "REGISTER-VALUE") for kind in ("new", "silence", [])),
        ({"procedure": "reissue"}, "KEY-MISSING"),
        ({"procedure_registered_at": "2026-11-20"}, "KEY-MISSING"),
        ({"further_linked_contract_ids": "gic00000001"}, "REGISTER-VALUE"),
        ({"further_linked_contract_ids": ["gic 1"]}, "REGISTER-VALUE"),
    ],
)
def test_what_no_procedure_and_no_link_is_is_refused_in_the_register(desk: Desk, fields: Json, rule: str) -> None:
    Life(desk, days=28)
    path = desk.folder / "register.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["contracts"][0].update(fields)
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(OrdersRefused) as caught:
        ByHandDesk(str(desk.folder)).list_applications()
    assert {complaint.rule for complaint in caught.value.complaints} == {rule}


# --- reissues


def lost(life: Life) -> None:
    """The key of the certificate in use is lost, and its order says so."""
    (application,) = life.applications()
    serial = application.serial_number.lower().lstrip("0")
    life.order = dc.replace(life.order, reissue=Reissue(serial=serial, reason=ReissueReason.KEY_LOST))


def test_from_a_lost_key_to_the_certificate_with_the_next_one(desk: Desk) -> None:
    life = Life(desk, days=120)
    lost(life)
    row = life.row()
    assert (row["standing"], row["next_action_by"]) == ("to_reissue", "group_admin")
    assert "have it reissued by the work sheet" in row["next_action"]
    (item,) = desk.items("group_admin")
    assert item["steps"] == [] and item["record"] == "reissued", "no screens are documented"
    (before,) = life.applications()
    assert all(
        text in item["text"] for text in ("rsc00000001", before.serial_number.upper().lstrip("0"), "秘密鍵の紛失")
    )
    for form in ("html", "md"):
        assert item["text"].splitlines()[3] in desk.file(f"group_admin.{form}").read_text(encoding="utf-8")

    assert life.record("reissued")["changed"] and not life.record("reissued")["changed"]
    assert life.row()["standing"] == "to_register"
    assert not desk.file("service_admin.json").exists(), "a key that has to go is on no sheet"
    life.host_answers(NEXT)
    assert life.row()["next_action_by"] == "service_admin"
    (item,) = desk.items("service_admin")
    assert any(act["verb"] == "paste" for step in item["steps"] for act in step["do"])
    life.record("registered")
    (application,) = life.applications()
    assert (application.state.value, application.procedure.kind.value) == ("issued", "reissue")

    life.bring(NEXT, since=TODAY - DAY, until=TODAY + 120 * DAY)
    (application,) = life.applications()
    assert application.procedure is None and application.serial_number != before.serial_number
    assert life.row()["standing"] not in ("to_reissue", "to_register"), "the wish is fulfilled for good"


def test_one_procedure_is_open_at_a_time(desk: Desk) -> None:
    life = Life(desk, days=28)
    life.record("reissued")
    with pytest.raises(OrdersRefused) as caught:
        life.record("renewed")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-RENEWABLE"]
    assert life.applications()[0].procedure.kind.value == "reissue"


def test_nothing_is_reissued_that_has_no_certificate(desk: Desk) -> None:
    order: Order = sample.target_order()
    desk.bought(order, "applied")
    records = [{"order": order.name, "state": "reissued", "date": "2026-11-01"}]
    with pytest.raises(OrdersRefused) as caught:
        record({**desk.options, **NOTHING, "records": records}, (order,), pretend=False, lang="ja")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-REISSUABLE"]

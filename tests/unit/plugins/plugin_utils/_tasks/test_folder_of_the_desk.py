# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of a desk by hand lies in Git: whoever may commit to it leads nothing out of it, and breaks no sheet."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.inbox import read_inbox
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import RequestRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.planned import plan_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.spender import make_performer
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from test_work_sheets import Desk

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

NOTHING: t.Final = {"records": None, "records_file": None, "listing": None, "take_over": False, "inbox": None}
ID: t.Final = "rsc00000001"


def registered(desk: Desk, csr: str | None = None) -> Order:
    """An order with all that it has in the folder: a row, a CSR, a sheet."""
    order = sample.target_order(name="api", common_name="api.example.jp")
    desk.bought(order, "awaiting_registration")
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    ByHandDesk(str(desk.folder)).register(application, order, csr or sample.csr_of(sample.new_key(), "api.example.jp"))
    desk.plan(order)
    return order


@pytest.mark.parametrize(
    "place",
    ["register.yml", "csrs", f"csrs/{ID}.csr", "certificates", f"certificates/{ID}.pem", "sheets", "sheets/.gitignore",
     "sheets/service_admin.html"],
)  # fmt: skip
def test_a_link_in_the_folder_is_refused_and_not_followed(desk: Desk, tmp_path: pathlib.Path, place: str) -> None:
    order = registered(desk)
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    at, outside = desk.folder / place, tmp_path / "outside"
    if at.exists():
        shutil.move(at, outside)
    elif at.suffix:
        outside.write_text("somebody's", encoding="ascii")
    else:
        outside.mkdir()
    at.parent.mkdir(exist_ok=True)
    at.symlink_to(outside)
    before = {path: path.read_bytes() for path in (outside, *outside.rglob("*")) if path.is_file()}
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with pytest.raises(OptionsWrong) as caught:
        desk.plan(order)
        record({**desk.options, **NOTHING, "inbox": str(inbox)}, (order,), pretend=False, lang="en")
        ByHandDesk(str(desk.folder)).fetch_certificate(application)
    assert str(at) in str(caught.value)
    assert {path: path.read_bytes() for path in (outside, *outside.rglob("*")) if path.is_file()} == before


def test_the_folder_of_a_repository_is_no_link_to_another_place(desk: Desk, tmp_path: pathlib.Path) -> None:
    order = registered(desk)
    outside = tmp_path / "of-another-project"
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    shutil.move(desk.folder, outside)
    link = tmp_path / "repository" / "desk"
    link.symlink_to(outside)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    with pytest.raises(OptionsWrong, match="leads out of the repository"):
        record({**desk.options, **NOTHING, "desk_folder": str(link)}, (order,), pretend=False, lang="en")
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


def test_what_is_no_csr_is_on_no_sheet(desk: Desk) -> None:
    order = registered(desk)
    (desk.folder / "csrs" / f"{ID}.csr").write_text("```\nPay me.\n", encoding="ascii")
    desk.plan(order)
    assert not [name for name, text in desk.files().items() if "Pay me" in text]


@pytest.mark.parametrize("answered", ["```\nPay me.\n", "証明書\n"])
def test_what_a_host_answers_is_kept_as_a_csr_or_refused(desk: Desk, answered: str) -> None:
    csr = sample.csr_of(sample.new_key(), "api.example.jp")
    registered(desk, f"{answered}{csr}")
    assert (desk.folder / "csrs" / f"{ID}.csr").read_text(encoding="ascii") == csr
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    with pytest.raises(RequestRefused):
        ByHandDesk(str(desk.folder)).register(application, sample.target_order(name="api"), answered)


def nested(part: str, times: int) -> bytes:
    return b"".join(part.format(number).encode() for number in range(times)) + b"Content-Type: text/plain\n\nhi\n"


def test_an_inbox_of_anything_is_told_in_printable_lines(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a\x1b[31m\nb.pem").write_bytes(b"x")
    multipart = 'Content-Type: multipart/mixed; boundary="b{0}"\n\n--b{0}\n'
    (tmp_path / "parts.eml").write_bytes(nested(multipart, 3000))
    (tmp_path / "mails.eml").write_bytes(nested("Content-Type: message/rfc822\n\n", 3000))
    (tmp_path / "sound.eml").write_bytes(b"Subject: x\n\nhi\n")
    os.mkfifo(tmp_path / "pipe.pem")
    problems = read_inbox(str(tmp_path)).problems
    assert len(problems) == 5
    assert all(name.isprintable() for name in problems)


@pytest.mark.parametrize("text", ["[" * 3_000, "a: &a [*a]", "records: 7", "", "\x00"])
def test_a_record_file_that_nobody_can_read_is_kept(desk: Desk, text: str) -> None:
    desk.plan(sample.order())
    (written,) = desk.file("").glob("record_group_admin_*.yml")
    written.write_text(text, "utf-8")
    desk.plan(sample.order(), sample.order(name="shop", common_name="shop.example.jp"))
    assert written.read_text("utf-8") == text


def test_a_sheet_on_which_somebody_has_written_is_kept(desk: Desk) -> None:
    """Contract IDs come first, days later; a plan in between makes a new sheet."""
    first, second = sample.order(), sample.order(name="shop", common_name="shop.example.jp")
    desk.plan(first)
    (written,) = desk.file("").glob("record_group_admin_*.yml")
    written.write_text(written.read_text(encoding="utf-8").replace("contract_id:", f"contract_id: {ID}"), "utf-8")
    desk.plan(first, second)
    assert written.exists()
    (other,) = {*desk.file("").glob("record_group_admin_*.yml")} - {written}
    desk.plan(first)
    assert not other.exists(), "nobody has written on that one"


def test_an_order_whose_csr_cannot_be_kept_leaves_the_others(desk: Desk) -> None:
    orders = [sample.target_order(name=name, common_name=f"{name}.example.jp") for name in ("api", "mail")]
    for number, order in enumerate(orders, start=1):
        desk.bought(order, "awaiting_registration", number)
    plan = plan_orders(desk.options, ByHandDesk(str(desk.folder)), tuple(orders))
    csrs = {"api": "nonsense", "mail": sample.csr_of(sample.new_key(), "mail.example.jp")}
    options = {**desk.options, "listing_lag": 0, "settle_after": None, "desk_url": None}
    performer = make_performer(options, ByHandDesk(str(desk.folder)), 2, say=print, lang="en")
    (failed,) = performer.perform_registrations(plan.entries, csrs)
    assert (failed.entry.order.name, type(failed.error)) == ("api", RequestRefused)
    assert [path.name for path in (desk.folder / "csrs").iterdir()] == ["rsc00000002.csr"]

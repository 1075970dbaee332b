# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work sheets: all that a person types, nothing that must not be on paper, and known again when they are old."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted, hide_vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.limits import Limits, judge_limits
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.hand_out import hand_out_work
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.planned import make_frame, plan_orders
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from lxml import html

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Json = dict[str, t.Any]

REGISTERED: t.Final = "registered"
CONSENTS: t.Final = {
    "group_admin": "前述の注意事項及び約款・規約に同意して、上記のとおりサービスの申し込みを行います。",
    "service_admin": "約款・規約に同意し、上記のとおりサービスを申し込みます。",
}


class Desk:
    """A folder with a register, and the sheets that a plan leaves in it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.options = {
            "desk": "by_hand", "desk_folder": str(folder), "lang": None, "portfolio": "default", "screen_map": None,
            "slice": None, "plan_file": None, "prices": None,
        }  # fmt: skip
        self.rows: list[Json] = []
        self.write()

    def write(self, *rows: Json) -> None:
        self.rows += rows
        document = {"version": 1, "contracts": self.rows}
        (self.folder / "register.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    def bought(self, order: Order, state: str, number: int = 1) -> str:
        contract_id = f"rsc{number:08}"
        self.write({
            "contract_id": contract_id, "client_reference": order.client_reference("default"), "state": state,
            "common_name": order.common_name, "product": order.product.id, "term": order.term, "usage": "other",
        })  # fmt: skip
        return contract_id

    def plan(self, *orders: Order) -> Json:
        plan = plan_orders(self.options, ByHandDesk(str(self.folder)), orders)
        document = describe_plan(plan, make_frame(self.options, "en"), planned=True)
        return {**hand_out_work(plan, document, self.options), "document": document}

    def sheet(self, role: str) -> Json:
        return t.cast("Json", json.loads(self.file(f"{role}.json").read_text(encoding="utf-8")))

    def file(self, name: str) -> pathlib.Path:
        return self.folder / "sheets" / name

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text(encoding="utf-8") for path in self.file("").iterdir()}

    def items(self, role: str) -> list[Json]:
        return [item for group in self.sheet(role)["groups"] for item in group["items"]]


def both(desk: Desk) -> tuple[Order, Order]:
    """One order to place, and one to register with a CSR that its host has made."""
    new, bought = sample.order(), sample.target_order(name="api", common_name="api.example.jp")
    contract_id = desk.bought(bought, "awaiting_registration")
    csr = sample.csr_of(sample.new_key(), "api.example.jp")
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    ByHandDesk(str(desk.folder)).register(application, bought, csr)
    assert (desk.folder / "csrs" / f"{contract_id}.csr").read_text(encoding="ascii") == csr
    return new, bought


def test_all_that_is_typed_and_shown_is_on_the_sheet_in_every_form(desk: Desk) -> None:
    new, bought = both(desk)
    told = desk.plan(new, bought)
    assert set(told["work"]) == {"www", "api"}
    files = desk.files()
    csr = (desk.folder / "csrs" / "rsc00000001.csr").read_text(encoding="ascii")
    ordering = [
        "SG00000001",
        "その他",
        "www.example.jp",
        "SureServer for クラウド 6か月",
        "新規お申し込み受付入力",
        "確認",
    ]
    registering = ["rsc00000001", "お客様がCSRを作成", "Web Operations", "certs@example.jp", "+81-3-0000-0000"]
    for suffix in ("html", "md", "json"):
        shown = {role: files[f"{role}.{suffix}"] for role in CONSENTS}
        if suffix == "html":
            shown = {role: html.fromstring(page.encode()).text_content() for role, page in shown.items()}
        if suffix == "json":
            shown = {role: str(json.loads(page)) for role, page in shown.items()}
        for value in (*ordering, CONSENTS["group_admin"]):
            assert value in shown["group_admin"], (suffix, value)
        for value in (*registering, CONSENTS["service_admin"]):
            assert value in shown["service_admin"], (suffix, value)
        lines = [line.strip() for line in csr.strip().splitlines()]
        page = [line.strip() for line in shown["service_admin"].replace("\\n", "\n").splitlines()]
        if suffix != "json":
            at = next(n for n, line in enumerate(page) if line.endswith(lines[0]))
            assert page[at + 1 : at + len(lines)] == lines[1:], "the CSR is there to be copied as it is"


def test_a_sheet_tells_when_it_was_made_by_the_clock_of_japan(desk: Desk) -> None:
    desk.plan(*both(desk))
    made_at = dt.datetime.fromisoformat(json.loads(desk.files()["group_admin.json"])["made_at"])
    shown = f"{made_at + dt.timedelta(hours=9):%Y-%m-%d %H:%M} (日本時間)"
    for suffix in ("html", "md"):
        assert shown in desk.files()[f"group_admin.{suffix}"]


def test_who_registers_sees_the_csr_of_this_order_only_once_it_is_made(desk: Desk) -> None:
    order = sample.target_order()
    desk.bought(order, "awaiting_registration")
    told = desk.plan(order)
    assert told["work"] == {}
    assert told["document"]["orders"][0]["next_action"] == "register CSR and application information (apply.yml)"


def test_the_menu_is_walked_once_for_all_orders_of_a_customer_code(desk: Desk) -> None:
    orders = [sample.order(**sample.fresh()) for _number in range(5)]
    desk.plan(*orders, sample.order(**sample.fresh(customer_code="SG00000002")))
    ways = [(group["way"][3]["do"][0]["value"], len(group["items"])) for group in desk.sheet("group_admin")["groups"]]
    assert ways == [("SG00000001", 5), ("SG00000002", 1)]
    for item in desk.items("group_admin"):
        assert item["steps"][0]["screen"] == "オンラインお申し込み・変更"
    assert len({item["number"] for item in desk.items("group_admin")}) == 6


def test_what_a_vault_holds_is_on_no_sheet(desk: Desk) -> None:
    with hide_vaulted():
        secret = Vaulted("canary-4Kz@example.jp", sealed="$ANSIBLE_VAULT;1.1;AES256")
        order = sample.order(applicant={**sample.APPLICANT, "email": secret})
        desk.bought(order, "awaiting_registration")
        desk.plan(order)
    files = desk.files()
    assert "(vaulted)" in files["service_admin.md"]
    assert not [name for name, content in files.items() if "canary" in content]


def test_nothing_of_an_order_is_markup(desk: Desk) -> None:
    order = sample.order(applicant={**sample.APPLICANT, "name": "<script>x</script> @all ![a](b)"})
    desk.bought(order, "awaiting_registration")
    desk.plan(order)
    page = html.fromstring(desk.file("service_admin.html").read_bytes())
    assert not page.xpath("//script")
    assert "`<script>x</script> @all ![a](b)`" in desk.file("service_admin.md").read_text(encoding="utf-8")


def test_a_sheet_is_known_again_and_an_old_one_is_not(desk: Desk) -> None:
    first = sample.order()
    desk.plan(first)
    before = desk.items("group_admin")[0]["sheet"]
    desk.plan(first)
    assert desk.items("group_admin")[0]["sheet"] == before
    desk.plan(sample.order(term="1 year"))
    after = desk.items("group_admin")[0]["sheet"]
    assert after != before
    assert after in desk.file("group_admin.html").read_text(encoding="utf-8")


def test_what_somebody_has_filled_in_is_never_lost(desk: Desk) -> None:
    desk.plan(sample.order())
    (old,) = desk.file("").glob("record_*.yml")
    old.write_text(old.read_text(encoding="utf-8").replace("date:", "date: 2026-11-26"), encoding="utf-8")
    desk.plan(sample.order(), sample.linked_order())
    assert len(list(desk.file("").glob("record_*.yml"))) == 2
    assert "2026-11-26" in old.read_text(encoding="utf-8")


def test_work_that_is_done_leaves_no_sheet(desk: Desk) -> None:
    order = sample.order()
    desk.plan(order)
    desk.bought(order, "issued")
    told = desk.plan(order)
    assert (told["sheets"], told["work"]) == ([], {})
    assert set(desk.files()) == {".gitignore"}


def test_people_are_told_the_next_step(desk: Desk) -> None:
    told = desk.plan(sample.order())
    document = told["document"]
    assert document["orders"][0]["next_action"].endswith("sheets/group_admin.html, no. 1")
    assert document["orders"][0]["next_action_by"] == "group_admin"
    assert "people do what the work sheets say, and record it" in render_text(document, "en")
    assert "作業票のとおりに作業し" in render_text(document, "ja")


def test_each_kind_of_work_belongs_to_its_role(desk: Desk) -> None:
    cancelled = sample.order(name="old", common_name="old.example.jp", state="cancelled", contract_id="rsc00000001")
    waiting = sample.order(name="w", common_name="w.example.jp")
    install = {"certificate": "/etc/pki/i.pem"}
    issued = sample.target_order(name="i", common_name="i.example.jp", install=install)
    for number, (order, state) in enumerate(
        [(cancelled, "issued"), (waiting, "awaiting_confirmation"), (issued, "issued")], start=1
    ):
        desk.bought(order, state, number)
    told = desk.plan(cancelled, waiting, issued)
    kinds = {
        path.stem: [group["kind"] for group in desk.sheet(path.stem)["groups"]] for path in desk.file("").glob("*.json")
    }
    assert kinds == {"group_admin": ["cancel"], "service_admin": ["download"], "applicant": ["answer"]}
    assert set(told["work"]) == {"old", "i"}, "who waits for the CA has no work left open"
    assert [act["label"] for act in desk.items("service_admin")[0]["steps"][-1]["do"]] == ["証明書", "中間CA証明書"]


def test_the_list_is_looked_at_before_anything_is_ordered(desk: Desk) -> None:
    order = sample.order()
    desk.bought(sample.order(name="other"), "expired")
    desk.plan(order)
    look = desk.sheet("group_admin")["look"]
    assert look["absent"] == [{"common_name": "www.example.jp", "known": ["rsc00000001"]}]
    assert look["way"][-1]["screen"] == "ステータス一覧"


def test_a_contract_of_which_a_list_tells_little_is_used_before_anything_is_ordered(desk: Desk) -> None:
    """The list shows neither usage nor term: what is not known is no difference, so nothing is bought a second time."""
    desk.write({
        "contract_id": "rsc00000001", "common_name": "www.example.jp", "product": "sureserver_cloud",
        "state": "applied",
    })  # fmt: skip
    row = desk.plan(sample.order())["document"]["orders"][0]
    assert (row["contract_id"], row["standing"], row["adopted"]) == ("rsc00000001", "waiting", True)


def test_a_linked_contract_that_is_not_named_is_chosen_by_its_service(desk: Desk) -> None:
    desk.plan(sample.linked_order(linked_contract={"service": "gio_content_acceleration"}))
    acts = [act for step in desk.items("group_admin")[0]["steps"] for act in step["do"]]
    (chosen,) = [act for act in acts if act.get("field") == "linked_contract"]
    assert (chosen["value"], chosen["only_one"]) == ("IIJ GIOコンテンツアクセラレーションサービス", True)
    assert "複数ある場合は" in desk.file("group_admin.md").read_text(encoding="utf-8")
    shows = [fact["label"] for step in desk.items("group_admin")[0]["steps"] for fact in step["shows"]]
    assert "連携対応サービス" not in shows


def test_slices_share_a_folder_and_keep_each_others_sheets(desk: Desk) -> None:
    orders = [sample.order(name=f"w{number}", common_name=f"w{number}.example.jp") for number in range(8)]
    seen = []
    for part in ("1/2", "2/2"):
        desk.options["slice"] = part
        told = desk.plan(*orders)
        (path,) = map(pathlib.Path, told["sheets"])
        assert path.parent.name == part.replace("/", "_of_")
        groups = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["groups"]
        seen += [item["order"] for group in groups for item in group["items"]]
    assert sorted(seen) == [order.name for order in orders]
    assert not desk.file("group_admin.html").exists()


def test_limits_count_what_people_are_asked_to_buy(desk: Desk) -> None:
    prices = {"sureserver_cloud": {"6 months": 30_000}}
    plan = plan_orders(desk.options, ByHandDesk(str(desk.folder)), (sample.order(),))
    told = judge_limits(plan, Limits(budget=29_999), prices=read_price_table(prices))
    assert [one.rule for one in told] == ["BUDGET"]
    assert [one.rule for one in judge_limits(plan, Limits(max_new_orders=0), prices=None)] == ["MAX-NEW-ORDERS"]
    assert not judge_limits(plan, Limits(budget=30_000), prices=read_price_table(prices))


def test_a_saved_plan_holds_what_people_do(desk: Desk, tmp_path: pathlib.Path) -> None:
    order = sample.order()
    write_reports(desk.plan(order)["document"], str(tmp_path), name="plan")
    desk.options["plan_file"] = str(tmp_path / "plan.json")
    assert set(desk.plan(order)["work"]) == {"www"}
    with pytest.raises(OrdersRefused) as caught:
        desk.plan(order, sample.order(name="blog", common_name="blog.example.jp"))
    assert [complaint.rule for complaint in caught.value.complaints] == ["PLAN-ORDER-MOVED"]

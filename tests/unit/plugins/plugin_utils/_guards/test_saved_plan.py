# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan: an apply does what was reviewed, goes on with what is left of it, and refuses anything else."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import re
import typing as t

import jsonschema
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused, report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import (
    require_digest,
    require_saved_plan,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import order_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import (
    Frame,
    describe_plan,
    describe_refusal,
    have_no_commands,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from markdown_it import MarkdownIt
from portfolios import (
    DV,
    ISSUED_AT,
    LIFE,
    LINKED,
    MADE_AT,
    OV,
    WILDCARD,
    DeskInMemory,
    before_end,
    booked,
    certified,
    portfolio,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import Row
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

FRAME = Frame(
    portfolio="p",
    part=None,
    prices=read_price_table({"sureserver_cloud": {"6 months": 30_000}}),
    lang="en",
    made_at=MADE_AT,
)
SCHEMA = pathlib.Path(__file__).resolve().parents[5] / "docs" / "plan.schema.json"
FIELDS = (OV, DV, LINKED)
ON_HOST = {
    "csr_origin": "target",
    "host": "web1",
    "key": {"path": "/etc/pki/www.key"},
    "install": {"certificate": "/etc/pki/www.pem", "prove": {"port": 8443}},
}
ORDERS = portfolio(*FIELDS)
WWW = ORDERS[0]


def made(orders: tuple[Order, ...], desk: DeskInMemory) -> Plan:
    return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")


@pytest.fixture
def saved(tmp_path: pathlib.Path) -> pathlib.Path:
    write_reports(describe_plan(made(ORDERS, DeskInMemory()), FRAME, planned=True), str(tmp_path), name="plan")
    return tmp_path / "plan.json"


def held(path: pathlib.Path, orders: tuple[Order, ...], desk: DeskInMemory, **more: t.Any) -> None:
    frame = {"portfolio": "p", "part": None, "wanted": None}
    require_saved_plan(made(orders, desk), str(path), have_no_commands, **{**frame, **more})


def refused(path: pathlib.Path, orders: tuple[Order, ...], desk: DeskInMemory, **more: t.Any) -> dict[str | None, str]:
    """The English text of each complaint by order (or None) and rule."""
    with pytest.raises(OrdersRefused) as caught:
        held(path, orders, desk, **more)
    assert report(caught.value.complaints, "ja")
    return {c.order or c.rule: f"{c.rule}: {c.render('en')}" for c in caught.value.complaints}


def by_name(name: str) -> Order:
    return next(order for order in ORDERS if order.name == name)


def test_what_was_planned_is_applied(saved: pathlib.Path) -> None:
    held(saved, ORDERS, DeskInMemory())
    held(saved, ORDERS[::-1], DeskInMemory(), wanted=json.loads(saved.read_text())["digest"])


def test_what_is_left_of_a_plan_that_was_broken_off_is_applied(saved: pathlib.Path) -> None:
    desk = DeskInMemory(rows=[booked(WWW, "p/www/1")])
    held(saved, ORDERS, desk)
    desk.put(booked(by_name("cdn"), "p/cdn/1", number=2, state=State.APPLIED))
    held(saved, ORDERS, desk)
    desk.put(booked(by_name("blog"), "p/blog/1", number=3, state=State.ISSUED))
    held(saved, ORDERS, desk)


def test_a_changed_order_is_named(saved: pathlib.Path) -> None:
    changed = portfolio(OV | {"term": "1 year"}, DV, LINKED)
    desk = DeskInMemory()
    desk.list_products = lambda: ()  # type: ignore[method-assign]
    with pytest.raises(OrdersRefused):
        made(changed, desk)
    told = refused(saved, (dc.replace(WWW, host="web9"), *ORDERS[1:]), DeskInMemory())
    assert list(told) == ["www"] and "PLAN-HOST-MOVED" in told["www"] and "host: web1 -> web9" in told["www"]
    told = refused(saved, (dc.replace(WWW, generation=2), *ORDERS[1:]), DeskInMemory())
    assert list(told) == ["www"] and "PLAN-ORDER-MOVED" in told["www"] and "something else" in told["www"]


def test_added_and_removed_orders_are_named_together(saved: pathlib.Path) -> None:
    told = refused(saved, portfolio(DV, LINKED, WILDCARD), DeskInMemory())
    assert "is not in the plan" in told["shop"] and "is gone" in told["www"] and len(told) == 2


def test_a_certificate_is_the_same_by_whichever_of_its_names(tmp_path: pathlib.Path) -> None:
    """A desk that lists no fingerprints names it by its last day, until somebody has downloaded it."""
    orders = portfolio(OV | {"renewal": {"when": "window"}})
    known = certified(booked(orders[0], None), issued_at=ISSUED_AT.astimezone(dt.timezone(dt.timedelta(hours=9))))
    unseen = dc.replace(known, current=None, certificate_fingerprint=None)
    desks = [DeskInMemory(rows=[row], as_of=before_end(28, known)) for row in (known, unseen)]
    for planned, now in (desks, desks[::-1]):
        write_reports(describe_plan(made(orders, planned), FRAME, planned=True), str(tmp_path), name="plan")
        assert made(orders, now).entries[0].steps == (Step.RENEW, Step.REGISTER)
        held(tmp_path / "plan.json", orders, now)
    later = certified(known, 2, issued_at=ISSUED_AT + LIFE)
    moved = DeskInMemory(rows=[later], as_of=before_end(28, later))
    assert "PLAN-EXPIRED" in refused(tmp_path / "plan.json", orders, moved)["www"]


def test_a_run_for_what_is_due_leaves_the_orders_of_a_plan_to_the_apply(saved: pathlib.Path) -> None:
    observed = observe(DeskInMemory(), ORDERS, portfolio="p")
    plan = make_plan(ORDERS, observed, portfolio="p", due_only=True)
    assert len(plan.left) == len(ORDERS)
    require_saved_plan(plan, str(saved), have_no_commands, portfolio="p", part=None, wanted=None)


def test_an_application_that_somebody_ordered_meanwhile_is_named(saved: pathlib.Path) -> None:
    told = refused(saved, ORDERS, DeskInMemory(rows=[booked(WWW, None, number=7)]))
    assert list(told) == ["www"] and "PLAN-DESK-MOVED" in told["www"]
    assert "Planned was: place, register. Now it would be: register (rsc00000007)" in told["www"]


def test_another_linked_contract_is_another_plan(saved: pathlib.Path) -> None:
    desk = DeskInMemory()
    desk.contracts = (dc.replace(desk.contracts[0], contract_id="gca00000002"),)
    assert "PLAN-DESK-MOVED" in refused(saved, ORDERS, desk)["cdn"]


def test_what_came_to_be_done_since_is_named(tmp_path: pathlib.Path) -> None:
    waiting = DeskInMemory(rows=[booked(WWW, "p/www/1", state=State.APPLIED)])
    write_reports(describe_plan(made((WWW,), waiting), FRAME, planned=True), str(tmp_path), name="plan")
    told = refused(tmp_path / "plan.json", (WWW,), DeskInMemory())
    assert "Planned was: nothing (rsc00000001). Now it would be: place, register" in told["www"]


def test_a_certificate_that_was_issued_meanwhile_moves_nothing(tmp_path: pathlib.Path) -> None:
    waiting = DeskInMemory(rows=[booked(WWW, "p/www/1", state=State.APPLIED)])
    write_reports(describe_plan(made((WWW,), waiting), FRAME, planned=True), str(tmp_path), name="plan")
    held(tmp_path / "plan.json", (WWW,), DeskInMemory(rows=[booked(WWW, "p/www/1", state=State.ISSUED)]))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda saved: saved.update(version=2), "not of the form"),
        (lambda saved: saved.update(format="x"), "not of the form"),
        (lambda saved: saved.update(portfolio="q"), "portfolio is 'q'"),
        (lambda saved: saved.update(slice="1/2"), "slice is '1/2'"),
        (lambda saved: saved.update(verdict="unknown"), "failed"),
        (lambda saved: saved["orders"][0].update(contract_id="rsc1"), "changed after it was made"),
        (
            lambda saved: saved.update(price={"currency": "JPY", "total": 0, "unpriced": []}),
            "changed after it was made",
        ),
        (lambda saved: saved["counts"].update(to_order=0), "changed after it was made"),
        (lambda saved: saved.update(verdict="nothing_to_do"), "changed after it was made"),
        (lambda saved: saved["orders"][0].update(common_name="x.example.jp"), "changed after it was made"),
        (lambda saved: saved["unmanaged"].append({}), "changed after it was made"),
        (lambda saved: saved.pop("file_digest"), "changed after it was made"),
        (lambda saved: saved["orders"].pop(), "changed after it was made"),
        (lambda saved: saved["orders"][0].pop("order_digest"), "changed after it was made"),
        (lambda saved: saved.update(orders=7), "changed after it was made"),
        (lambda saved: saved["orders"][0].update(steps=3), "changed after it was made"),
        (lambda saved: saved["orders"][0].update(name="\ud800"), "changed after it was made"),
        (lambda saved: saved["orders"][0].update(steps={"place": 1}), "changed after it was made"),
    ],
)
def test_a_file_that_is_no_plan_of_this_kind(
    saved: pathlib.Path, spoil: t.Callable[[dict[str, t.Any]], object], words: str
) -> None:
    content = json.loads(saved.read_text())
    spoil(content)
    saved.write_text(json.dumps(content))
    assert words in refused(saved, ORDERS, DeskInMemory())["PLAN-FILE"]


@pytest.mark.parametrize("content", ["", "[]", "{", "null", "\x00", "[" * 100_000, "9" * 5_000])
def test_a_file_that_is_no_plan_at_all(saved: pathlib.Path, content: str) -> None:
    saved.write_text(content)
    assert "PLAN-FILE" in refused(saved, ORDERS, DeskInMemory())
    saved.unlink()
    assert "No such file" in refused(saved, ORDERS, DeskInMemory())["PLAN-FILE"]


def test_another_digest_than_the_reviewed_one(saved: pathlib.Path) -> None:
    assert "PLAN-DIGEST" in refused(saved, ORDERS, DeskInMemory(), wanted="sha256:0")
    digest = json.loads(saved.read_text())["digest"]
    require_digest(digest, digest)
    with pytest.raises(OrdersRefused):
        require_digest(digest, "sha256:0")


def test_a_digest_tells_every_change_of_an_order_but_not_its_place() -> None:
    changes: list[dict[str, t.Any]] = [
        {"host": "web9"}, {"term": "1 year"}, {"generation": 2}, {"applicant": None}, {"approval_email": "a@b.jp"},
        {"subject": dc.replace(WWW.subject, locality_name="Minato-ku")}, {"terms_agreed": False},
    ]  # fmt: skip
    digests = {order_digest(dc.replace(WWW, **change)) for change in changes}
    assert len(digests | {order_digest(WWW)}) == len(changes) + 1
    assert order_digest(dc.replace(WWW, locate=lambda _path: WWW.place)) == order_digest(WWW)


def test_a_vaulted_value_counts_by_its_sealed_text_alone() -> None:
    def with_phone(value: str, sealed: str) -> str:
        assert WWW.applicant
        return order_digest(dc.replace(WWW, applicant=dc.replace(WWW.applicant, phone=Vaulted(value, sealed=sealed))))

    def was_at(value: str, sealed: str) -> str:
        assert WWW.install
        paths = (Vaulted(value, sealed=sealed), "/etc/old.key")
        return order_digest(dc.replace(WWW, install=dc.replace(WWW.install, was_at=paths)))

    for digest_of in (with_phone, was_at):
        assert digest_of("1", "sealed A") == digest_of("2", "sealed A") != digest_of("1", "sealed B")


def every_document() -> list[Row]:
    desk = DeskInMemory(
        rows=[
            booked(WWW, "p/www/1"),
            booked(by_name("blog"), None, number=2),
            booked(WWW, "q/other/1", number=3, state=State.ISSUED),
        ]
    )
    desk.rows[2] = dc.replace(desk.rows[2], common_name="x|<b>`y`.example.jp")
    return [
        describe_plan(made(ORDERS, DeskInMemory()), FRAME, planned=True),
        describe_plan(made(ORDERS, desk), FRAME._replace(lang="ja", part="1/1"), planned=True),
        describe_plan(made((), desk), FRAME, planned=False),
        describe_refusal(FRAME, error="the desk cannot be reached"),
    ]


@pytest.mark.parametrize("number", range(4))
def test_reports_keep_the_documented_form_and_hold_no_secret(number: int, tmp_path: pathlib.Path) -> None:
    told = every_document()[number]
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    write_reports(told, str(tmp_path / "new" / "folder"), name="plan")
    files = {file.suffix: file.read_text(encoding="utf-8") for file in (tmp_path / "new" / "folder").iterdir()}
    assert set(files) == {".json", ".md", ".html"}
    written = json.loads(files[".json"])
    jsonschema.validate(written, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert written.pop("file_digest") and written == told
    for order in ORDERS:
        assert order.applicant
        for private in (*dc.asdict(order.applicant).values(), order.approval_email or "Web Operations"):
            assert not any(private in content for content in files.values())
    for content in files.values():
        assert told["verdict"] != "error" or "cannot be reached" in content
    assert "<script" not in files[".html"] and "http" not in files[".html"].split("</style>")[1]


def test_words_of_the_desk_cannot_break_a_page(tmp_path: pathlib.Path) -> None:
    write_reports(every_document()[2], str(tmp_path), name="plan")
    assert "x¦<b>`y`.example.jp" in (tmp_path / "plan.md").read_text(encoding="utf-8")
    assert "x|&lt;b&gt;`y`.example.jp" in (tmp_path / "plan.html").read_text(encoding="utf-8")


FOREIGN = (
    "see https://evil.example/pay", "www.evil.example", "@everyone", "#1", "GH-26", "o/r#1", "!1", "$x$", ":smile:",
    "a_b_c", "![x](http://e)", "<img src=x>", "``` x", "`", "a``b", "| x | y |", "</details>", "&lt;", "[x](y)",
    "~1", "%1", "^1",
)  # fmt: skip


@pytest.mark.parametrize("words", FOREIGN)
def test_words_of_the_desk_are_only_words_in_markdown(words: str, tmp_path: pathlib.Path) -> None:
    desk = DeskInMemory(rows=[dc.replace(booked(WWW, "p/www/1", state=State.REJECTED), reason=f"{words} {words}")])
    write_reports(describe_plan(made(ORDERS, desk), FRAME, planned=True), str(tmp_path), name="plan")
    tokens = MarkdownIt("commonmark").enable("table").parse((tmp_path / "plan.md").read_text(encoding="utf-8"))
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {"text", "code_inline", "softbreak", "strong_open", "strong_close"}
    shown = words.replace("|", "¦")
    assert any(shown in child.content for child in inner if child.type == "code_inline")
    assert not any(shown in child.content for child in inner if child.type == "text")


def test_a_plan_in_words() -> None:
    desk = DeskInMemory(rows=[booked(by_name("blog"), None, number=2)])
    told = render_text(describe_plan(made(ORDERS, desk), FRAME, planned=True), "en")
    assert re.search(r"^\+ www: order .*, 6 months: 30,000 yen$", told, re.MULTILINE)
    assert "= blog: use rsc00000002, which is ordered already" in told
    assert "price of the new orders: 30,000 yen; no price for: cdn" in told
    assert told.endswith("Next: apply.yml orders, renews, registers and cancels; collect.yml fetches what is issued.")
    rows = {row["name"]: row for row in describe_plan(made(ORDERS, desk), FRAME, planned=True)["orders"]}
    assert (rows["blog"]["adopted"], rows["www"]["adopted"]) == (True, False)
    assert [step["call_class"] for step in rows["www"]["steps"]] == ["spend", "safe write"]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (None, "changes"),
        (State.AWAITING_REGISTRATION, "changes"),
        (State.APPLIED, "waiting"),
        (State.REJECTED, "waiting"),
        (State.INSTALLED, "nothing_to_do"),
    ],
)
def test_verdicts(state: State | None, verdict: str) -> None:
    desk = DeskInMemory(rows=[booked(WWW, "p/www/1", state=state)] if state else [])
    assert describe_plan(made((WWW,), desk), FRAME, planned=True)["verdict"] == verdict


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            DV | {"key": dict(OV["key"]), "install": dict(OV["install"])},
            "81ac66bb965c0718adf2e26428ec4dd3ea57f930bbf42016d9a06c7c567790df",
        ),
        (OV, "d9b8329a7827b4cb233ba505b0b8155debfd2dc2e996747fd720a78446d0a7bc"),
        (LINKED, "fd6f2fd2dacbd59dd60b7d4c035a1d96f97e8e0e63812812c524f0db1dd85bbc"),
        (OV | ON_HOST, "45347cc80fc9b7485f06e88185be61e113c2f4a6ff29a27c0a0147d75743ede4"),
    ],
)
def test_plans_that_were_saved_before_a_field_came_still_hold(fields: dict[str, t.Any], told: str) -> None:
    (order,) = portfolio(fields)
    assert order_digest(order) == f"sha256:{told}"

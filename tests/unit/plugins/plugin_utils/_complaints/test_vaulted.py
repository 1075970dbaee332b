# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate for vaulted values: whatever passes it holds none of them, and is otherwise as it was."""

from __future__ import annotations

import json
import pathlib
import pickle
import threading
import typing as t
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.names import served_name
from ansible_collections.iij.server_certificate.plugins.module_utils._core.paths import csr_path_beside, plain_path
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report, shorten
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import (
    HIDDEN,
    Vaulted,
    VaultedWithFile,
    hide,
    hide_vaulted,
    list_vaulted,
    publish,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Verdict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.spend import describe_order
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import OfferedProduct, State
from every_order import every_order
from hypothesis import given
from hypothesis import strategies as st
from portfolios import MADE_AT, TODAY, DeskInMemory, booked, now

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import Row
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

CANARY: t.Final = "Canary7Q"


def test_what_is_vaulted_is_hidden_at_any_depth_and_inside_of_texts() -> None:
    with hide_vaulted():
        secret = Vaulted("Secret.example.jp")
        name = Vaulted("Example, Ltd.")
        assert hide({"a": [secret, {"b": (f"the order for {secret}",)}]}) == {
            "a": [HIDDEN, {"b": (f"the order for {HIDDEN}",)}]
        }
        assert hide({f"/etc/{secret}.key": 1}) == {f"/etc/{HIDDEN}.key": 1}
        assert hide(f"{secret}{secret}") == HIDDEN * 2
        assert hide("www.secret.example.jp") == f"www.{HIDDEN}", "as the desk writes it, in small letters"
        assert hide(f"O={name}".replace(",", "\\,")) == f"O={HIDDEN}"
        assert hide(["x", 7, None, True, 1.5, "secret"]) == ["x", 7, None, True, 1.5, "secret"]
    assert hide(str(secret)) == "Secret.example.jp", "a text is forgotten with its task"
    assert hide(secret) == HIDDEN, "a vaulted value is hidden everywhere"
    assert (repr(secret), f"{[secret]}", shorten([secret])) == (HIDDEN, f"[{HIDDEN}]", repr(f"[{HIDDEN}]"))


def test_short_values_do_not_garble_what_is_said() -> None:
    with hide_vaulted():
        _ = [Vaulted("web"), Vaulted("Tokyo"), Vaulted("")]
        assert hide("web") == HIDDEN
        assert hide("a webserver, the web") == "a webserver, the web", "three letters are found everywhere"
        assert hide("L=Tokyo, Tokyoites") == f"L={HIDDEN}, Tokyoites"


def test_what_is_public_is_shown() -> None:
    with hide_vaulted():
        vaulted = Vaulted("www.example.jp")
        assert hide(vaulted) == HIDDEN
        publish(["shop-www.example.jp"])
        assert hide([vaulted, "x www.example.jp"]) == ["www.example.jp", "x www.example.jp"]
        assert type(hide(vaulted)) is str


@pytest.mark.parametrize("word", [*Verdict, *Standing, "hosts", "orders", "failed", "changed", "wrong", "value"])
def test_what_programs_decide_by_stays(word: str) -> None:
    order = {**every_order()[0], "applicant": {**every_order()[0]["applicant"], "department": word}}
    found = judge_orders(read_inline([order]), day=TODAY).accept()
    expected = describe(found)
    with hide_vaulted():
        _ = Vaulted(word)
        assert describe(found) == expected
        assert hide({word: 1, "x": {word: [1]}}) == {word: 1, "x": {word: [1]}}
        wrong = judge_orders(read_inline([{**order, "term": "never"}]), day=TODAY).complaints
        assert "'never'" in report(wrong, "en")


def describe(orders: tuple[Order, ...]) -> Row:
    desk = DeskInMemory(rows=[booked(orders[0], "p/www/1", state=State.APPLIED)])
    plan = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    return describe_plan(plan, Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT), planned=True)


def test_threads_of_a_task_share_its_gate() -> None:
    with hide_vaulted():
        _ = Vaulted("a secret name")
        found: list[str] = []
        thread = threading.Thread(target=lambda: found.append(hide("it is a secret name")))
        thread.start()
        thread.join()
    assert found == [f"it is {HIDDEN}"]


def test_hosts_are_told_only_of_what_they_are_given() -> None:
    with hide_vaulted():
        path, _phone, short = Vaulted("/etc/pki/Own.key"), Vaulted("+81-3-1234"), Vaulted("Tokyo")
        result = set(list_vaulted([{"key": {"path": path}, "x": short}]))
        assert {"/etc/pki/Own", "/etc/pki/Own.key", "/etc/pki/own", "/etc/pki/own.key"} <= result
        assert not [form for form in result if "own" not in form.lower()]
    assert list_vaulted([path]) == []


def test_a_vaulted_value_survives_a_copy() -> None:
    copied = pickle.loads(pickle.dumps(Vaulted("x", sealed="seal")))
    assert (type(copied), copied, copied.sealed) == (Vaulted, "x", "seal")


@given(st.text(min_size=8, max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_no_text_that_passes_holds_the_value(secret: str, before: str, after: str) -> None:
    with hide_vaulted():
        value = Vaulted(secret)
        assert secret not in hide(before + value + after) or secret in before + HIDDEN + after
        assert hide([value]) == [HIDDEN]


def leaves(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        yield from leaves(dict(enumerate(value)), path)
    elif isinstance(value, str):
        yield path


FULL: t.Final = {
    "key": {"csr_path": "/etc/x.csr", "owner": "root", "group": "root", "mode": "0600", "type": "RSA"},
    "install": {
        "full_chain": "/etc/f.pem", "combined": "/etc/c.pem", "pkcs12": "/etc/p.p12", "owner": "root", "group": "root",
        "mode": "0644", "issuer": "Some CA", "validate": "nginx", "was_at": ["/etc/old.pem", "/etc/old.key"],
        "prove": {"address": "10.0.0.1", "server_name": "x.example.jp", "seen_from": "host"},
    },
    "duplicate_of": "other", "contract_id": "rsc00000001", "state": "present", "nobody": "knows this",
}  # fmt: skip


def with_canary(order: dict[str, t.Any], path: tuple[t.Any, ...], kind: type[Vaulted] = Vaulted) -> dict[str, t.Any]:
    copy = json.loads(json.dumps(order))
    place = copy
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = kind(f"{place[path[-1]][:1]}{CANARY}{place[path[-1]]}", sealed="seal")
    return copy


def orders_with_canaries() -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    for number, order in enumerate(every_order()[::6]):
        full = {**order, **{field: value for field, value in FULL.items() if not isinstance(value, dict)}}
        for field in ("key", "install"):
            full[field] = {**FULL[field], **order.get(field, {})}  # type: ignore[dict-item]
        for kind in (order, full):
            for path in leaves(kind):
                yield f"{number} {'.'.join(map(str, path))}", with_canary(kind, path)


def shown_of(order: dict[str, t.Any], folder: pathlib.Path) -> t.Iterator[str]:
    """Everything that is said of this order."""
    found = judge_orders(read_inline([order]), day=TODAY, commands_of=lambda _host: {})
    yield report(found.complaints, "en")
    yield report(found.complaints, "ja")
    yield json.dumps(hide([complaint.as_dict("en") for complaint in found.complaints]), ensure_ascii=False)
    desk = DeskInMemory()
    for good in found.orders:
        if good.contract_id or good.duplicate_of:
            continue
        offered = OfferedProduct(product=good.product.id, terms=(good.term,))
        desk.list_products = lambda: (offered,)  # type: ignore[method-assign] # noqa: B023
        plan = make_plan(found.orders, observe(desk, found.orders, portfolio="p"), portfolio="p")
        frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT, before={})
        document = describe_plan(plan, frame, planned=True)
        yield render_text(document, "en")
        write_reports(document, str(folder), name="plan")
        Ledger(folder / "a.jsonl", now=now).intend("place", **describe_order(good))
        yield from (file.read_text(encoding="utf-8") for file in folder.iterdir())
        (folder / "a.jsonl").unlink()


def test_a_canary_in_any_field_of_any_order_is_shown_nowhere(tmp_path: pathlib.Path) -> None:
    judged = 0
    for label, order in orders_with_canaries():
        with hide_vaulted():
            _ = [Vaulted(value) for value in vaulted_in(order)]  # opened in the task, as by the reader
            for said in shown_of(order, tmp_path):
                judged += 1
                public = label.partition(" ")[2] in ("name", "host")
                assert public or CANARY.lower() not in said.lower(), f"{label}: {said}"
    assert judged > 1_000


def vaulted_in(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for below in value.values():
            yield from vaulted_in(below)
    elif isinstance(value, list):
        yield from vaulted_in(dict(enumerate(value)))
    elif isinstance(value, Vaulted):
        yield str.__str__(value)


@pytest.mark.parametrize("path", [("host",), ("name",)])
def test_names_of_orders_and_hosts_are_shown_for_people_and_plans_know_them_by_these(path: tuple[str, ...]) -> None:
    order = next(order for order in every_order() if "host" in order)
    with hide_vaulted():
        (judged,) = judge_orders(read_inline([with_canary(order, path, VaultedWithFile)]), day=TODAY).accept()
        assert CANARY in hide(str(getattr(judged, path[0])))


SEALED_PATH: t.Final = "/srv//Canary7Q/./Canary7Q-www.key"
PERSON: t.Final = "山田 Canary7Q&co"
MADE_OF: t.Final[dict[str, tuple[str, list[str]]]] = {
    "a CSR beside a key": (SEALED_PATH, [csr_path_beside(SEALED_PATH), csr_path_beside(plain_path(SEALED_PATH))]),
    "files beside a key": (SEALED_PATH, ["/srv/Canary7Q/.Canary7Q-www.key.next", "in /srv/Canary7Q: ", "Canary7Q-www"]),
    "a name of a file": ("/etc/ssl/private/Canary7Q.key", [".Canary7Q.key.next", "no /etc/ssl/private/Canary7Q.csr"]),
    "a wildcard's names": ("*.Canary7Q.example.jp", [served_name("*.Canary7Q.example.jp"), "https://Canary7Q.example.jp/"]),
    "an address": (PERSON, [quote(PERSON), quote(PERSON, safe=""), quote_plus(PERSON)]),
}  # fmt: skip


@pytest.mark.parametrize(("value", "texts"), MADE_OF.values(), ids=MADE_OF)
def test_what_is_made_of_a_vaulted_value_is_hidden_too(value: str, texts: list[str]) -> None:
    with hide_vaulted():
        _ = Vaulted(value)
        for text in (*texts, *map(str.lower, texts)):
            assert CANARY.lower() not in hide(text).lower(), text


def test_a_serial_number_is_hidden_in_the_form_that_orders_keep() -> None:
    with hide_vaulted():
        _ = Vaulted("0A:1B:2C:3D:4E:5F")
        assert hide("the serial a1b2c3d4e5f is gone") == f"the serial {HIDDEN} is gone"


def test_what_everybody_has_is_not_hidden_with_a_path() -> None:
    with hide_vaulted():
        _ = [Vaulted("/etc/pki/tls/private/certificate.key"), Vaulted("/etc/ssl/private/www.key")]
        for text in ("/etc/pki/tls/private/shop.key", "the certificate of www", "/etc/ssl/private", "www", "/etc/pki"):
            assert hide(text) == text
        assert all("www" in form for form in list_vaulted(["/etc/ssl/private/www.key"]))


def test_addresses_above_a_vaulted_name_are_not_listed() -> None:
    order = next(order for order in every_order() if order.get("approval_email")) | {"approval_email": "me@example.org"}
    with hide_vaulted():
        sealed = {**order, "common_name": Vaulted("www.canary7q.example.co.jp", sealed="s")}
        assert CANARY.lower() not in report(judge_orders(read_inline([sealed]), day=TODAY).complaints, "en")

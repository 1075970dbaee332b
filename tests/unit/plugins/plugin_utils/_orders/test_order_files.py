# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order files: found, read, merged; every mistake is told with its place, and no file hides another."""

from __future__ import annotations

import dataclasses as dc
import enum
import pathlib
import re
import textwrap
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    Complaint,
    OrdersRefused,
    report,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import merge_defaults, read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.hosts import list_hosts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import CsrOrigin
from portfolios import BASE, DV, EVERYWHERE, LINKED, MADE_AT, OV, READER, TODAY, DeskInMemory, from_files, written


def refused(source: pathlib.Path, **reader: t.Any) -> tuple[Complaint, ...]:
    with pytest.raises(OrdersRefused) as caught:
        judge_orders(read_folder(str(source), dc.replace(READER, **reader)), day=TODAY).accept()
    return caught.value.complaints


def told(complaints: tuple[Complaint, ...]) -> list[tuple[str, str, str | None, str]]:
    return [(str(c.place).rpartition("/")[2], c.rule, c.order, c.field) for c in complaints if c.rule != EVERYWHERE]


def text_file(folder: pathlib.Path, text: str, name: str = "a.yml") -> pathlib.Path:
    file = folder / name
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def test_a_folder_is_read_with_everything_below_it(tmp_path: pathlib.Path) -> None:
    (tmp_path / "team").mkdir()
    written(tmp_path, OV)
    written(tmp_path / "team", DV, name="b.yaml")
    (tmp_path / "notes.txt").write_text("not an order file")
    assert [order.name for order in from_files(tmp_path)] == ["www", "blog"]


@pytest.mark.parametrize("nothing", ["", " "])
def test_no_path_is_not_the_working_directory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, nothing: str
) -> None:
    written(tmp_path, OV)
    monkeypatch.chdir(tmp_path)
    (complaint,) = read_folder(nothing, READER).complaints
    assert complaint.rule == "FILE-UNREADABLE"


def test_one_file_may_be_named(tmp_path: pathlib.Path) -> None:
    assert [order.name for order in from_files(written(tmp_path, OV))] == ["www"]


def test_defaults_lie_under_every_order() -> None:
    defaults = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    assert merge_defaults(defaults, {"a": {"y": [3]}, "c": 2}) == {"a": {"x": 1, "y": [3]}, "b": 1, "c": 2}
    assert defaults == {"a": {"x": 1, "y": [1, 2]}, "b": 1}


SHARED = """\
version: 1
defaults:
  customer_code: SG00000001
  term: 6 months
  subject: {state_or_province_name: Tokyo, organization_name: Example <Co.>}
"""


def test_defaults_of_a_whole_folder_lie_under_those_of_each_file(tmp_path: pathlib.Path) -> None:
    own = {name: value for name, value in OV.items() if name not in ("customer_code", "subject", "term")}
    (tmp_path / "team").mkdir()
    shared = text_file(tmp_path, SHARED.replace(" <Co.>", ""), name="defaults.yml")
    written(tmp_path / "team", own, name="a.yml", defaults={"subject": {"locality_name": "Chiyoda-ku"}})
    (order,) = from_files(tmp_path)
    assert (order.customer_code, order.term) == ("SG00000001", "6 months")
    assert list(order.subject.filled_fields().values()) == ["Tokyo", "Chiyoda-ku", "Example"]
    # A mistake in them is one mistake, at its own place.
    shared.write_text(SHARED, encoding="utf-8")
    assert told(refused(tmp_path)) == [("defaults.yml:5:44", "DN-CHARACTERS", "www", "subject.organization_name")]
    shared.write_text("version: 1\ndefaults: [1]\nordres: []\n", encoding="utf-8")
    assert [rule for _place, rule, _order, _field in told(refused(tmp_path))] == ["VALUE-TYPE", "KEY-UNKNOWN"]
    # With orders it is a file like others, whose defaults are its own.
    shared.write_text(SHARED.replace(" <Co.>", "") + "orders: []\n", encoding="utf-8")
    assert "KEY-MISSING" in {rule for _place, rule, _order, _field in told(refused(tmp_path))}


def test_defaults_of_a_folder_hold_for_one_file_that_is_named(tmp_path: pathlib.Path) -> None:
    own = {name: value for name, value in OV.items() if name != "customer_code"}
    text_file(tmp_path, "version: 1\ndefaults: {customer_code: SG00000001}\n", name="defaults.yml")
    assert [order.customer_code for order in from_files(written(tmp_path, own, defaults={}))] == ["SG00000001"]


def test_defaults_that_an_order_is_not_asked_for_are_left_out(tmp_path: pathlib.Path) -> None:
    defaults = BASE | {"subject": OV["subject"], "approval_email": "admin@example.jp", "csr_origin": "target"}
    own = [{key: value for key, value in order.items() if key not in defaults} for order in (OV, DV, LINKED)]
    own[2]["csr_origin"] = "service"
    written(tmp_path, *own, defaults=defaults)
    ov, dv, linked = from_files(tmp_path)
    assert (ov.approval_email, dv.approval_email) == (None, "admin@example.jp")
    assert (ov.subject.organization_name, dv.subject.organization_name) == ("Example Co., Ltd.", None)
    assert linked.csr_origin is CsrOrigin.SERVICE


def test_anchors_and_merge_keys_work(tmp_path: pathlib.Path) -> None:
    text_file(
        tmp_path,
        """\
        version: 1
        defaults:
          customer_code: SG00000001
          term: 6 months
          usage: other
          csr_origin: target
          host: web1
          applicant: &us {name: A, department: B, email: c@example.jp, phone: "03-1"}
          subject: {state_or_province_name: Tokyo, locality_name: Chiyoda-ku, organization_name: Example}
          terms_agreed: true
        orders:
          - &first
            name: one
            common_name: one.example.jp
            product: sureserver_cloud
            key: {path: /one.key}
            applicant: {<<: *us, name: Z}
          - <<: *first
            name: two
            common_name: two.example.jp
            key: {path: /two.key}
        """,
    )
    one, two = from_files(tmp_path)
    assert (one.applicant.name, one.applicant.email, two.name, two.applicant.name) == ("Z", "c@example.jp", "two", "Z")


def test_places_are_those_of_the_values(tmp_path: pathlib.Path) -> None:
    text_file(
        tmp_path,
        """\
        version: 1
        defaults:
          customer_code: SG1
          applicant: {name: A, department: B, email: nobody, phone: "03-1"}
        orders:
          - name: one
            common_name: one.example.jp
            product: quick_ssl
            usage: other
            term: 6 months
            terms_agreed: true
            csr_origin: target
            host: web1
            key:
              path: one.key
            approval_email: admin@example.jp
          - {name: two, colour: red}
        """,
    )
    assert told(refused(tmp_path))[:4] == [
        ("a.yml:3:3", "CUSTOMER-CODE", "one, two", "customer_code"),
        ("a.yml:4:39", "VALUE-TYPE", "one, two", "applicant.email"),
        ("a.yml:15:7", "PATH-ABSOLUTE", "one", "key.path"),
        ("a.yml:17:5", "KEY-MISSING", "two", "common_name"),
    ]
    assert ("a.yml:17:17", "KEY-UNKNOWN", "two", "colour") in told(refused(tmp_path))


def test_no_file_hides_another(tmp_path: pathlib.Path) -> None:
    text_file(tmp_path, "version: 1\norders: [\n", "a.yml")
    (tmp_path / "b.yml").write_bytes(b"\xff\xfe\x00")
    text_file(tmp_path, "version: 2\norders: {}\nextra: 1\n", "c.yml")
    text_file(tmp_path, "- just a list\n", "d.yml")
    text_file(tmp_path, "version: 1\norders:\n  - name: x\n    name: y\n  - no mapping\n", "e.yml")
    written(tmp_path, OV | {"term": "never"}, name="f.yml")
    assert [row[:2] for row in told(refused(tmp_path)) if row[1] != "KEY-MISSING"] == [
        ("a.yml:3:1", "YAML-SYNTAX"),
        ("b.yml", "FILE-UNREADABLE"),
        ("c.yml:1:1", "VALUE-CHOICE"),
        ("c.yml:2:1", "VALUE-TYPE"),
        ("c.yml:3:1", "KEY-UNKNOWN"),
        ("d.yml:1:1", "FILE-CONTENT"),
        ("e.yml:4:5", "YAML-DUPLICATE-KEY"),
        ("e.yml:5:5", "VALUE-TYPE"),
        ("f.yml:4:3", "VALUE-CHOICE"),
    ]


def test_folders_without_order_files(tmp_path: pathlib.Path) -> None:
    assert [complaint.rule for complaint in refused(tmp_path)] == ["FILE-NONE"]
    assert [complaint.rule for complaint in refused(tmp_path / "nowhere")] == ["FILE-UNREADABLE"]


def test_templates_are_rendered_value_by_value(tmp_path: pathlib.Path) -> None:
    written(tmp_path, OV | {"host": "{{ front }}"})
    reader = dc.replace(READER, render=lambda text: text.replace("{{ front }}", "web9"))
    reading = read_folder(str(tmp_path), reader)
    assert judge_orders(reading, day=TODAY).accept()[0].host == "web9"


def test_a_template_that_fails_is_told_with_its_place(tmp_path: pathlib.Path) -> None:
    def render(text: str) -> str:
        raise ValueError("'front' is undefined")

    written(tmp_path, OV | {"host": "{{ front }}"})
    (complaint,) = refused(tmp_path, render=render)
    assert (complaint.rule, complaint.field) == ("TEMPLATE", "orders[0].host")
    assert "'front' is undefined" in complaint.render("en")


VAULTED = "$ANSIBLE_VAULT;1.1;AES256\n6162"


def test_vaulted_values_are_used_and_never_shown(tmp_path: pathlib.Path) -> None:
    file = written(tmp_path, OV | {"customer_code": "HIDDEN"})
    block = "!vault |\n      " + VAULTED.replace("\n", "\n      ")
    file.write_text(file.read_text().replace("HIDDEN", block))
    reader = dc.replace(READER, decrypt=lambda text: "secret-web" if text.split() == VAULTED.split() else "?")
    (complaint,) = refused(tmp_path, decrypt=reader.decrypt)
    assert complaint.rule == "CUSTOMER-CODE" and "secret-web" not in complaint.render("en") + complaint.render("ja")


def test_a_vault_that_does_not_open_is_told_with_its_place(tmp_path: pathlib.Path) -> None:
    text_file(tmp_path, f"version: 1\norders:\n  - name: !vault |\n      {VAULTED.splitlines()[0]}\n")
    assert told(refused(tmp_path)) == [("a.yml:3:11", "VAULT", None, "")]
    text_file(tmp_path, VAULTED)
    assert told(refused(tmp_path)) == [("a.yml", "VAULT", None, "")]


def test_a_whole_file_may_be_vaulted(tmp_path: pathlib.Path) -> None:
    plain = written(tmp_path, OV).read_text()
    (tmp_path / "orders.yml").write_text(VAULTED)
    reading = read_folder(str(tmp_path), dc.replace(READER, decrypt=lambda _text: plain))
    assert judge_orders(reading, day=TODAY).accept()[0].common_name == "www.example.jp"
    (complaint,) = refused(tmp_path, decrypt=lambda _text: plain.replace("SG00000001", "SG1"))
    assert "SG1" not in complaint.render("en")


def test_what_was_vaulted_is_shown_by_no_report_and_no_inventory(tmp_path: pathlib.Path) -> None:
    plain = written(tmp_path, OV | {"common_name": "WWW.example.jp"}).read_text()
    (tmp_path / "orders.yml").write_text(VAULTED)
    reading = read_folder(str(tmp_path), dc.replace(READER, decrypt=lambda _text: plain))
    orders = judge_orders(reading, day=TODAY).accept()
    assert orders[0].common_name == "www.example.jp"
    (host,) = list_hosts(orders)
    assert host.name == "web1" and "/etc/pki" not in str(host) and "www.example.jp" not in str(host)
    made = make_plan(orders, observe(DeskInMemory(), orders, portfolio="p"), portfolio="p")
    (row,) = describe_plan(
        made, Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT), planned=True
    )["orders"]
    assert row["common_name"] == "(vaulted)"


def test_the_report_reads_well_in_both_languages(tmp_path: pathlib.Path) -> None:
    written(tmp_path, DV | {"product": "quick_sll"})
    complaints = refused(tmp_path)
    file = tmp_path / "orders.yml"
    english, japanese = report(complaints, "en"), report(complaints, "ja")
    assert english.splitlines()[0] == "1 problem; nothing was ordered or changed."
    assert english.splitlines()[1] == (
        f"{file}:13:3: order blog: product: 'quick_sll' is not a product (品目). [PRODUCT-UNKNOWN]"
    )
    assert "    to do: Did you mean quick_ssl?" in english.splitlines()
    assert japanese.splitlines()[0] == "問題が1件あります。注文や変更は行っていません。"
    assert "    対処: quick_ssl のことですか。" in japanese.splitlines()


def strings(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        yield value
    elif dc.is_dataclass(value) and not isinstance(value, type):
        yield from (text for field in dc.fields(value) for text in strings(getattr(value, field.name)))
    elif isinstance(value, (tuple, list)):
        yield from (text for below in value for text in strings(below))


def test_a_text_that_is_marked_unsafe_is_a_text_like_another(tmp_path: pathlib.Path) -> None:
    """Ansible takes no other into its variables."""
    plain = written(tmp_path, OV).read_text()
    values = {str(value) for value in (OV["name"], OV["host"], OV["common_name"], OV["key"]["path"], OV["term"])}
    text = re.sub(rf": ({'|'.join(map(re.escape, values))})\n", r": !unsafe '\1'\n", plain)
    assert text.count("!unsafe") >= 5
    (tmp_path / "orders.yml").write_text(text)
    (order,) = judge_orders(read_folder(str(tmp_path), READER), day=TODAY).accept()
    assert {type(text) for text in strings(order)} == {str}
    (tmp_path / "orders.yml").write_text(VAULTED)
    reading = read_folder(str(tmp_path), dc.replace(READER, decrypt=lambda _text: text))
    (sealed,) = judge_orders(reading, day=TODAY).accept()
    assert isinstance(sealed.common_name, Vaulted), "in a file that is vaulted as a whole it is sealed, too"

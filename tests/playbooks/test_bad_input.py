# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input and guards: all complaints at once, no order sent, nothing bought, and an exit status that says so."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import RecordingProxy

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

WRONG_FILES = {
    "a-syntax.yml": "version: 1\norders:\n  - name: [www\n",
    "b-shape.yaml": "version: 2\nodrers: []\norders: none\n",
    "c-fields.yml": """\
version: 1
defaults:
  customer_code: SG1
  term: 6 months
  usage: other
  terms_agreed: false
  subject: {state_or_province_name: Tokyo, locality_name: Chiyoda-ku, organization_name: Example <Co.>}
  applicant: {name: Web Operations, department: Infrastructure, email: certs@example.jp, phone: "03-1"}
orders:
  - name: star
    common_name: "*.example.jp"
    product: sureserver_cloud
    csr_origin: service
  - name: mail
    common_name: mail.example.jp
    product: quick_sll
    csr_origin: service
  - name: mail
    common_name: mail2.example.jp
    product: quick_ssl
    csr_origin: target
    key: {path: relative/mail.key}
    approval_email: taro@example.jp
    certificate_transparency: true
    colour: green
  - name: address
    common_name: 192.0.2.1
    product: quick_ssl
    csr_origin: service
""",
    "d-twice.yml": "version: 1\norders:\n  - name: x\n    name: y\n",
    "below/e-template.yml": "version: 1\norders:\n  - name: '{{ nobody_knows }}'\n",
    "below/f-binary.yml": "version: 1\norders: \x00\n",
}
# File, line, rule, and a word of what is allowed or to be done.
EXPECTED = {
    ("a-syntax.yml", 4, "YAML-SYNTAX"),
    ("b-shape.yaml", 1, "VALUE-CHOICE"),
    ("b-shape.yaml", 2, "KEY-UNKNOWN"),
    ("b-shape.yaml", 3, "VALUE-TYPE"),
    ("c-fields.yml", 3, "CUSTOMER-CODE"),
    ("c-fields.yml", 6, "TERMS-AGREED"),
    ("c-fields.yml", 7, "DN-CHARACTERS"),
    ("c-fields.yml", 11, "PRODUCT-WILDCARD"),
    ("c-fields.yml", 16, "PRODUCT-UNKNOWN"),
    ("c-fields.yml", 18, "NAME-DUPLICATE"),
    ("c-fields.yml", 18, "KEY-MISSING"),
    ("c-fields.yml", 27, "COMMON-NAME"),
    ("c-fields.yml", 22, "PATH-ABSOLUTE"),
    ("c-fields.yml", 23, "APPROVAL-EMAIL-ADDRESS"),
    ("c-fields.yml", 24, "TRANSPARENCY-UNUSED"),
    ("c-fields.yml", 25, "KEY-UNKNOWN"),
    ("d-twice.yml", 4, "YAML-DUPLICATE-KEY"),
    ("below/e-template.yml", 3, "TEMPLATE"),
}

JAPANESE = """\
- hosts: localhost
  gather_facts: false
  tasks:
    - iij.server_certificate.cert_portfolio: {order_files: "{{ certificate_orders }}", lang: ja}
"""


def complaints(run: Run, site: Site, action: str = "cert_portfolio") -> list[dict[str, t.Any]]:
    """The complaints of the one task that refused, with files as the user knows them."""
    found: list[dict[str, t.Any]] = run.of(action)["complaints"]
    for complaint in found:
        complaint["file"] = complaint["file"].removeprefix(f"{site.orders}/")
    return found


def test_every_mistake_is_told_at_once_and_no_order_is_sent(site: Site) -> None:
    for name, text in WRONG_FILES.items():
        site.write(f"orders/{name}", text)
    site.write_orders(site.here("good"), file="z-good.yml")
    with RecordingProxy(site.desk.url) as line:
        runs = [site.run(name, fails=True, IIJ_CERT_DESK_URL=line.url) for name in ("plan", "apply", "collect")]
        runs.append(site.run("status", fails=True, IIJ_CERT_DESK_URL=line.url))
    # The desk is asked for its list while the order files are read, and for nothing else.
    asked = set(re.findall(rb"([A-Z]+ /\S*?)(?:\?\S*)? HTTP/1.1\r", line.traffic))
    assert (asked, site.desk.purchases()) == ({b"GET /api/v1/applications"}, [])
    for run, action in zip(runs, [*["cert_portfolio"] * 3, "cert_application_info"], strict=True):
        found = complaints(run, site, action)
        assert {(c["file"], c["line"], c["rule"]) for c in found} >= EXPECTED
        places = [(c["file"], c["line"], c["column"]) for c in found]
        assert {c["file"] for c in found} == set(WRONG_FILES)
        assert places == sorted(places, key=lambda place: (str(site.orders / place[0]), *place[1:]))
        for complaint in found:
            assert complaint["wrong"], complaint
            assert complaint["todo"] or complaint["allowed"], complaint
            assert complaint["source"], complaint
    said = runs[1].output
    errors = [complaint for complaint in found if complaint["severity"] == "error"]
    assert f"{len(errors)} problems; nothing was ordered or changed." in said
    assert re.search(r"c-fields\.yml:16:\d+: order mail: product: .*quick_sll", said)
    assert "Did you mean quick_ssl?" in said


def test_complaints_in_japanese(site: Site) -> None:
    site.write_orders({**site.here("www"), "product": "quick_sll"})
    playbook = site.write("ja.yml", JAPANESE)
    run = site.run(str(playbook), fails=True)
    (found,) = complaints(run, site)
    assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", found["wrong"])
    assert "問題が1件あります" in run.of("cert_portfolio")["msg"]


def test_no_orders_at_all(site: Site) -> None:
    (site.folder / "empty").mkdir()
    for source, rule in (("nowhere", "FILE-UNREADABLE"), ("empty", "FILE-NONE")):
        run = site.run("apply", "-e", f"certificate_orders={site.folder / source}", fails=True)
        (found,) = run.of("cert_portfolio")["complaints"]
        assert found["rule"] == rule


def linked(service: str, name: str = "gate") -> dict[str, t.Any]:
    product = "secure_server_id_cloud" if service == "managed_waf_link" else "secure_server_id"
    entry = sample.linked_fields(
        name=name, common_name=f"{name}.example.jp", product=product, linked_contract={"service": service}
    )
    return {**entry, "term": "6 months"}


def test_linked_contracts_are_looked_up_before_anything_is_submitted(site: Site) -> None:
    waf, idg, cdn = (
        linked("managed_waf_link", "waf"),
        linked("id_gateway", "idg"),
        linked("gio_content_acceleration", "cdn"),
    )
    cdn["product"] = "secure_server_id_cloud"
    site.write_orders(site.here("api"), waf, idg, cdn)
    with RecordingProxy(site.desk.url) as line:
        run = site.run("apply", fails=True, IIJ_CERT_DESK_URL=line.url)
    assert (site.desk.purchases(), b"POST" in line.traffic) == ([], False)
    found = {c["order"]: c for c in complaints(run, site)}
    assert {name: c["rule"] for name, c in found.items()} == {
        "waf": "LINKED-CONTRACT-SEVERAL", "idg": "LINKED-CONTRACT-NONE",
    }  # fmt: skip
    for candidate in ("rmw00000001 (Rehearsal WAF, first group)", "rmw00000002 (Rehearsal WAF, second group)"):
        assert candidate in found["waf"]["allowed"]
        assert candidate in run.output
    assert all(c["file"] == "web.yml" and c["line"] > 1 for c in found.values())
    waf["linked_contract"] = {"service": "managed_waf_link", "contract_id": "rmw00000009"}
    site.write_orders(waf, cdn)
    (unlisted,) = complaints(site.run("apply", fails=True), site)
    assert unlisted["rule"] == "LINKED-CONTRACT-UNLISTED"
    assert "rmw00000001" in unlisted["allowed"]
    waf["linked_contract"]["contract_id"] = "rmw00000002"
    site.write_orders(waf, cdn)
    with RecordingProxy(site.desk.url) as line:
        site.run("apply", IIJ_CERT_DESK_URL=line.url)
    sent = re.findall(rb"(?:GET|POST) /api/v1/(\S+)", line.traffic)
    looked_up = [place for place, request in enumerate(sent) if request.startswith(b"linked-contracts")]
    assert max(looked_up) < sent.index(b"applications")
    assert {row["linked_contract_id"] for row in site.desk.list_applications().values()} == {
        "rmw00000002",
        "rga00000001",
    }


def test_more_new_orders_than_allowed(site: Site) -> None:
    site.write_orders(site.here("a"), site.here("b"))
    for arguments in ((), ("--check",)):
        run = site.run("apply", "-e", "certificate_max_new_orders=1", *arguments, fails=True)
        (found,) = complaints(run, site)
        assert (found["rule"], site.desk.purchases()) == ("MAX-NEW-ORDERS", [])
    site.run("apply", "-e", "certificate_max_new_orders=2")
    assert len(site.desk.purchases()) == 2


def test_a_term_that_is_not_on_offer_buys_nothing_at_all(site: Site) -> None:
    site.write_orders(site.here("a"), site.here("b", term="1 year"))
    (found,) = complaints(site.run("apply", fails=True), site)
    assert (found["rule"], found["order"], site.desk.purchases()) == ("PRODUCT-NOT-OFFERED", "b", [])


def test_what_is_already_ordered_elsewhere_is_not_bought_again(site: Site) -> None:
    site.write_orders(site.here("www"))
    site.run("apply")
    site.write_orders(site.here("web", common_name="www.example.jp"))
    run = site.run("apply", "-e", "certificate_portfolio=other", fails=True)
    (found,) = complaints(run, site)
    assert (found["rule"], len(site.desk.purchases())) == ("ALREADY-ORDERED", 1)
    site.write_orders(site.here("web", common_name="www.example.jp", duplicate_of="rsc00000001"))
    site.run("apply", "-e", "certificate_portfolio=other")
    assert site.desk.purchases() == ["default/www/1", "other/web/1"]


@pytest.mark.parametrize("playbook", ["apply", "collect"])
def test_a_limit_without_the_controller_is_no_quiet_success(site: Site, playbook: str) -> None:
    site.write_orders(site.target("www", "web1"), site.target("bank", "web2"))
    run = site.run(playbook, "--limit", "web1:web2", fails=True)
    assert [task.action for task in run.tasks] == ["meta", "fail"]
    assert "Add localhost to --limit." in run.tasks[-1].result["msg"]
    assert site.desk.purchases() == []

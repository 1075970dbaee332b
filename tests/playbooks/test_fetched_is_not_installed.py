# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate that was fetched is open until its host has it: plan and status name it, whatever the desk says."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.tests.playbooks.test_files_on_hosts import stand_in

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site


def standings(site: Site, **environment: str) -> tuple[dict[str, str], dict[str, int]]:
    """Where status says that each order stands, and what plan counts."""
    rows = site.run("status", **environment).of("cert_application_info")["orders"]
    counts = site.run("plan", **environment).of("cert_portfolio")["counts"]
    return {row["name"]: row["standing"] for row in rows}, {name: n for name, n in counts.items() if n}


def issued(site: Site, *orders: dict[str, t.Any]) -> None:
    site.write_orders(*orders)
    site.run("apply")
    site.desk.ca_work()


def collect(site: Site, **how: t.Any) -> Run:
    return site.run("collect", **how)


def test_an_installation_that_failed_stays_open(site: Site) -> None:
    www, key = site.target("www", "web1"), site.at("web1", "www.key")
    issued(site, www, site.target("bank", "web2"))
    key.rename(key.with_suffix(".away"))
    collect(site, fails=True)
    assert all(row["downloaded_at"] for row in site.desk.list_applications().values())
    assert standings(site) == ({"www": "to_collect", "bank": "done"}, {"to_collect": 1, "done": 1})
    key.with_suffix(".away").rename(key)
    assert ("web1", "certificate_install") in collect(site).changed()
    assert standings(site) == ({"www": "done", "bank": "done"}, {"done": 2})
    # What is wanted elsewhere is not there yet, on the same host or on another.
    site.write_orders(
        {**www, "install": {"certificate": str(site.at("web1", "else.pem"))}}, site.target("bank", "web1")
    )
    assert standings(site)[0] == {"www": "to_collect", "bank": "to_collect"}


def test_without_a_word_of_the_host_nothing_is_claimed(site: Site) -> None:
    issued(site, site.target("www", "web1"))
    collect(site)
    (memory,) = (site.folder / "state").rglob("*.memory.jsonl")
    for wrong in ("", "nonsense\n[]\n{}\n" + '{"contract_id": 1}\n', "\xff\x00"):
        memory.write_text(wrong, encoding="latin-1")
        (row,) = site.run("status").of("cert_application_info")["orders"]
        assert (row["standing"], row["next_action"]) == ("done", "see whether its host has it (collect.yml)"), wrong
    run = site.run("plan")
    assert "fetched, but not known to be on their hosts: www" in run.of("cert_portfolio")["text"]
    assert not collect(site).changed()
    assert "not known to be" not in site.run("plan").of("cert_portfolio")["text"]


def test_a_certificate_never_lies_beside_the_key_of_another(site: Site) -> None:
    """IIJ made the key: until it is on the host, the certificate that is there stays."""
    www, place, key = site.here("www"), site.at("localhost", "www.pem"), site.at("localhost", "www.key")
    place.write_bytes(stand_in("www.example.jp"))
    before = place.read_bytes()
    issued(site, www)
    run = collect(site, fails=True)
    assert "the order names no key" in run.of("certificate_install")["msg"]
    assert place.read_bytes() == before
    (row,) = site.run("status").of("cert_application_info")["orders"]
    assert row["standing"] == "to_collect"
    assert row["next_action"].startswith("download the private key from the portal to its host, name it in key.path")
    made = site.desk.api("GET", "/applications/rsc00000001/private-key", token=site.desk.register_token)
    key.write_text(made["result"]["private_key"], encoding="utf-8")
    key.chmod(0o600)
    site.write_orders({**www, "key": {"path": str(key)}})
    collect(site)
    assert place.read_bytes() != before
    assert standings(site)[0] == {"www": "done"}


def test_an_order_that_has_drifted_from_its_registration_is_told(site: Site) -> None:
    www = site.target("www", "web1")
    issued(site, www, site.here("bank"))
    collect(site)
    assert "complaints" not in site.run("plan").of("cert_portfolio")
    other = {"organization_name": "Another Co., Ltd.", "state_or_province_name": "Tokyo", "locality_name": "Chiyoda-ku"}
    site.write_orders(
        {**www, "host": "web2", "subject": other}, {**site.here("bank"), "csr_origin": "target"} | key(site)
    )
    for playbook, action in (
        ("plan", "cert_portfolio"),
        ("status", "cert_application_info"),
        ("apply", "cert_portfolio"),
    ):
        found = {c["order"]: c for c in site.run(playbook).of(action)["complaints"]}
        assert {c["rule"] for c in found.values()} == {"REGISTRATION-DRIFT"}
        assert " was registered: host, subject." in found["www"]["wrong"]
        assert " was registered: csr_origin." in found["bank"]["wrong"]
        assert found["www"]["line"] > 1
    site.write_orders(www, site.here("bank"))
    assert "complaints" not in site.run("plan").of("cert_portfolio")


def key(site: Site) -> dict[str, t.Any]:
    return {"host": "web1", "key": {"path": str(site.at("web1", "bank.key"))}}

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide "Everyday changes", section by section, where no other test follows it: paths, organization, hosts."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds
from cryptography import x509
from cryptography.x509.oid import NameOID

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def organization_of(site: Site, name: str = "www") -> str:
    leaf = x509.load_pem_x509_certificate((site.hosts.folder / "web1" / f"{name}.pem").read_bytes())
    (attribute,) = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(attribute.value)


def test_other_paths_are_written_and_the_old_files_stay(site: Site) -> None:
    serial = site.first_certificate()
    old = pathlib.Path(site.fields["install"]["certificate"])
    site.fields["install"] = {**site.fields["install"], "certificate": str(old.with_name("elsewhere.pem"))}
    for _run in range(2):
        site.tasks.collect()
    new = x509.load_pem_x509_certificate(old.with_name("elsewhere.pem").read_bytes())
    assert f"{new.serial_number:x}" == serial
    assert old.read_bytes() == old.with_name("elsewhere.pem").read_bytes()
    site.tasks.apply()
    assert kinds(site.desk) == ["new"]


def test_the_files_at_paths_of_before_go_where_the_order_names_them(site: Site) -> None:
    site.first_certificate()
    old = pathlib.Path(site.fields["install"]["certificate"])
    site.fields["install"] = {**site.fields["install"], "certificate": str(old.with_name("elsewhere.pem"))}
    site.tasks.collect()
    site.fields["install"] |= {"was_at": [str(old)]}
    assert old.is_symlink()
    site.tasks.collect()
    assert not [path.name for path in old.parent.iterdir() if old.name in path.name]
    assert old.with_name("elsewhere.pem").exists()
    site.tasks.collect()


def test_another_organization_is_told_now_and_certified_at_the_next_renewal(site: Site) -> None:
    site.first_certificate()
    before = organization_of(site)
    site.fields["subject"] = {**site.fields["subject"], "organization_name": "Successor Co., Ltd."}
    told = site.tasks.apply()
    assert "REGISTRATION-DRIFT" in {line["rule"] for line in told["complaints"]}
    site.tasks.collect()
    assert (kinds(site.desk), organization_of(site)) == (["new"], before)
    site.days_before_end(28)
    site.tasks.renew()
    site.desk.ca_work()
    site.tasks.collect()
    assert (kinds(site.desk), organization_of(site)) == (["new", "renewal"], "Successor Co., Ltd.")


def test_a_host_out_of_service_keeps_its_files_and_its_contract_ends(site: Site) -> None:
    site.first_certificate()
    site.fields |= {"state": "cancelled", "contract_id": site.application()["contract_id"]}
    files = sorted(path.name for path in (site.hosts.folder / "web1").iterdir())
    for _run in range(2):
        site.tasks.apply()
        site.tasks.collect()
    assert site.application()["renewal"]["decision"] == "cancel"
    assert sorted(path.name for path in (site.hosts.folder / "web1").iterdir()) == files
    site.days_before_end(20)
    site.tasks.renew()
    assert kinds(site.desk) == ["new"]


def test_at_a_renewal_another_host_makes_the_next_key(site: Site) -> None:
    site.first_certificate()
    site.days_before_end(28)
    site.fields |= {field: value for field, value in site.hosts.place("web2", "www").items() if field != "csr_origin"}
    site.tasks = dc.replace(site.tasks, inventory=("localhost", "web1", "web2"))
    site.tasks.renew()
    site.desk.ca_work()
    site.tasks.collect()
    assert kinds(site.desk) == ["new", "renewal"]
    assert site.hosts.serial("web2", "www") == site.application()["serial_number"]
    assert site.hosts.key("web2", "www") != site.hosts.key("web1", "www")
    assert site.hosts.serial("web1", "www") != site.hosts.serial("web2", "www")

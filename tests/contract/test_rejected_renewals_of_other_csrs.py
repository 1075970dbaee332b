# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A renewal that the CA has rejected: each daily run fails until somebody has corrected the order, and then goes on.

Whatever the renewal changed: the order is compared with what was registered for it, not with the certificate in use.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def supply(site: Site, name: str) -> None:
    csr = site.hosts.folder / f"{name}.csr"
    csr.write_text(sample.csr_of(sample.new_key(), "www.example.jp"), encoding="utf-8")
    site.fields.update(csr_origin="supplied", csr_path=str(csr))
    for field in ("subject", "key", "install", "host"):
        site.fields.pop(field, None)


def supply_another(site: Site) -> t.Callable[[], None]:
    supply(site, "one")
    return lambda: supply(site, "two")


def supply_the_same(site: Site) -> t.Callable[[], None]:
    supply(site, "one")
    site.fields["renewal"] = {"when": "window", "key": "keep"}
    return lambda: None


def make_keys_here(site: Site) -> t.Callable[[], None]:
    own = {field: site.fields.pop(field) for field in ("key", "host", "csr_origin")}
    site.fields.pop("install")
    site.fields["csr_origin"] = "service"
    return lambda: site.fields.update(own)


def change_nothing(_site: Site) -> t.Callable[[], None]:
    return lambda: None


@pytest.mark.parametrize(
    "prepare", [change_nothing, supply_the_same, supply_another, make_keys_here], ids=lambda prepare: prepare.__name__
)
@pytest.mark.parametrize("remembered", [True, False])
def test_a_rejected_renewal_is_no_mended_one(
    desk: DeskControl,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    prepare: t.Callable[[Site], t.Callable[[], None]],
    remembered: bool,
) -> None:
    site = Site(desk, tmp_path)
    change = prepare(site)
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    site.days_before_end(29.5)
    change()
    assert not [each for each in site.tasks.renew().get("complaints", ()) if each["rule"] == "REGISTRATION-DRIFT"]
    desk.ca_reject("rsc00000001", reason="phone")
    for day in (27, 20, 12, 2):
        site.days_before_end(day)
        if not remembered:
            monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"runner-{day}"))
        assert site.tasks.renew()["left_out"]
        assert site.application()["procedure"]["state"] == "rejected"
    site.fields["applicant"] = {**sample.APPLICANT, "phone": "03-1111-2222"}
    if remembered:
        assert not site.tasks.renew()["left_out"]
        assert site.application()["procedure"]["state"] == "applied"
    assert kinds(desk) == ["new", "renewal"]


@pytest.mark.parametrize("prepare", [change_nothing, supply_the_same], ids=lambda prepare: prepare.__name__)
def test_what_iij_registers_by_itself_is_no_drift_of_the_order(
    desk: DeskControl, tmp_path: pathlib.Path, prepare: t.Callable[[Site], t.Callable[[], None]]
) -> None:
    site = Site(desk, tmp_path)
    prepare(site)
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    site.days_before_end(10)
    assert site.application()["procedure"]["opened_by"] == "silence"
    assert site.application()["procedure"]["csr_origin"] == "service"
    rules = [each["rule"] for each in site.tasks.renew().get("complaints", ())]
    assert "REGISTRATION-DRIFT" not in rules

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A renewal that the CA rejects is open: whoever corrects its order has it registered again, and keeps the key."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.private_files import find_state_folder
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import (
    Site,
    ca_rejected_the_renewal,
    kinds,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    site = Site(desk, tmp_path)
    ca_rejected_the_renewal(site)
    return site


@pytest.mark.parametrize("remembered", [True, False])
def test_what_the_ca_rejected_is_registered_again_once_it_is_corrected(site: Site, remembered: bool) -> None:
    """A runner that is new each day knows nothing of what was registered: there whoever corrects it runs apply."""

    def state_after(run: t.Callable[[], t.Any]) -> str:
        if not remembered:
            shutil.rmtree(find_state_folder())
        run()
        return str(site.application()["procedure"]["state"])

    assert state_after(site.tasks.renew) == "rejected"
    assert "correct what the CA rejects" in site.tasks.renew()["left_out"][0]
    site.fields["applicant"] = {**sample.APPLICANT, "phone": "+81-3-1111-1111"}
    assert state_after(site.tasks.renew) == ("applied" if remembered else "rejected")
    assert state_after(site.tasks.apply) == "applied"
    assert kinds(site.desk) == ["new", "renewal"]


def test_another_kind_of_key_takes_the_place_of_the_one_whose_csr_was_rejected(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    site = Site(desk, tmp_path, product="quick_ssl", approval_email="admin@example.jp", subject=None)
    ca_rejected_the_renewal(site)
    rejected = site.application()["procedure"]["public_key_fingerprint"]
    site.fields["key"] = {**site.fields["key"], "type": "ECDSA", "curve": "P-256"}
    site.tasks.renew()
    procedure = site.application()["procedure"]
    assert (procedure["state"], procedure["csr_origin"]) == ("applied", "customer")
    assert procedure["public_key_fingerprint"] != rejected
    site.desk.ca_work()
    site.tasks.renew()
    assert site.application()["current"]["downloaded_at"]

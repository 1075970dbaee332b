# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates of one service: one reload for all of them, and none that takes the others along."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_certificate as use_case
from ansible_collections.iij.server_certificate.plugins.module_utils._target import reloads
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, Authority
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec

NAMES: t.Final = ("blog", "shop", "www")


class Service:
    """A server whose configuration names the certificates of several sites; it starts only with all of them."""

    def __init__(self, folder: pathlib.Path, authority: Authority) -> None:
        self.log = folder / "log"
        self.sites = {name: Site(self._make(folder / name), authority, _make_key()) for name in NAMES}
        for name, site in self.sites.items():
            site.issue(f"{name}.example.jp")
        self.command = folder / "reload"
        needed = " && ".join(f"grep -q BEGIN {folder}/{name}/www.pem" for name in NAMES)
        self.command.write_text(f"#!/bin/sh\necho reload >> {self.log}\n{needed}\n")
        self.command.chmod(0o755)

    @staticmethod
    def _make(folder: pathlib.Path) -> pathlib.Path:
        folder.mkdir()
        return folder

    def orders(self, **install: t.Any) -> list[dict[str, t.Any]]:
        more = {"reload": str(self.command), **install}
        return [
            site.order(name=name, common_name=f"{name}.example.jp", install=more) for name, site in self.sites.items()
        ]

    def install(self, *names: str, **install: t.Any) -> t.Any:
        """Give the host the certificates of these sites."""
        given = {name: self.sites[name].contents for name in names}
        orders = [order for order in self.orders(**install) if order["name"] in names]
        return use_case.ensure_all(orders, handover=use_case.Handover(given), now=NOW, check=False)

    @property
    def installed(self) -> set[str]:
        return {name for name, site in self.sites.items() if (site.folder / "www.pem").exists()}

    def count_reloads(self) -> int:
        return self.log.read_text().count("reload\n")


def _make_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def service(tmp_path: pathlib.Path, site: Site) -> Service:
    (tmp_path / "service").mkdir()
    return Service(tmp_path / "service", site.authority)


def test_certificates_that_one_configuration_names_come_together(service: Service) -> None:
    harvest = service.install(*NAMES)
    assert not harvest.failures and service.installed == set(NAMES)
    assert service.count_reloads() == 1
    written = ("write_chain", "write_full_chain", "write_certificate", "reload")
    assert [outcome.actions for outcome in harvest.outcomes] == [written] * 3
    assert not any(outcome.begun or outcome.unproved for outcome in harvest.outcomes)
    again = service.install(*NAMES)
    assert not any(outcome.changes for outcome in again.outcomes) and service.count_reloads() == 1


def test_where_one_is_missing_still_none_comes(service: Service) -> None:
    harvest = service.install("shop", "www")
    assert [failure.name for failure in harvest.failures] == ["shop", "www"] and not harvest.outcomes
    assert service.installed == set(), "what was there before is back"
    assert all(str(service.command) in failure.fault.message("en") for failure in harvest.failures)
    assert not harvest.left_changes


@pytest.mark.parametrize("backup", [False, True])
def test_one_that_the_service_will_not_have_takes_no_other_along(service: Service, backup: bool) -> None:
    service.install(*NAMES)
    before = service.sites["shop"].contents
    for name, site in service.sites.items():
        site.issue(f"{name}.example.jp", since=NOW)
    refused = service.log.with_name("refused")
    refused.write_text(service.sites["shop"].contents["certificate"])
    service.command.write_text(f"#!/bin/sh\n! cmp -s {refused} {service.sites['shop'].folder}/www.pem\n")
    harvest = service.install(*NAMES, backup=backup)
    assert [failure.name for failure in harvest.failures] == ["shop"] and harvest.total == 3
    assert not harvest.left_changes and all("write_certificate" in outcome.actions for outcome in harvest.outcomes)
    assert [outcome.wanted.name for outcome in harvest.outcomes] == ["blog", "www"]
    shown = {name: (site.folder / "www.pem").read_text() for name, site in service.sites.items()}
    expected = {name: service.sites[name].contents["certificate"] for name in ("blog", "www")}
    assert shown == {**expected, "shop": before["certificate"]}


def test_what_is_not_served_after_the_reload_goes_back_alone(service: Service) -> None:
    """No server listens there."""
    orders = service.orders()
    orders[1]["install"]["prove"] = {"port": 1, "timeout": 1}
    given = {name: service.sites[name].contents for name in NAMES}
    harvest = use_case.ensure_all(orders, handover=use_case.Handover(given), now=NOW, check=False)
    assert [failure.name for failure in harvest.failures] == ["shop"]
    assert service.installed == {"blog", "www"}


@pytest.mark.parametrize("together", [True, False])
def test_a_run_that_is_killed_between_is_completed(
    service: Service, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    class Killed(BaseException):
        pass

    def kill(_shown: t.Iterable[t.Any]) -> t.NoReturn:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(reloads, "reload_together", kill)
        service.install(*NAMES)
    assert service.installed == set(NAMES) and not service.log.exists(), "shown, and not served yet"
    groups = [NAMES] if together else [[name] for name in NAMES]
    for names in groups:
        harvest = service.install(*names)
        assert not harvest.failures
        assert all(outcome.actions == ("complete_swap", "reload") for outcome in harvest.outcomes)
    assert service.count_reloads() == len(groups)
    assert not any(outcome.changes for outcome in service.install(*NAMES).outcomes)

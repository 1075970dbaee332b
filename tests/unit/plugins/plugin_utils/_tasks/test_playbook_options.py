# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that a task does not take are told by the variable of the playbook, in both languages."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils import _argspec
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_options import (
    _name_variable,
    require_fitting,
    require_in_range,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase

PLAYBOOKS: t.Final = pathlib.Path(__file__).resolve().parents[5] / "playbooks"


def refusal(module: str, **arguments: t.Any) -> Phrase:
    with pytest.raises(OptionsWrong) as refused:
        require_fitting(getattr(_argspec, module)(), arguments)
    return refused.value.message


CASES: t.Final = {
    "one of": ("application_record", {}),
    "number": ("cert_portfolio", {"budget": "much"}),
    "bool": ("cert_portfolio", {"quote": "perhaps"}),
    "choice": ("cert_portfolio", {"complaints_form": "xml"}),
    "mapping": ("cert_portfolio", {"prices": "prices.yml"}),
    "together": ("certificate_install", {"plan_digest": "abc"}),
    "either": ("portal_doctor", {"saved_pages": "a", "record_path": "b"}),
}
RECORDS: t.Final = "certificate_records, certificate_records_file, certificate_listing, certificate_inbox"
FORMS: t.Final = "json, sarif, github, gitlab"
TOLD: t.Final = {
    "one of": (f"Name one of these: {RECORDS}", f"次のいずれかを指定してください: {RECORDS}"),
    "number": (
        "certificate_budget is 'much', and must be a whole number",
        "certificate_budget の値 'much' は整数ではありません",
    ),
    "bool": (
        "certificate_quote is 'perhaps', and must be true or false",
        "certificate_quote の値 'perhaps' は true でも false でもありません",
    ),
    "choice": (
        f"certificate_complaints_form is 'xml', and must be one of these: {FORMS}",
        f"certificate_complaints_form の値 'xml' は使えません。次のいずれかを指定してください: {FORMS}",
    ),
    "mapping": (
        "certificate_prices is 'prices.yml', and must be a mapping: write it into a file and name that with -e @FILE",
        (
            "certificate_prices の値 'prices.yml' はマッピングではありません。"
            "ファイルに書き、-e @ファイル で指定してください"
        ),
    ),
    "together": (
        "certificate_plan_digest works only together with certificate_plan_file",
        "certificate_plan_digest は certificate_plan_file と一緒に指定してください",
    ),
    "either": (
        "Name only one of these: certificate_saved_pages, certificate_record_file",
        "同時に指定できるのは、次のうち1つだけです: certificate_saved_pages, certificate_record_file",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_value_that_does_not_fit_is_told_by_its_variable(case: str) -> None:
    module, arguments = CASES[case]
    assert refusal(module, order_files="o", **arguments) == TOLD[case]


def test_a_wrong_variable_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IIJ_CERT_REQUEST_INTERVAL", "slow")
    monkeypatch.setenv("IIJ_CERT_DESK", "phone")
    assert refusal("cert_portfolio", order_files="o").en == (
        "IIJ_CERT_DESK is 'phone', and must be one of these: api, portal, by_hand; "
        "IIJ_CERT_REQUEST_INTERVAL is 'slow', and must be a number"
    )


def test_a_secret_is_not_shown() -> None:
    assert "s3cret" not in refusal("cert_portfolio", order_files="o", template_variables="s3cret").en


def test_what_fits_is_taken() -> None:
    require_fitting(_argspec.cert_portfolio(), {"order_files": "o", "budget": "3", "quote": "yes", "not_booked": "a,b"})


@pytest.mark.parametrize("playbook", sorted(PLAYBOOKS.glob("*.yml")), ids=lambda path: path.stem)
def test_an_option_is_known_by_the_variable_that_its_playbook_gives_it(playbook: pathlib.Path) -> None:
    given = re.findall(r'^        (\w+): "\{\{ (certificate_\w+) \| default', playbook.read_text("utf-8"), re.MULTILINE)
    assert [(option, _name_variable(option)) for option, _variable in given] == given


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [
        ("concurrency", 0, 1),
        ("request_timeout", 0, 1),
        ("max_new_orders", -1, 0),
        ("max_renewals", -1, 0),
        ("budget", -1, 0),
        ("request_interval", -0.5, 0),
        ("listing_lag", float("inf"), 0),
        ("settle_after", float("nan"), 0),
    ],
)
def test_a_number_that_means_nothing_is_refused_before_any_work(name: str, value: float, least: int) -> None:
    spec = _argspec.cert_portfolio()
    with pytest.raises(OptionsWrong) as refused:
        require_in_range(spec, {name: value}, {name: value})
    assert refused.value.message.en == f"{_name_variable(name)} is {value}, and must be {least} or more"
    require_in_range(spec, {}, {name: least})

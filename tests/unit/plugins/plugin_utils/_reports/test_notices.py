# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people are told is due."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.notices import make_notice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.notifying import make_body
from statuses import SHOWN, a_status


def test_what_is_due_is_told_by_person():
    notice = make_notice(a_status())
    assert notice
    assert notice.subject == "Certificates: 4 things due (p)"
    parts = notice.text.split("\n\n")
    assert [part.splitlines()[0] for part in parts] == ["[group admin]", "[service admin]"]
    assert "www (www.example.jp)" in notice.text
    assert "expired on 2026-11-20" in notice.text
    assert "certs@example.jp" not in notice.text


def test_it_is_told_in_japanese_too():
    notice = make_notice(a_status(lang="ja"))
    assert notice
    assert notice.subject == "証明書: 対応が必要な項目 4 件 (p)"
    assert "サービスの運用管理担当者" in notice.text


def test_nothing_is_told_where_nothing_is_due():
    far = {"state": SHOWN["blog"]["state"], "deadline": None, "not_after": dt.datetime(2027, 5, 20, tzinfo=dt.UTC)}
    quiet = dict.fromkeys(SHOWN, far)
    status = a_status(**quiet)
    assert make_notice(status) is None
    assert make_notice(status | {"as_of": "2027-05-15T00:00:00Z"}), "half a year later by the desk's clock"


def test_a_short_life_is_told_of_in_its_last_third():
    begun, ends = dt.datetime(2026, 11, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, 17, tzinfo=dt.UTC)
    far = {"state": SHOWN["blog"]["state"], "deadline": None, "not_before": begun, "not_after": ends}
    quiet = dict.fromkeys(SHOWN, far)
    assert make_notice(a_status(**quiet)) is None  # 25 days left of 46


def silent(name: str, day: str, amount: int | None) -> dict[str, t.Any]:
    own = {"contract_id": f"rsc-{name}", "common_name": f"{name}.jp", "order": name, "update_by": day}
    return {**own, "day": day, "at": f"{day}T05:00:00Z", "yen": amount}


def test_a_renewal_by_silence_is_told_with_day_and_yen():
    document = a_status()
    document["orders"] = []
    document["silent"] = [silent("api", "2026-12-01", 30000), silent("far", "2026-12-02", None)]
    notice = make_notice(document)
    assert notice
    assert "api (api.jp) by itself on 2026-12-01 for 30,000 yen" in notice.text
    assert "far" not in notice.text


@pytest.mark.parametrize(
    ("moment", "days"), [("2026-11-21T21:00:00Z", 9), ("2026-11-22T14:59:00Z", 9), ("2026-11-21T14:00:00Z", 10)]
)
def test_the_days_before_a_renewal_by_silence_are_those_of_japan(moment: str, days: int):
    """Daily runs are early in the morning, when it is the day before at Greenwich."""
    document = {**a_status(), "orders": [], "as_of": moment, "silent": [silent("api", "2026-12-01", None)]}
    assert (make_notice(document) is not None) == (days <= 9)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_hundreds_of_things_due_fit_into_a_chat(lang: str):
    """Slack cuts what is too long, Mattermost and Teams refuse it, and people would be told of nothing."""
    document = a_status(lang=lang)
    (late, *_) = (row for row in document["orders"] if make_notice({**document, "orders": [row]}))
    document["orders"] += [{**late, "name": f"www-{number}"} for number in range(400)]
    document["silent"] = [silent(f"api-{number}", "2026-12-01", 30000) for number in range(300)]
    notice = make_notice(document)
    assert notice
    whole = make_body(notice, "json")["text"]
    assert whole == notice.text
    for form in ("slack", "mattermost", "teams"):
        body = json.dumps(make_body(notice, form))
        assert len(body) <= 14_000
        assert "api-0 (api-0.jp)" in body, "what costs money by itself comes first"
        assert body.count("30,000") < 300
    heads = [line for line in whole.splitlines() if line.startswith("[")]
    assert [line for line in notice.short.splitlines() if line.startswith("[")] == heads


def test_a_status_that_cannot_be_read_is_told():
    notice = make_notice({**a_status(), "orders": [], "silent": [], "error": "the desk\ncannot be reached"})
    assert notice
    assert "cannot be reached" in notice.text

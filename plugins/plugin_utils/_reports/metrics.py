# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A document as OpenMetrics text: when certificates expire, deadlines, who is waited for, and when somebody looked."""

from __future__ import annotations

import collections
import datetime as dt
import typing as t

from .._planning.steps import Standing
from .._values.observed import State
from .dates import Kind, list_dates
from .people import ACTORS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .rows import Row

# In one language: files that a collector reads together must not differ in these words.
_HELP: t.Final = {
    "certificate_expiry_timestamp_seconds": "When the order's certificate expires.",
    "certificate_expiry_alert_timestamp_seconds": "From when on the expiry is worth an alert.",
    "certificate_deadline_timestamp_seconds": "When the last day for something that has to happen has passed.",
    "certificate_deadline_alert_timestamp_seconds": "From when on the deadline is worth an alert.",
    "certificate_late_days": "Days that a stage of the order's work is late.",
    "certificate_silent_renewal_timestamp_seconds": "When IIJ renews a contract that nobody has ordered or cancelled.",
    "certificate_orders_waiting": "Orders that wait for somebody, by who has to act.",
    "certificate_orders": "Orders by the state of their application.",
    "certificate_unmanaged_applications": "Live applications that no order names.",
    "certificate_status_timestamp_seconds": "When the desk was looked at.",
}
_DATES: t.Final = {
    Kind.EXPIRY: "certificate_expiry_timestamp_seconds",
    Kind.DEADLINE: "certificate_deadline_timestamp_seconds",
    Kind.SILENT: "certificate_silent_renewal_timestamp_seconds",
}
_ALERTS: t.Final = {
    Kind.EXPIRY: "certificate_expiry_alert_timestamp_seconds",
    Kind.DEADLINE: "certificate_deadline_alert_timestamp_seconds",
}
_LATE: t.Final = "certificate_late_days"
_STATES: t.Final = ("planned", *State)
_LABELS: t.Final = ("common_name", "contract_id", "product")

Samples = dict[str, list[tuple[dict[str, str], float]]]


def render_metrics(document: Row) -> str:
    """Render the metrics; every series names its portfolio, so that several files can lie side by side."""
    own = {"portfolio": document["portfolio"], **({"slice": document["slice"]} if document["slice"] else {})}
    samples = _samples(document)
    lines = [line for name, words in _HELP.items() for line in _family(name, words, samples[name], own)]
    return "\n".join([*lines, "# EOF", ""])


def _samples(document: Row) -> Samples:
    orders = document["orders"]
    states = collections.Counter(row["state"] for row in orders)
    actors = collections.Counter(row["next_action_by"] for row in orders if row["standing"] == Standing.WAITING)
    result: Samples = {
        "certificate_orders_waiting": [({"next_action_by": actor}, actors[actor]) for actor in ACTORS],
        "certificate_orders": [({"state": str(state)}, states[state]) for state in _STATES],
        "certificate_unmanaged_applications": [({}, len(document["unmanaged"]))],
        "certificate_status_timestamp_seconds": [({}, dt.datetime.fromisoformat(document["made_at"]).timestamp())],
        **{name: [] for name in (_LATE, *_ALERTS.values(), *_DATES.values())},
    }
    for date in list_dates(document):
        labels = _labels(date.row) | ({"kind": date.what} if date.kind is Kind.DEADLINE else {})
        result[_DATES[date.kind]].append((labels, date.moment.timestamp()))
        if date.kind in _ALERTS:
            result[_ALERTS[date.kind]].append((labels, date.alert_at.timestamp()))
    result[_LATE] += [
        (_labels(row) | {"stage": row["late"]["stage"]}, row["late"]["days"]) for row in orders if row["late"]
    ]
    return result


def _labels(row: Row) -> dict[str, str]:
    return {"order": row["name"], **{label: row[label] for label in _LABELS}}


def _family(name: str, words: str, samples: list[tuple[dict[str, str], float]], own: dict[str, str]) -> Iterator[str]:
    yield f"# HELP iij_{name} {words}"
    yield f"# TYPE iij_{name} gauge"
    for labels, value in samples:
        message = ",".join(f'{label}="{_escaped(text)}"' for label, text in {**own, **labels}.items())
        yield f"iij_{name}{{{message}}} {value:.0f}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


__all__ = ("render_metrics",)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callback plugin for the tests: every task result as a line of JSON in the file that RECORD_RESULTS names."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record_results
type: aggregate
short_description: Record every task result for the tests
description:
  - One JSON object a line, in the file that the environment variable E(RECORD_RESULTS) names.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._record("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._record("failed", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._record("unreachable", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._record("skipped", result)

    def _record(self, outcome: str, result: t.Any) -> None:
        row = {
            "host": result.host.get_name(),
            "task": result.task.get_name(),
            "action": str(result.task.action).rpartition(".")[2],
            "outcome": outcome,
            "result": dict(result.result),
        }
        with pathlib.Path(os.environ["RECORD_RESULTS"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, default=str) + "\n")

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of status_notice; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import translate, verbatim
from ..plugin_utils._complaints.complaints import OptionsWrong
from ..plugin_utils._planning.lifecycle import day_in_japan
from ..plugin_utils._reports.document import describe_refusal
from ..plugin_utils._reports.moments import read_now
from ..plugin_utils._reports.notices import make_notice
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.notifying import explain_no_way, list_ways, send_once
from ..plugin_utils._tasks.planned import make_bare_frame
from ..plugin_utils._tasks.status import describe_status
from ..plugin_utils._tasks.used_ways import list_unused

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._reports.rows import Row
    from ..plugin_utils._tasks.leg import Result

_SAID: t.Final = ("changed", "sent", "subject", "text")


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.status_notice()

    def report_refusal(self, message: str, complaints: tuple[Complaint, ...] = ()) -> Result:
        """Tell people that nothing is known: a watch that has died looks like one that sees nothing."""
        frame = make_bare_frame(self.options, self.lang)
        result = self._send(describe_refusal(frame, complaints=complaints, error=message))
        if result.get("failed"):  # the task fails for what cannot be read; that nobody hears of it is told as well
            self.warn(verbatim(result["msg"]))
        return {field: result[field] for field in _SAID}

    def control(self) -> Result:
        list_ways(self.options)  # a mistake in an option is told before the desk is asked
        try:
            document = describe_status(self)
        except (OptionsWrong, OSError) as error:  # such as a register that is gone: a watch sees nothing then
            message = self.word_refusal(error)
            return {**self.report_refusal(message), "failed": True, "msg": message}
        result = self._send(document)
        if document["error"]:
            return {**result, "failed": True, "msg": "\n".join(filter(None, (document["error"], result.get("msg"))))}
        return result

    def _send(self, document: Row) -> Result:
        notice = make_notice(document)
        if notice is None:
            return {"changed": False, "sent": [], "subject": None, "text": None}
        message: Result = {"changed": False, "sent": [], "subject": notice.subject, "text": notice.text}
        ways, today = list_ways(self.options), day_in_japan(read_now(document))
        if not ways:
            return {**message, "failed": True, "msg": translate(explain_no_way(notice), self.lang)}
        if self.check_mode:
            return {**message, "changed": bool(list_unused(notice, self.options, ways, today=today))}
        sent, failed = send_once(notice, self.options, ways, today=today)
        problems = (
            {"failed": True, "msg": "\n".join(translate(phrase, self.lang) for phrase in failed)} if failed else {}
        )
        return {**message, "changed": bool(sent), "sent": sent, **problems}

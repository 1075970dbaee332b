# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The report files of a plan or an apply."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from ...module_utils._core.system_errors import describe_os_error
from .._reports.document import describe_refusal
from .planned import make_bare_frame

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._reports.rows import Row
    from .asked_orders import Options

_LOST: t.Final = Phrase(
    "The reports could not be written: {0}. What was ordered is not affected.",
    "レポートを書き込めませんでした: {0}。お申し込みには影響ありません。",
)


def write_run_reports(document: Row, options: Options, *, performed: bool) -> dict[str, list[str]]:
    """Write the reports of a plan, or of an apply that was performed; returns the warnings of the task's result.

    After an apply a full disk only warns, for what was bought has still to be registered by the plays that follow.
    """
    folder = options["reports_path"]
    if folder is None:
        return {}
    # Imported late: Ansible recompiles collection code at every start, and jinja2 templates take their time.
    from .._reports.pages import write_reports

    if performed:
        from .spender import open_ledger_of

        document = {**document, "ledger_head": open_ledger_of(options).read_head()}
    try:
        write_reports(document, folder, name="apply" if performed else "plan")
    except OSError as error:
        if not performed:
            raise
        return {"warnings": [translate(_LOST.filled(describe_os_error(error)), document["lang"])]}
    return {}


def write_refusal(
    options: Options, message: str, complaints: tuple[Complaint, ...], *, performed: bool, lang: Language
) -> None:
    """Write the reports of a run that came to nothing."""
    document = describe_refusal(make_bare_frame(options, lang), complaints=complaints, error=message)
    write_run_reports(document, options, performed=performed)


__all__ = ("write_refusal", "write_run_reports")

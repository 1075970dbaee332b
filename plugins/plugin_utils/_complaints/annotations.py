# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Complaints for machines: plain JSON, SARIF, and the forms that code hosts show beside the diff."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import typing as t

import yaml

from ...module_utils._core.phrases import printable, translate
from .complaints import list_shown
from .rules.book import RULES
from .rules.rule import Severity
from .sentences import join_sentences
from .whole_file import write_whole

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ...module_utils._core.phrases import Language
    from .complaints import Complaint

_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_GITLAB_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def annotate(complaints: tuple[Complaint, ...], *, form: str, lang: Language) -> str:
    """Write all complaints in one of FORMS; without complaints it is a valid file that holds none."""
    return FORMS[form](list_shown(complaints), lang)


def write_annotations(complaints: tuple[Complaint, ...], path: str | None, *, form: str, lang: Language) -> None:
    """Write all complaints into a file that somebody asked for."""
    if path is not None:
        write_whole(path, annotate(complaints, form=form, lang=lang))


def _json(complaints: tuple[Complaint, ...], lang: Language) -> str:
    return _dumped({"version": 1, "complaints": [complaint.as_dict(lang) for complaint in complaints]})


def _github(complaints: tuple[Complaint, ...], lang: Language) -> str:
    """Write workflow commands: GitHub Actions turns what is printed so into annotations."""
    return "".join(_github_command(complaint, lang) for complaint in complaints)


def _github_command(complaint: Complaint, lang: Language) -> str:
    line, column = max(1, complaint.place.line), max(1, complaint.place.column)
    where = f"file={_property(_path(complaint))},line={line},col={column},title={_property(complaint.rule)}"
    return f"::{_GITHUB_LEVELS[complaint.severity]} {where}::{_data(_message(complaint, lang))}\n"


def _gitlab(complaints: tuple[Complaint, ...], lang: Language) -> str:
    """Write GitLab's code quality report."""
    return _dumped(
        [
            {
                "description": _message(complaint, lang),
                "check_name": complaint.rule,
                "fingerprint": _fingerprint(complaint),
                "severity": _GITLAB_SEVERITIES[complaint.severity],
                "location": {"path": _path(complaint), "lines": {"begin": max(1, complaint.place.line)}},
            }
            for complaint in complaints
        ]
    )


def _sarif(complaints: tuple[Complaint, ...], lang: Language) -> str:
    """Write SARIF 2.1.0, one run of one tool."""
    message = sorted({complaint.rule for complaint in complaints})
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": translate(RULES[rule].wrong, lang)},
            "help": {"text": f"{translate(RULES[rule].todo, lang)} ({translate(RULES[rule].source, lang)})"},
        }
        for rule in message
    ]
    driver = {"name": "iij.server_certificate", "version": _collection_version(), "rules": rules}
    results = [_sarif_result(complaint, message.index(complaint.rule), lang) for complaint in complaints]
    return _dumped(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
        }
    )


def _collection_version() -> str:
    """Read the version of this collection: an installed one has a manifest, a checkout its galaxy.yml."""
    root = pathlib.Path(__file__).parents[3]
    manifest = root / "MANIFEST.json"
    if manifest.exists():
        return str(json.loads(manifest.read_bytes())["collection_info"]["version"])
    return str(yaml.safe_load((root / "galaxy.yml").read_bytes())["version"])


def _sarif_result(complaint: Complaint, rule_index: int, lang: Language) -> dict[str, t.Any]:
    region = {"startLine": max(1, complaint.place.line), "startColumn": max(1, complaint.place.column)}
    return {
        "ruleId": complaint.rule,
        "ruleIndex": rule_index,
        "level": complaint.severity.value,
        "message": {"text": _message(complaint, lang)},
        "partialFingerprints": {"complaint/v1": _fingerprint(complaint)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _path(complaint)}, "region": region}}],
    }


def _message(complaint: Complaint, lang: Language) -> str:
    about = ": ".join(part for part in (complaint.about, complaint.field) if part)
    sentences = join_sentences((translate(complaint.wrong, lang), translate(complaint.todo, lang)), lang)
    return f"{about}: {sentences}" if about else sentences


def _path(complaint: Complaint) -> str:
    """Return the path relative to the working directory where it lies below it: that is what code hosts look for."""
    relative = os.path.relpath(complaint.place.file)
    return complaint.place.shown_file if relative.startswith("..") else printable(relative)


def _fingerprint(complaint: Complaint) -> str:
    # Without line and column, so that a complaint stays the same when lines move.
    identity = "\0".join((complaint.rule, _path(complaint), complaint.about or "", complaint.field))
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _dumped(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


FORMS: t.Final[dict[str, Callable[[tuple[Complaint, ...], Language], str]]] = {
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
}

__all__ = ("FORMS", "annotate", "write_annotations")

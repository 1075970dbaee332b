#!/usr/bin/env python3
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show a plan in its merge request, or fetch the plan that was approved with this commit.

Usage: gitlab_plan.py show PLAN.md, or gitlab_plan.py fetch FOLDER, which writes FOLDER/plan.json and FOLDER/digest.
Takes GitLab's own CI_* variables, and CERTIFICATES_NOTE_TOKEN to show, CERTIFICATES_READ_TOKEN to fetch.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import re
import sys
import typing as t
import urllib.error
import urllib.parse
import urllib.request

Row = dict[str, t.Any]

_DIGEST: t.Final = re.compile(r"sha256:[0-9a-f]{64}")
_HOW_TO_APPROVE: t.Final = (
    "To approve: approve, and comment with the `sha256:...` above; apply takes no other plan.\n"
    "承認するには、承認し、上の `sha256:...` をコメントしてください。ほかの計画は適用されません。\n"
)
_PATIENCE: t.Final = 60  # seconds


class Refused(Exception):
    """There is no plan that may be applied; says why."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Answers with JSON come from the code host itself; a redirection is an error."""

    def redirect_request(self, *_: t.Any) -> None:
        return None


def main(arguments: list[str]) -> int:
    match arguments:
        case ["show", plan]:
            show(pathlib.Path(plan))
        case ["fetch", folder]:
            try:
                fetch(pathlib.Path(folder))
            except Refused as refusal:
                sys.exit(
                    f"There is no approved plan for {os.environ['CI_COMMIT_SHA']}: {refusal}. Nothing was ordered. "
                    "Open a merge request; approve it, and comment with the digest of its plan."
                )
        case _:
            sys.exit(__doc__)
    return 0


def show(plan: pathlib.Path) -> None:
    """Write the plan into the merge request as a note."""
    note = f"{plan.read_text(encoding='utf-8')}\n{_HOW_TO_APPROVE}"
    address = f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes"
    call(address, token=os.environ["CERTIFICATES_NOTE_TOKEN"], form={"body": note})


def fetch(folder: pathlib.Path) -> None:
    """Write the approved plan and its digest into the folder; raises Refused."""
    digest, plan = find_approved_plan(list(read_merge_requests()))
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("plan.json").write_bytes(plan)
    folder.joinpath("digest").write_text(f"{digest}\n", encoding="utf-8")


def read_merge_requests() -> t.Iterator[Row]:
    """Every merge request by which this commit came into the default branch."""
    for row in read_rows(f"repository/commits/{os.environ['CI_COMMIT_SHA']}/merge_requests"):
        if row["state"] == "merged" and row["target_branch"] == os.environ["CI_DEFAULT_BRANCH"]:
            yield row


def find_approved_plan(requests: list[Row]) -> tuple[str, bytes]:
    """Return the newest plan of the merged head whose digest an approver has named since; raises Refused."""
    if not requests:
        raise Refused("no merge request brought it")
    for request in requests:
        approvals = list(read_approvals(request))
        for pipeline in read_pipelines(request):
            plan = read_plan(pipeline)
            digest = json.loads(plan)["digest"] if plan else None
            made = dt.datetime.fromisoformat(pipeline["created_at"])
            if plan and any(named == digest and said >= made for named, said in approvals):
                return digest, plan
    raise Refused("no approval names the digest of a plan of the merged head")


def read_approvals(request: Row) -> t.Iterator[tuple[str, dt.datetime]]:
    """Each digest in a comment of somebody who has approved and is not the author, with the comment's time."""
    place = f"merge_requests/{request['iid']}"
    approvers = {row["user"]["id"] for row in json.loads(call(f"{place}/approvals"))["approved_by"]}
    for note in read_rows(f"{place}/notes"):
        if not note["system"] and note["author"]["id"] in approvers - {request["author"]["id"]}:
            for digest in _DIGEST.findall(note["body"]):
                yield digest, dt.datetime.fromisoformat(note["created_at"])


def read_pipelines(request: Row) -> t.Iterator[Row]:
    """Yield the successful pipelines of the merged head in this project, newest first; a fork's do not count."""
    for row in read_rows(f"merge_requests/{request['iid']}/pipelines"):
        own = str(row["project_id"]) == os.environ["CI_PROJECT_ID"]
        if own and row["sha"] == request["sha"] and row["status"] == "success":
            yield row


def read_plan(pipeline: Row) -> bytes | None:
    """Return the plan that this pipeline kept, or None."""
    for job in read_rows(f"pipelines/{pipeline['id']}/jobs"):
        if job["name"] == "plan":
            try:
                return call(f"jobs/{job['id']}/artifacts/build/plan.json", elsewhere=True)
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
    return None


def read_rows(address: str) -> t.Iterator[Row]:
    """Every row of a list of GitLab, page by page."""
    number = 1
    while rows := json.loads(call(f"{address}?per_page=100&page={number}")):
        yield from rows
        number += 1


def call(address: str, *, token: str | None = None, form: Row | None = None, elsewhere: bool = False) -> bytes:
    """Call the project's API; with `elsewhere` the content may come from where it redirects to, without the token."""
    place = f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}/{address}"
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(place, data=data)
    # An ordinary header would be repeated to whatever host a redirection names; this one is sent once.
    token = token or os.environ["CERTIFICATES_READ_TOKEN"]
    request.add_unredirected_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(*([] if elsewhere else [_Stay]))
    with opener.open(request, timeout=_PATIENCE) as answer:
        return t.cast("bytes", answer.read())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A folder that a repository seems to have: whoever proposes a change can put a link to another place there."""

from __future__ import annotations

import os
import pathlib
import typing as t

from ...module_utils._core.phrases import Phrase

LEADS_OUT: t.Final = Phrase(
    "it is a link that leads out of the repository {0}; name the folder that it leads to",
    "リポジトリ {0} の外へ出るリンクです。リンク先のフォルダを指定してください",
)


def leads_out(path: pathlib.Path, top: pathlib.Path) -> bool:
    """Check whether a path, its links followed, ends outside of a folder."""
    return not path.resolve().is_relative_to(top.resolve())


def find_left_repository(folder: pathlib.Path) -> pathlib.Path | None:
    """Find the repository that a folder lies in by its name alone, since a link leads out of it; None for any other."""
    named = pathlib.Path(os.path.abspath(folder))  # noqa: PTH100  (links are what matters here)
    repository = next((above for above in named.parents if (above / ".git").exists()), None)
    return repository if repository and leads_out(named, repository) else None


__all__ = ("LEADS_OUT", "find_left_repository", "leads_out")

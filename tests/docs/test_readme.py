# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first page shows a plan as the collection writes it, and names every playbook and module, in both languages."""

from __future__ import annotations

import datetime as dt
import pathlib
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PAGES: t.Final[dict[Language, str]] = {"en": "README.md", "ja": "README.ja.md"}


@pytest.fixture(params=PAGES)
def lang(request: pytest.FixtureRequest) -> Language:
    return t.cast("Language", request.param)


def read_page(lang: Language) -> str:
    return (ROOT / PAGES[lang]).read_text(encoding="utf-8")


def test_the_plan_is_one_that_the_collection_writes(lang: Language) -> None:
    plan = make_plan((sample.order(),), Observed(applications=()), portfolio="default")
    made_at = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    frame = Frame(portfolio="default", part=None, prices=None, lang=lang, made_at=made_at)
    written = render_text(describe_plan(plan, frame, planned=True), lang)
    assert f"\n\n{written.strip()}\n```\n" in read_page(lang)


@pytest.mark.parametrize(
    ("folder", "suffix", "form"),
    [("playbooks", "yml", r"^\| `iij\.server_certificate\.(\w+)`"), ("plugins/modules", "py", r"^\| `(\w+)` \|")],
)
def test_the_tables_name_every_playbook_and_module(lang: Language, folder: str, suffix: str, form: str) -> None:
    named = re.findall(form, read_page(lang), flags=re.MULTILINE)
    assert sorted(named) == sorted(path.stem for path in (ROOT / folder).glob(f"*.{suffix}"))

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No text from outside makes a reader of ours recurse until Python stops it.

An error that is caught is not enough: whatever else happens at that depth, such as a garbage collection, fails too.
"""

from __future__ import annotations

import contextlib
import pathlib
import sys
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.yaml_text import YamlText
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.inbox import read_inbox
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.templates import Sandbox, TemplateRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.json_text import parse_json

if t.TYPE_CHECKING:
    import types

LEVELS: t.Final = 1_500


def read_yaml(text: str) -> None:
    YamlText(name="orders.yml", text=text).read_document(str)


def render(text: str) -> None:
    Sandbox({"root": "/etc"}).render(text)


def read_mail(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "a.eml").write_text(text)
        if problems := read_inbox(folder).problems:
            raise ValueError(problems)


NESTS: t.Final = {
    "json lists": (parse_json, "[" * LEVELS + "]" * LEVELS),
    "json objects": (parse_json, '{"a":' * LEVELS + "1" + "}" * LEVELS),
    "yaml lists": (read_yaml, "[" * LEVELS + "]" * LEVELS),
    "yaml mappings": (read_yaml, "{a: " * LEVELS + "1" + "}" * LEVELS),
    "yaml block": (read_yaml, "- " * LEVELS + "a"),
    "yaml anchors": (read_yaml, "".join(f"a{n}: &a{n} [*a{n - 1}]\n" if n else "a0: &a0 [x]\n" for n in range(LEVELS))),
    "template lists": (render, "{{ " + "[" * LEVELS + "]" * LEVELS + " }}"),
    "template words": (render, "{{ " + "not " * (LEVELS // 2) + "root }}"),
    "template signs": (render, "{{ " + "-" * LEVELS + "1 }}"),
    "template attributes": (render, "{{ root" + ".a" * LEVELS + " }}"),
    "template filters": (render, "{{ root" + "|lower" * (LEVELS // 3) + " }}"),
    "template statements": (render, "{% if a %}" * (LEVELS // 5)),
    "mail in mail": (read_mail, "Content-Type: message/rfc822\n\n" * LEVELS + "Subject: x\n\nhi\n"),
    "parts in parts": (
        read_mail,
        "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(LEVELS)) + "\n\nhi\n",
    ),
}


@contextlib.contextmanager
def watched_depth() -> t.Iterator[list[int]]:
    """Note how many frames deep it went."""
    depth, deepest = 0, [0]

    def profile(_frame: types.FrameType, event: str, _arg: t.Any) -> None:
        nonlocal depth
        depth += {"call": 1, "return": -1}.get(event, 0)
        deepest[0] = max(deepest[0], depth)

    sys.setprofile(profile)
    try:
        yield deepest
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("name", NESTS)
def test_a_nest_is_refused_before_it_is_descended_into(name: str) -> None:
    read, text = NESTS[name]
    with watched_depth() as deepest, pytest.raises((OrdersRefused, TemplateRefused, ValueError)):
        read(text)
    assert deepest[0] < sys.getrecursionlimit() // 3

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host answers is data: rows for what it was asked, in known forms."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.host_answers import (
    add_unanswered,
    read_answer,
)

ASKED: t.Final = [{"name": "www", "path": "/srv/www.pem"}]
ROW: t.Final = {"name": "www", "path": "/srv/www.pem", "found": True, "days_left": 90, "key_matches": True}


def test_no_variable_of_the_controller_comes_from_a_host() -> None:
    """Facts become variables, and AWX hands statistics to the next node of its workflow, as its extra variables."""
    more = {
        "ansible_facts": {"certificate_orders": "/srv/others", "certificate_commands": {"reload": "true"}},
        "ansible_stats": {"data": {"certificate_plan_digest": "sha256:0"}, "per_host": False, "aggregate": False},
        "_ansible_no_log": False,
        "results": [],
    }
    answer = read_answer({"changed": False, "certificates": [ROW], **more}, ASKED, lang="en")
    assert set(answer) == {"changed", "certificates"}


@pytest.mark.parametrize("field", ["failures", "csrs", "installed", "certificates"])
def test_nothing_is_heard_about_what_was_not_asked(field: str) -> None:
    answer = read_answer({field: [{"name": "www"}, {"name": "of-another-host"}]}, ASKED, lang="en")
    assert [row["name"] for row in answer[field]] == ["www"]


def test_what_is_missing_elsewhere_is_not_for_this_host_to_say() -> None:
    names = ["www", "of-another-host"]
    answer = read_answer({"missing": names, "unproved": names}, ASKED, lang="en")
    assert answer == {"missing": ["www"], "unproved": ["www"]}


def test_words_of_a_host_command_no_terminal_and_forge_no_line() -> None:
    words = "\x1b[31mgone\r\nother  300 days  fits\n::error::x"
    answer = read_answer(
        {"failed": True, "msg": words, "certificates": [{**ROW, "message": words}], "diff": {"before": {"a": words}}},
        ASKED,
        lang="en",
    )
    assert all(text.isprintable() for text in answer["msg"].splitlines())
    assert answer["certificates"][0]["message"].isprintable()
    assert answer["diff"]["before"]["a"].isprintable()


COMMANDS: t.Final = (
    "not ready\n::error file=orders/a.yml,line=1::forged\r\n  ::stop-commands::x\n\u3000::add-mask::a\n##[error]x"
)


class _Exception:
    """What ansible-core 2.19 and newer make of a failed module, with the words of its host."""

    class event:  # noqa: N801
        msg = formatted_traceback = COMMANDS


def _texts(value: t.Any) -> t.Iterator[str]:
    below = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    yield from [value] if isinstance(value, str) else (text for part in below for text in _texts(part))


@pytest.mark.parametrize("exception", [COMMANDS, _Exception(), None])
def test_no_line_of_a_host_is_a_command_to_the_runner_of_a_ci(exception: object) -> None:
    words = {**dict.fromkeys(("msg", "module_stdout", "module_stderr"), COMMANDS), "exception": exception}
    diff = {"diff": {"prepared": COMMANDS, "before": "::add-mask::a"}, "failures": [{"name": COMMANDS, "message": "x"}]}
    answer = read_answer({"failed": True, **words, **diff}, ASKED, lang="en")
    assert all(isinstance(value, (str, bool, dict, list)) for value in answer.values())
    lines = [line for text in _texts(answer) for line in text.splitlines()]
    assert "forged" in answer["msg"]
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def test_a_csr_is_none_with_a_line_of_that_kind() -> None:
    answer = read_answer({"csrs": [{"name": "www", "csr": "-----BEGIN\n::error::x\n"}]}, ASKED, lang="en")
    assert answer["failed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days_left", "9999"),
        ("days_left", True),
        ("key_matches", "yes"),
        ("path", ["/srv"]),
        ("dns_names", "www.example.jp"),
        ("message", "x" * 5_000),
    ],
)
def test_a_row_that_a_report_could_not_show_fails_its_host(field: str, value: object) -> None:
    answer = read_answer({"certificates": [{**ROW, field: value}]}, ASKED, lang="ja")
    assert answer["failed"]
    assert answer["msg"].startswith("ホストの応答を使えません。certificates ")


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("Traceback\n  File x\nImportError: no module x\n\n", " (ImportError: no module x)"),
        ("/bin/sh: 1: /usr/bin/python3: not found\r\n", " (/bin/sh: 1: /usr/bin/python3: not found)"),
        ("pyenv: python3: command not found\n\nNote: several\n", " (pyenv: python3: command not found)"),
        ("\x1b[31mx" + "x" * 400, f" (\ufffd[31m{'x' * 295})"),
        ("no JSON", ""),  # the message has it
        ("\n \n", ""),
        (["a"], ""),
        (None, ""),
    ],
)
def test_a_module_that_could_not_answer_is_heard_all_the_same(left: t.Any, said: str) -> None:
    answer = read_answer({"failed": True, "msg": "no JSON", "module_stderr": left}, ASKED, lang="en")
    assert answer["msg"] == f"no JSON{said}"


@pytest.mark.parametrize("name", ["a\tb", "a\u200bb", "www"])
def test_a_name_that_is_shown_otherwise_is_the_same_name(name: str) -> None:
    answer = read_answer({"certificates": [{**ROW, "name": name}]}, [{"name": name}], lang="en")
    (row,) = answer["certificates"]
    assert row["name"].isprintable()
    assert add_unanswered(answer, [name], lang="en") == answer


@pytest.mark.parametrize(
    "heard",
    [
        {"csrs": [{"name": "www"}]},
        {"installed": [{"name": "www"}]},
        {"failures": [{"name": "www", "message": "x"}], "failed": True, "msg": "www: x"},
        {"missing": ["www"]},
        {"unproved": ["www"]},
    ],
)
def test_an_order_of_which_a_host_tells_nothing_has_failed(heard: dict[str, t.Any]) -> None:
    """As where its name was hidden in the answer, for a secret is the same."""
    answer = read_answer(heard, ASKED, lang="en")
    assert add_unanswered(answer, ["www"], lang="en") == answer
    hidden = add_unanswered(answer, ["www", "shop"], lang="en")
    assert hidden["failed"] and "shop: the host's answer tells nothing of it." in hidden["msg"]
    assert hidden["failures"][-1]["name"] == "shop"


@pytest.mark.parametrize("lost", [{"failed": True, "msg": "no such interpreter"}, {"unreachable": True, "msg": "x"}])
def test_a_host_that_is_lost_is_told_as_that(lost: dict[str, t.Any]) -> None:
    answer = read_answer(lost, ASKED, lang="ja")
    assert add_unanswered(answer, ["www"], lang="ja") == answer

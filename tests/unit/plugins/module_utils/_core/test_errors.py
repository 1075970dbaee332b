# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses as dc
import errno
import os
import string
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import (
    activation_errors,
    certificate_errors,
    chain_errors,
    errors,
    file_errors,
    trust_errors,
)


def every_fault(base: type[errors.Fault] = errors.Fault) -> t.Iterator[type[errors.Fault]]:
    for kind in base.__subclasses__():
        yield kind
        yield from every_fault(kind)


def facts_in(sentence: str) -> set[str]:
    return {field for _text, field, _format, _conversion in string.Formatter().parse(sentence) if field}


@pytest.mark.parametrize("kind", sorted(every_fault(), key=str))
def test_both_sentences_tell_all_facts(kind: type[errors.Fault]) -> None:
    fields: set[str] = {field.name for field in dc.fields(t.cast("t.Any", kind))} if dc.is_dataclass(kind) else set()
    assert facts_in(kind.words.en) == fields
    assert facts_in(kind.words.ja) == fields
    fault = kind(**{field: f"<{field}>" for field in fields})
    assert str(fault) == fault.message() == fault.message("en") != fault.message("ja")
    assert all(f"<{field}>" in fault.message(lang) for field in fields for lang in ("en", "ja"))


def test_every_fault_is_exported() -> None:
    assert {kind.__name__ for kind in every_fault()} <= {
        *errors.__all__,
        *activation_errors.__all__,
        *certificate_errors.__all__,
        *chain_errors.__all__,
        *file_errors.__all__,
        *trust_errors.__all__,
    }


def test_a_foreign_error_tells_kind_and_place_but_not_its_text() -> None:
    with pytest.raises(ValueError, match="PRIVATE KEY") as caught:
        int("-----BEGIN PRIVATE KEY-----")
    fault = errors.as_fault(caught.value)
    assert isinstance(fault, errors.Unexpected)
    assert "ValueError" in str(fault)
    assert "test_errors.py:" in str(fault)
    assert "PRIVATE" not in str(fault)


def test_what_the_system_refuses_is_told_with_its_path() -> None:
    fault = errors.as_fault(PermissionError(13, "Permission denied", "/etc/pki/x"))
    assert str(fault) == "/etc/pki/x cannot be read or written: Permission denied."


def test_a_fault_stays_the_fault_that_it_is() -> None:
    fault = errors.KeyMissing(path="/k")
    assert errors.as_fault(fault) is fault


def test_a_reason_of_the_system_is_japanese_for_japanese_readers() -> None:
    fault = errors.as_fault(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/srv/www.pem"))
    assert fault.message("ja") == "/srv/www.pem を読み書きできません: ディスクの空き容量がありません"
    assert fault.message("en") == "/srv/www.pem cannot be read or written: No space left on device."

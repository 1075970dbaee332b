# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An address of the desk that is not quite right is told with what to look at."""

from __future__ import annotations

import socket
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import (
    ApiConnection,
    ApiTransport,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskError
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import Answer, Asked, fake_desk, told

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase


def refusal(url: str) -> Phrase:
    connection = ApiConnection(url=url, token="t", sleep=lambda _seconds: None)
    with pytest.raises(DeskError) as refused:
        ApiTransport(connection).read("/products")
    return refused.value.phrase


def answer_of_no_path(_asked: Asked) -> Answer:
    return told({"error_type": "NotFound", "error_message": "There is no GET of this path."}, status=404)


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/portal"])
def test_an_address_with_a_path(path: str) -> None:
    with fake_desk(answer_of_no_path) as desk:
        assert "goes without a path: https://host[:port]" in refusal(desk.url + path).en
        assert "パスを付けずに" in refusal(desk.url + path).ja
        assert "path: https" not in refusal(desk.url).en


def test_where_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    message = refusal(f"http://127.0.0.1:{port}")
    assert "the connection was refused; is it running, and is IIJ_CERT_DESK_URL (desk_url) its address?" in message.en
    assert "起動しているか、IIJ_CERT_DESK_URL (desk_url) が正しいかを確かめてください" in message.ja


def test_https_to_a_desk_that_speaks_http() -> None:
    with fake_desk(answer_of_no_path) as desk:
        message = refusal(desk.url.replace("http:", "https:"))
    assert "it does not speak TLS; is it http:// (loopback only)?" in message.en
    assert "TLSに対応していません。http:// (ループバックのみ) ではありませんか" in message.ja

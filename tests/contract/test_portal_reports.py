# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a customer and a maintainer work together without a log-in: saved pages, recordings, and their replay."""

from __future__ import annotations

import json
import re
import threading
import typing as t

import pytest
import requests
import uvicorn
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.doctor import examine, examine_saved
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.page import Page
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.recording import ScreenRecording
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import PortalConnection
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import connection_to
from ansible_collections.iij.server_certificate.tests.contract.test_portal_variants import BY_HAND, CASES
from rehearsal_desk.portal.replay import NoRecording, make_replay, read_recording

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.doctor import Examination


class Replay(t.NamedTuple):
    url: str

    def examined(self, folder: pathlib.Path, own: str | None = None, **order: t.Any) -> Examination:
        connection = PortalConnection(
            url=self.url, user="anybody", password="anything", state=folder / "s", screen_map=own
        )
        return examine(connection, (sample.order(**order),))


def replayed(recording: pathlib.Path) -> t.Iterator[Replay]:
    server = uvicorn.Server(uvicorn.Config(make_replay(read_recording(recording)), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield Replay(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/")
    finally:
        server.should_exit = True
        thread.join()


def recorded(desk: DeskControl, folder: pathlib.Path, **order: t.Any) -> tuple[Examination, pathlib.Path]:
    """A visit by its customer, and what they would attach to a report."""
    desk.api("POST", "/applications", {**BY_HAND, "common_name": "intranet.kaisha.co.jp"})
    found = examine(connection_to(desk, folder), (sample.order(**order),))
    assert found.recording is not None
    file = folder / "recording.json"
    file.write_text(found.recording.render(), encoding="utf-8")
    return found, file


def verdicts(found: Examination) -> set[tuple[str, str, str]]:
    return {(row["screen"], row["label"], row["verdict"]) for row in found.list_rows()}


@pytest.mark.parametrize("variant", ["", "renamed_labels", "two_pages", "notice_before_form", "tables"])
def test_a_recording_says_the_same_again(tmp_path: pathlib.Path, variant: str) -> None:
    with running_desk(tmp_path, variant=variant) as desk:
        found, file = recorded(desk, tmp_path)
    for replay in replayed(file):
        again = replay.examined(tmp_path)
        assert verdicts(again) == verdicts(found)
        own = tmp_path / "own.yml"
        own.write_text((CASES[variant].own if variant else "") or "{}", encoding="utf-8")
        mended = replay.examined(tmp_path, str(own))
        assert all(row["fits"] for row in mended.list_rows()), mended.list_rows()


def test_a_recording_holds_nothing_of_the_customer(tmp_path: pathlib.Path) -> None:
    with running_desk(tmp_path) as desk:
        _found, file = recorded(desk, tmp_path, common_name="secret.kaisha.co.jp")
        secrets = [*desk.group_admin, "kaisha", "Rehearsal content"]
    text = file.read_text(encoding="utf-8")
    assert [word for word in secrets if word in text] == []
    assert not re.search(r"[0-9a-f]{32}|[\w-]{40,}|http", text), "no token, no cookie, no address"
    for words in ("新規お申し込み受付入力", "SureServer for クラウド 6か月", "申請情報の登録待ち", "name1.example.jp"):
        assert words in text


def test_values_have_stand_ins_of_their_kind() -> None:
    recording = ScreenRecording(read_screen_map())
    facts = {"サービスコード": "abc98765432", "コモンネーム": "*.kaisha.co.jp", "連絡先": "taro@kaisha.co.jp"}
    facts |= {
        "組織": "株式会社カイシャ",
        "品目": "クイック認証SSL",
        "期限": "2026/12/22",
        "対象": "その他 (abc98765432)",
    }
    text = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts.items())
    page = Page(f"<h1>x</h1><dl>{text}</dl>".encode(), url="/", charset="utf-8", marks=())
    recording.arrive(page, wanted="/", sent=None, secrets=())
    (described,) = json.loads(recording.render())["pages"]
    assert dict(described["facts"]) == {
        "サービスコード": "abc00000001",
        "コモンネーム": "*.name1.example.jp",
        "連絡先": "person1@example.jp",
        "組織": "…",
        "品目": "クイック認証SSL",
        "期限": "2026/12/22",
        "対象": "その他 …",
    }


def test_a_button_that_says_something_secret_leads_on_all_the_same() -> None:
    recording = ScreenRecording(read_screen_map())
    form = f"<h1>x</h1><form method=post action=/y><button>{'a1' * 20}</button></form>"
    first, second = (Page(text.encode(), url="/", charset="utf-8", marks=()) for text in (form, "<h1>y</h1>"))
    recording.arrive(first, wanted="/", sent=None, secrets=())
    recording.arrive(second, wanted=None, sent=first.make_submission(first.buttons[0], ()), secrets=())
    page, _next = json.loads(recording.render())["pages"]
    assert page["forms"][0]["buttons"] == [{"text": "(redacted)", "leads": [{"chosen": {}, "page": 1}]}]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "portal recording 1", "pages": [{}]}', "{"])
def test_what_is_no_recording_is_not_served(tmp_path: pathlib.Path, content: str) -> None:
    file = tmp_path / "recording.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(NoRecording):
        read_recording(file)


def save(desk: DeskControl, folder: pathlib.Path, encoding: str, **paths: str) -> None:
    """Pages as a browser saves them: whole, with what they bring along in a folder beside them."""
    session = requests.Session()
    page = session.get(f"{desk.url}/portal/login")
    token = re.findall(r'name="form_token" value="([^"]+)"', page.text)[0]
    user, password = desk.group_admin
    session.post(f"{desk.url}/portal/login", data={"form_token": token, "master_id": user, "password": password})
    for name, path in paths.items():
        text = session.get(desk.url + path).text.replace('charset="utf-8"', f'charset="{encoding}"')
        (folder / f"{name}.html").write_bytes(text.encode(encoding, "xmlcharrefreplace"))
        (folder / f"{name}_files").mkdir()
        (folder / f"{name}_files" / "frame.html").write_text("<h1>トップページ</h1>", encoding="utf-8")


FORM: t.Final = "/portal/orders/new?customer_code=SG00000001"


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc_jp"])
def test_saved_pages_are_recognized_without_the_portal(
    shared_desk: DeskControl, tmp_path: pathlib.Path, encoding: str
) -> None:
    save(shared_desk, tmp_path, encoding, form=FORM, list="/portal/certificates/status", top="/portal/")
    found = examine_saved(tmp_path, read_screen_map())
    assert {page["file"]: page["screen"] for page in found.pages} == {
        "form.html": "order_form",
        "list.html": "status_list",
        "top.html": "top",
    }
    assert found.fits(), found.list_rows()
    assert ("order_form", "コモンネーム", "fits") in verdicts(found)
    assert "registration" in found.unseen
    assert found.names["registration"] == "申請情報の登録"  # what people read, in either language


def test_the_map_from_saved_pages_makes_them_fit(shared_desk: DeskControl, tmp_path: pathlib.Path) -> None:
    save(shared_desk, tmp_path, "utf-8", form=FORM)
    page = tmp_path / "form.html"
    text = page.read_text(encoding="utf-8").replace("新規お申し込み受付入力", "お申込内容の入力")
    page.write_text(text.replace("コモンネーム", "サーバ名"), encoding="utf-8")
    found = examine_saved(tmp_path, read_screen_map())
    assert "「お申込内容の入力」" in found.problems[0].en
    assert "it was taken for order_form" in found.problems[0].en
    own = tmp_path / "own.yml"
    own.write_text(found.draft_map("en"), encoding="utf-8")
    assert examine_saved(tmp_path, read_screen_map(str(own))).fits()


def test_what_is_no_page_of_the_portal_is_said(tmp_path: pathlib.Path) -> None:
    assert "there is no saved page" in examine_saved(tmp_path, read_screen_map()).problems[0].en
    (tmp_path / "other.html").write_text("<h1>天気</h1>", encoding="utf-8")
    (tmp_path / "empty.htm").write_bytes(b"")
    found = examine_saved(tmp_path, read_screen_map())
    assert [page["screen"] for page in found.pages] == [None, None]
    assert not found.fits()


def test_a_recording_is_json_of_one_format(shared_desk: DeskControl, tmp_path: pathlib.Path) -> None:
    _found, file = recorded(shared_desk, tmp_path)
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["format"] == "portal recording 1"
    confirm = next(page for page in content["pages"] if page["title"] == "新規お申し込み内容の確認")
    assert ["利用形態", "その他"] in confirm["facts"]
    assert [button["leads"] for button in confirm["forms"][-1]["buttons"]] == [[], []], "nothing was bought"

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever has become of a file that people bring, it is one complaint, and the files beside it are read."""

from __future__ import annotations

import io
import pathlib
import random
import time
import typing as t
import zipfile

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    OptionsWrong,
    OrdersRefused,
    report,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand import listings
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.folder import read_kept_csr
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.inbox import read_inbox
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.records import (
    read_record_file,
    read_record_list,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.register import read_register
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks import test_arrivals as arrived
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks import test_listings as listed

REGISTER: t.Final = """version: 1
contracts:
- contract_id: rsc00000001
  common_name: www.example.jp
  product: sureserver_cloud
  state: issued
  ordered_at: 2026-11-01
  not_after: 2027-05-25T00:00:00Z
  certificate_fingerprint: null
"""
RECORDS: t.Final = "version: 1\nrecords:\n- {order: www, state: ordered, contract_id: rsc00000001, date: 2026-11-26}\n"


def archive(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        packed.writestr("www.pem", arrived.pem(arrived.LEAF, *arrived.CHAIN))
    return out.getvalue()


def mail() -> bytes:
    return b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n" + arrived.pem(arrived.LEAF)


def read_listing(path: pathlib.Path) -> object:
    return listings.read_listing(str(path), read_screen_map())


def read_in_register(path: pathlib.Path) -> object:
    return ByHandDesk(str(path.parent)).list_applications()


def read_csr_beside(path: pathlib.Path) -> object:
    return read_kept_csr(str(path.parent.parent), "rsc00000001")


Reader = t.Callable[[pathlib.Path], object]
FILES: t.Final[dict[str, tuple[str, bytes, Reader]]] = {
    "copied text": ("list.txt", listed.copied(*listed.ROWS).encode(), read_listing),
    "CSV": ("list.csv", "\n".join(",".join(f'"{c}"' for c in row) for row in (listed.HEAD, *listed.ROWS)).encode(),
            read_listing),
    "a saved page": ("list.html", listed.page(*listed.ROWS), read_listing),
    "a ZIP": ("x/a.zip", archive(zipfile.ZIP_DEFLATED), lambda path: read_inbox(str(path.parent))),
    "a ZIP of bzip2": ("x/a.zip", archive(zipfile.ZIP_BZIP2), lambda path: read_inbox(str(path.parent))),
    "a ZIP of LZMA": ("x/a.zip", archive(zipfile.ZIP_LZMA), lambda path: read_inbox(str(path.parent))),
    "a mail": ("x/a.eml", mail(), lambda path: read_inbox(str(path.parent))),
    "PEM": ("x/a.pem", arrived.pem(arrived.LEAF), lambda path: read_inbox(str(path.parent))),
    "DER": ("x/a.cer", arrived.LEAF.public_bytes(arrived.DER), lambda path: read_inbox(str(path.parent))),
    "the register": ("register.yml", REGISTER.encode(), read_in_register),
    "records": ("records.yml", RECORDS.encode(), lambda path: read_record_file(str(path))),
    "a kept CSR": ("csrs/rsc00000001.csr", sample.csr_of(arrived.KEY, "www.example.jp").encode(), read_csr_beside),
}  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    result = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(result) + 1)
        end = start + chance.choice((0, 1, 1, 4, 40))
        odd = (
            b"",
            b"\x00",
            b"\xff\xfe",
            b"9" * 60,
            b"\n",
            b"\x1b[",
            b"&a",
            b"!unsafe ",
            bytes([chance.randrange(256)]),
        )
        result[start:end] = chance.choice(odd)
    return bytes(result)


@pytest.mark.parametrize(("name", "content", "read"), FILES.values(), ids=FILES)
def test_a_changed_file_is_read_or_is_one_complaint(
    name: str, content: bytes, read: Reader, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    read(path)
    for seed in range(250):
        path.write_bytes(mutated(content, random.Random(seed)))
        try:
            read(path)
        except OptionsWrong as wrong:
            assert all(words.isprintable() for words in wrong.message), seed
        except OrdersRefused as refused:
            assert report(refused.complaints, "ja"), seed


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_keeps_no_other_file_from_being_read(method: int, tmp_path: pathlib.Path) -> None:
    content = bytearray(archive(method))
    start = content.index(b"www.pem") + len("www.pem")
    content[start + 8 : start + 60] = b"\xff" * 52
    (tmp_path / "a.zip").write_bytes(content)
    (tmp_path / "b.pem").write_bytes(arrived.pem(arrived.LEAF))
    (tmp_path / "c.pem").write_bytes(arrived.pem(arrived.LEAF))
    (tmp_path / "c.pem").chmod(0)
    inbox = read_inbox(str(tmp_path))
    assert "a.zip" in inbox.problems
    assert [name for name, _leaf in inbox.leaves.values()] == ["b.pem"]


def packed(*contents: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive_of_all:
        for number, content in enumerate(contents):
            archive_of_all.writestr(f"{number}.pem", content)
    return out.getvalue()


def test_archives_in_an_archive_are_opened_within_bounds_of_the_whole_file(tmp_path: pathlib.Path) -> None:
    """Each archive keeps its own bounds; three kB would be two GB all the same."""
    (tmp_path / "a.zip").write_bytes(packed(*[packed(*[packed(bytes(16 << 20))] * 16)] * 8))
    (tmp_path / "b.zip").write_bytes(packed(packed(packed(arrived.pem(arrived.LEAF)))))
    begun = time.process_time()
    inbox = read_inbox(str(tmp_path))
    assert time.process_time() - begun < 8
    assert "too large" in inbox.problems["a.zip"].en
    assert len(inbox.leaves) == 1


def test_an_error_that_nobody_foresaw_is_a_complaint_too(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> t.NoReturn:
        raise ZeroDivisionError("\x1b[31msecret")

    monkeypatch.setattr(listings, "_content", fail)
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_bytes(listed.page(*listed.ROWS))
    with pytest.raises(OptionsWrong) as caught:
        read_listing(tmp_path)
    told = caught.value.message.en
    assert "a.html: it is damaged" in told and "b.html: it is damaged" in told and "secret" not in told


MOMENTS: t.Final = (
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+09:00",
    "9999-12-31",
    "0001-01-01",
    "1999-12-31T23:00:00Z",
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_time_at_the_end_of_all_times_is_refused_with_its_place(moment: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "register.yml").write_text(REGISTER.replace("2027-05-25T00:00:00Z", moment), encoding="utf-8")
    with pytest.raises(OrdersRefused) as caught:
        read_register(str(tmp_path))
    assert [complaint.rule for complaint in caught.value.complaints] == ["REGISTER-VALUE"]
    if len(moment) == len("9999-12-31"):
        row = {"order": "www", "state": "ordered", "contract_id": "rsc00000001", "date": moment}
        with pytest.raises(OrdersRefused):
            read_record_list([row])


@pytest.mark.parametrize(
    "text",
    [
        listed.copied(*listed.ROWS).replace("www.example.jp", f'"{"x" * 200_000},'),
        listed.copied(*listed.ROWS).replace("(3件)", f"({'9' * 5_000}件)"),
        listed.copied(*listed.ROWS).replace("(3件)", "(,,件)"),
        listed.copied(*listed.ROWS).replace("(3件)", "9" * 500_000),
        listed.copied(*listed.ROWS).replace("(3件)", "1" + " " * 500_000),
    ],
    ids=["a cell", "a count", "no count", "digits", "blanks"],
)
def test_long_cells_and_counts_end_soon_and_in_no_error_of_a_library(text: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    began = time.monotonic()
    try:
        read_listing(tmp_path / "list.txt")
    except OptionsWrong as wrong:
        assert len(wrong.message.en) < 2_000 and "damaged" not in wrong.message.en
    assert time.monotonic() - began < 10

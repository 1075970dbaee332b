# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole way of six orders on one machine: plan, apply, the rehearsal CA's work, collect, and a second run.

Starts a rehearsal desk on loopback and stops it at the end. Nothing is bought, and nothing outside build/ is written.
Usage: quickstart.py (called by `make quickstart` with the project's Python)
"""

from __future__ import annotations

import contextlib
import json
import locale
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import typing as t
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "collections")]

from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import (  # noqa: E402
    Phrase,
    spoken_language,
    translate,
)
from cryptography import x509  # noqa: E402
from cryptography.x509 import verification  # noqa: E402

if t.TYPE_CHECKING:
    from collections.abc import Iterator

BUILD = ROOT / "build" / "quickstart"
TOOLS = pathlib.Path(sys.executable).parent
PATIENCE = 30  # seconds that the desk may take to start
LANG = spoken_language()
STEPS = (
    Phrase("The plan: what would be ordered (nothing is changed)", "計画: 申し込む内容の確認 (何も変更しません)"),
    Phrase("Apply: order, make keys and CSRs, register", "適用: お申し込み、鍵とCSRの作成、申請情報の登録"),
    Phrase(
        "The rehearsal CA confirms and issues; three days pass until IIJ has installed on the linked service",
        "リハーサルの認証局が確認して発行し、連携対応サービスへのIIJによる設置まで3日進めます",
    ),
    Phrase("Collect: fetch the certificates and install them", "取得: 証明書の取得と設置"),
    Phrase("Verify every installed chain", "設置した証明書チェーンをすべて検証"),
    Phrase("Apply and collect once more: nothing may change", "適用と取得をもう一度: 何も変わらないことを確認"),
    Phrase("Status", "状況"),
)
ENDED = Phrase(
    "Nothing was bought: this was a rehearsal. Files are in {0}; the desk is stopped.",
    "リハーサルのため、何も購入していません。ファイルは {0} にあります。窓口は停止しました。",
)
NOT_STARTED = Phrase(
    "quickstart: the rehearsal desk did not start; see {0}",
    "quickstart: リハーサル窓口が起動しません。{0} をご覧ください",
)
FAILED = Phrase("quickstart: the playbook {0} failed", "quickstart: プレイブック {0} が失敗しました")
NEXT = Phrase(
    "Next: make rehearsal, then follow README.md with orders of your own.",
    "次の操作: make rehearsal を実行し、README.ja.md に沿って自分のオーダーで試してください。",
)


class Desk(t.NamedTuple):
    """The rehearsal desk as its ready file describes it."""

    url: str
    order_token: str
    register_token: str
    control_token: str

    def fetch(self, method: str, path: str, body: dict[str, t.Any] | None = None, *, token: str | None = None) -> bytes:
        """Return the whole answer of one call; without a token of its own it is one of the controls."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token or self.control_token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return t.cast("bytes", answer.read())

    def list_applications(self) -> list[dict[str, t.Any]]:
        rows = json.loads(self.fetch("GET", "/api/v1/applications?limit=1000", token=self.order_token))["results"]
        return t.cast("list[dict[str, t.Any]]", rows)


def main() -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    for folder in ("web1", "web2", "collected", "verify"):
        (BUILD / "hosts" / folder).mkdir(parents=True)
    with rehearsal_desk() as desk:
        step(1)
        playbook(desk, "plan")
        step(2)
        playbook(desk, "apply")
        step(3)
        desk.fetch("POST", "/rehearsal/ca/work", {})
        desk.fetch("PUT", "/rehearsal/clock", {"advance_days": 3})
        step(4)
        playbook(desk, "collect")
        step(5)
        installed = verify(desk)
        step(6)
        changed = playbook(desk, "apply") + playbook(desk, "collect")
        step(7)
        playbook(desk, "status")
        return conclude(desk, installed=installed, changed=changed)


@contextlib.contextmanager
def rehearsal_desk() -> Iterator[Desk]:
    ready = BUILD / "desk.json"
    command = [
        TOOLS / "python", "-m", "rehearsal_desk", "serve", "--port", "0",
        "--database", f"sqlite:///{BUILD / 'desk.sqlite3'}", "--ready-file", ready,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "rehearsal" / "src")}
    with (BUILD / "desk.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield Desk(**{name: wait_for(ready, process)[name] for name in Desk._fields})
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(ready: pathlib.Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(translate(NOT_STARTED.filled(str(BUILD / "desk.log")), LANG))
        time.sleep(0.05)
    return t.cast("dict[str, str]", json.loads(ready.read_text(encoding="utf-8")))


def playbook(desk: Desk, name: str) -> int:
    """Run a playbook of the collection as a user would; the number of changed tasks."""
    command = [
        TOOLS / "ansible-playbook", f"iij.server_certificate.{name}", "-i", HERE / "inventory.yml",
        "-e", f"certificate_orders={HERE / 'orders'}", "-e", f"rehearsal_folder={BUILD / 'hosts'}",
    ]  # fmt: skip
    print(
        f"    $ ansible-playbook iij.server_certificate.{name} -e certificate_orders=examples/quickstart/orders",
        flush=True,
    )
    process = subprocess.Popen(
        command, env=environment(desk), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    changed = 0
    for line in process.stdout or ():
        print(f"    {line}" if line.strip() else "", end="" if line.strip() else "\n", flush=True)
        recap = re.search(r"changed=(\d+)", line)
        changed += int(recap[1]) if recap else 0
    if process.wait() != 0:
        sys.exit(translate(FAILED.filled(name), LANG))
    return changed


def environment(desk: Desk) -> dict[str, str]:
    """Give the two roles their two tokens; everything that Ansible keeps stays below build/."""
    return {
        **os.environ,
        **usable_locale(),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "IIJ_CERT_DESK_URL": desk.url,
        "IIJ_CERT_ORDER_TOKEN": desk.order_token,
        "IIJ_CERT_REGISTER_TOKEN": desk.register_token,
        "XDG_STATE_HOME": str(BUILD / "state"),
    }


def usable_locale() -> dict[str, str]:
    """Where the locale of the terminal is not installed here, Ansible would not start; the language stays."""
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        return {"LC_ALL": "C.UTF-8", "LANGUAGE": LANG}
    return {}


def verify(desk: Desk) -> int:
    """How many chains hold: those on the hosts, and those that IIJ has installed on linked services."""
    root = BUILD / "hosts" / "verify" / "root.pem"
    root.write_bytes(desk.fetch("GET", "/rehearsal/root"))
    leaves = {leaf: leaf.with_name(f"{leaf.stem}-chain.pem") for leaf in sorted((BUILD / "hosts").glob("*/*.pem"))}
    leaves = {leaf: chain for leaf, chain in leaves.items() if chain.exists()}
    for application in desk.list_applications():
        if application["state"] == "installed":
            leaves.update([downloaded(desk, application["contract_id"])])
    return sum(holds(leaf, chain, root) for leaf, chain in leaves.items())


def downloaded(desk: Desk, contract_id: str) -> tuple[pathlib.Path, pathlib.Path]:
    path = f"/api/v1/applications/{contract_id}/certificate"
    issued = json.loads(desk.fetch("GET", path, token=desk.register_token))["result"]
    leaf, chain = (BUILD / "hosts" / "verify" / f"{contract_id}{part}.pem" for part in ("", "-chain"))
    leaf.write_text(issued["certificate"], encoding="ascii")
    chain.write_text(issued["chain"], encoding="ascii")
    return leaf, chain


def holds(leaf: pathlib.Path, chain: pathlib.Path, root: pathlib.Path) -> bool:
    """Check a chain as a browser would: names, days, purposes and signatures up to the rehearsal root."""
    certificate = x509.load_pem_x509_certificate(leaf.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    name = names.get_values_for_type(x509.DNSName)[0].replace("*", "www")
    store = verification.Store(x509.load_pem_x509_certificates(root.read_bytes()))
    verifier = verification.PolicyBuilder().store(store).build_server_verifier(x509.DNSName(name))
    try:
        verifier.verify(certificate, x509.load_pem_x509_certificates(chain.read_bytes()))
        verdict = "OK"
    except verification.VerificationError as error:
        verdict = str(error)
    print(f"    {leaf.relative_to(BUILD)}: {verdict}", flush=True)
    return verdict == "OK"


def conclude(desk: Desk, *, installed: int, changed: int) -> int:
    purchases = json.loads(desk.fetch("GET", "/rehearsal/purchases"))["count"]
    issued = sum(application["certificate_fingerprint"] is not None for application in desk.list_applications())
    files = [file.read_text(encoding="utf-8") for file in HERE.glob("orders/*.yml")]
    orders = sum(len(re.findall(r"^  - name:", text, re.MULTILINE)) for text in files)
    figures = {"orders": orders, "purchases": purchases, "issued": issued, "installed": installed}
    print(f"\n{translate(ENDED.filled(str(BUILD)), LANG)}")
    print(translate(NEXT, LANG))
    said = " ".join(f"{name}={figure}" for name, figure in figures.items())
    print(f"quickstart: {said} second_run_changed={changed}")
    return 0 if len(set(figures.values())) == 1 and changed == 0 else 1


def step(number: int) -> None:
    print(f"\n== {number}/{len(STEPS)} {translate(STEPS[number - 1], LANG)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

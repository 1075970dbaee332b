# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.
"""The folder of the desk: what lies where in it.

It lies in Git, so whoever may commit to it says what is there. A link is refused, for it would lead out of the folder.
"""

from __future__ import annotations

import typing as t

from ....module_utils._core.errors import Fault
from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase
from ....module_utils._pki.csrs import read_csr
from ..._complaints.complaints import OptionsWrong
from ..._complaints.repositories import LEADS_OUT, find_left_repository

if t.TYPE_CHECKING:
    import pathlib

    from ....module_utils._pki.csrs import CsrFacts
    from ..._values.observed import Application

_AT: t.Final = Phrase("desk_folder {0}: {1}", "desk_folder {0}: {1}")
_LINK: t.Final = Phrase(
    "{0} is a link; in the folder of the desk (desk_folder) nothing may be one. Put the file itself there",
    "{0} はリンクです。desk_folder の中ではリンクを使えません。ファイルそのものを置いてください",
)


def place_in(folder: str, *parts: str) -> pathlib.Path:
    """Find a place in the folder of the desk; raises OptionsWrong where it, or what leads to it in there, is a link."""
    path = expand_home(folder)
    if repository := find_left_repository(path):
        raise OptionsWrong(_AT.filled(path, LEADS_OUT.filled(repository)))
    for part in parts:
        path /= part
        if path.is_symlink():
            raise OptionsWrong(_LINK.filled(path))
    return path


def register_path(folder: str) -> pathlib.Path:
    """Return where the register is."""
    return place_in(folder, "register.yml")


def sheets_path(folder: str, part: str | None = None) -> pathlib.Path:
    """Return where the work sheets of a run are, those of a slice apart.

    Raises OptionsWrong where one of them is a link.
    """
    parts = ("sheets", *((part.replace("/", "_of_"),) if part else ()))
    path = place_in(folder, *parts)
    for sheet in path.iterdir() if path.is_dir() else ():
        place_in(folder, *parts, sheet.name)
    return path


def certificates_path(folder: str) -> pathlib.Path:
    """Return where the certificates are that people have brought."""
    return place_in(folder, "certificates")


def certificate_path(folder: str, contract_id: str) -> pathlib.Path:
    """Return where the certificate of a contract is kept, with its chain behind it."""
    return place_in(folder, "certificates", f"{contract_id}.pem")


def csr_path(folder: str, contract_id: str) -> pathlib.Path:
    """Return where the CSR of a contract is kept that a host has made."""
    return place_in(folder, "csrs", f"{contract_id}.csr")


def read_kept_csr(folder: str, contract_id: str) -> CsrFacts | None:
    """Read the CSR that a host has made for a contract; None where there is none yet, or it is no CSR."""
    try:
        return read_csr(csr_path(folder, contract_id).read_bytes())
    except (OSError, Fault):
        return None


def is_kept(folder: str, application: Application) -> bool:
    """Check whether a person has brought the certificate in use; that of before a renewal is not it."""
    path = certificate_path(folder, application.contract_id)
    return application.certificate_fingerprint is not None and path.exists()


__all__ = (
    "certificate_path",
    "certificates_path",
    "csr_path",
    "is_kept",
    "place_in",
    "read_kept_csr",
    "register_path",
    "sheets_path",
)

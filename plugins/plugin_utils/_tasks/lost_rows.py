# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is kept by hand of contracts that the register does not have: a merge may have lost their rows."""

from __future__ import annotations

import typing as t

from ...module_utils._core.errors import Fault
from ...module_utils._pki.certs import read_certificates
from ...module_utils._pki.csrs import read_csr
from .._complaints.complaints import Complaint, Place, shorten
from .._desk.by_hand.folder import place_in
from .._planning.steps import Step
from .asked_orders import read_clock

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Iterator

    from .._planning.plan import Plan
    from .asked_orders import Options

_KEPT: t.Final = (("certificates", "*.pem"), ("csrs", "*.csr"))


def find_unregistered(options: Options, plan: Plan) -> Iterator[Complaint]:
    """Find the orders that a sheet would have bought though something is kept of a contract of that name."""
    todo = [entry.order for entry, step in plan.list_steps() if step is Step.PLACE]
    names = {_read_name(path): path for path in _list_left(options, plan)} if todo else {}
    for order in todo:
        path = names.get(order.common_name.casefold())
        if path is not None:
            facts = {"value": shorten(order.common_name), "contract_id": shorten(path.stem), "file": shorten(str(path))}
            place = Place(file=str(path))
            yield Complaint(rule="REGISTER-LACKS", place=place, order=order.name, facts=facts)


def _list_left(options: Options, plan: Plan) -> Iterable[pathlib.Path]:
    """List one file of each contract that is not in the register, its certificate first; nothing is read by a link."""
    kept: dict[str, pathlib.Path] = {}
    for name, pattern in _KEPT:
        for path in sorted(place_in(options["desk_folder"], name).glob(pattern)):
            if path.stem not in plan.listed and path.is_file() and not path.is_symlink():
                kept.setdefault(path.stem, path)
    return kept.values()


def _read_name(path: pathlib.Path) -> str | None:
    """Read for which name a CSR or a certificate is that has not ended; None of what is neither."""
    try:
        content = path.read_bytes()
        if path.suffix == ".csr":
            return (read_csr(content).common_name or "").casefold()
        certificate = read_certificates(content)[0]
    except (OSError, Fault):
        return None
    return None if certificate.not_after < read_clock() else (certificate.common_name or "").casefold()


__all__ = ("find_unregistered",)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The admins (master IDs) that may use the desk, known by the hashes of their tokens."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import secrets
import typing as t

from rehearsal_desk.problems import Forbidden

Scope = t.Literal["order", "register"]

CUSTOMER_CODE: t.Final = "SG00000001"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """One master ID with its roles and customer codes."""

    master_id: str
    scopes: frozenset[Scope]
    customer_codes: frozenset[str]
    token_digest: str = dc.field(repr=False)

    def must_have(self, scope: Scope) -> None:
        """Raise `Forbidden` unless the admin has the role that this scope stands for."""
        if scope not in self.scopes:
            raise Forbidden(scope)


def new_token() -> str:
    """A random token."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The only form in which the desk keeps a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def seeded_admins(*, order_token: str, register_token: str) -> tuple[Admin, ...]:
    """The group admin and the service admin of the rehearsal's only customer code; the master IDs are invented.

    A group admin who orders online becomes service admin too [M:2261096], hence both scopes.
    """
    codes = frozenset({CUSTOMER_CODE})
    return (
        Admin(
            master_id="RHS0000001",
            scopes=frozenset({"order", "register"}),
            customer_codes=codes,
            token_digest=digest(order_token),
        ),
        Admin(
            master_id="RHS0000002",
            scopes=frozenset({"register"}),
            customer_codes=codes,
            token_digest=digest(register_token),
        ),
    )

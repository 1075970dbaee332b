# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The admins (master IDs) that may use the desk, known by the hashes of their tokens."""

from __future__ import annotations

import base64
import dataclasses as dc
import hashlib
import secrets
import typing as t

from rehearsal_desk.rules.problems import Forbidden

Scope = t.Literal["order", "register"]

CUSTOMER_CODE: t.Final = "SG00000001"
GROUP_ADMIN: t.Final = "RHS0000001"
SERVICE_ADMIN: t.Final = "RHS0000002"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """One master ID with its roles and customer codes."""

    master_id: str
    scopes: frozenset[Scope]
    customer_codes: frozenset[str]
    token_digest: str = dc.field(repr=False)
    password_digest: str = dc.field(default="", repr=False)  # of the log-in to the portal; none fits an empty one

    def must_have(self, scope: Scope) -> None:
        """Raise `Forbidden` unless the admin has the role that this scope stands for."""
        if scope not in self.scopes:
            raise Forbidden(scope)


def new_password() -> str:
    """Return a random password that can be typed: 80 bits."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def new_token() -> str:
    """Return a random token."""
    return secrets.token_urlsafe(32)


def bearer_of(authorization: str) -> str:
    """Return the token in an Authorization header, or an empty one."""
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def digest(token: str) -> str:
    """Return the only form in which the desk keeps a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def seeded_admins(
    *, order_token: str, register_token: str, group_password: str = "", service_password: str = ""
) -> tuple[Admin, ...]:
    """Return the group admin and the service admin of the rehearsal's only customer code; the master IDs are invented.

    A group admin who orders online becomes service admin too [M:2261096], hence both scopes.
    """
    codes = frozenset({CUSTOMER_CODE})
    return (
        Admin(
            master_id=GROUP_ADMIN,
            scopes=frozenset({"order", "register"}),
            customer_codes=codes,
            token_digest=digest(order_token),
            password_digest=group_password and digest(group_password),
        ),
        Admin(
            master_id=SERVICE_ADMIN,
            scopes=frozenset({"register"}),
            customer_codes=codes,
            token_digest=digest(register_token),
            password_digest=service_password and digest(service_password),
        ),
    )

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is wanted of linked services: the contract to link to, what it was, and what is added."""

from __future__ import annotations

import dataclasses as dc
import enum
import hashlib
import typing as t

if t.TYPE_CHECKING:
    import datetime as dt

_SHORT_DIGEST: t.Final = 16  # hex digits; references have at most 255 characters


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class LinkedContract:
    """連携対応サービスの契約; without a contract ID it is looked up at the desk."""

    service: str
    contract_id: str | None = None
    was: str | None = None  # the linked contract whose place this one takes
    also: tuple[FurtherLink, ...] = ()


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class FurtherLink:
    """連携対応サービスの追加: one more contract that uses the same certificate."""

    service: str
    contract_id: str


class LinkWork(enum.StrEnum):
    """連携対応サービスの変更 or 追加 [M:2261082]; the names are ours."""

    CHANGE = "change"
    ADD = "add"


class Relinking(t.NamedTuple):
    """A linked service that is to be changed or added.

    An addition has no `was`; `since` is the moment from which it was linked, None where that is not shown.
    """

    work: LinkWork
    service: str
    contract_id: str
    was: str | None = None
    since: dt.datetime | None = None

    def make_reference(self, order: str) -> str:
        """Make the client reference of this change, made of that of the order.

        It names the link that is replaced by its begin, too: who goes back to an earlier service, and from there to a
        later one once more, asks for something new each time.
        """
        said = f"{self.work} {self.was} {self.contract_id} {self.since and self.since.isoformat()}"
        return f"{order}/link:{hashlib.sha256(said.encode()).hexdigest()[:_SHORT_DIGEST]}"


__all__ = ("FurtherLink", "LinkWork", "LinkedContract", "Relinking")

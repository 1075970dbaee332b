# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every adapter that is put on trial, by name."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.tests.reliability.api_adapter import ApiAdapter
from ansible_collections.iij.server_certificate.tests.reliability.portal_adapters import (
    PortalAdapter,
    SecondConfirmationAdapter,
    TwoPagesAdapter,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.reliability.adapter_parts import Adapter

_ALL: t.Final[tuple[type[Adapter], ...]] = (ApiAdapter, PortalAdapter, TwoPagesAdapter, SecondConfirmationAdapter)
ADAPTERS: t.Final[dict[str, type[Adapter]]] = {adapter.name: adapter for adapter in _ALL}

__all__ = ("ADAPTERS",)

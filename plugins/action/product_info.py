# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controller leg of product_info; there is no host leg, and no desk is asked."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import Phrase
from ..plugin_utils._catalogue.products import PRODUCTS, find_product
from ..plugin_utils._complaints.complaints import OptionsWrong, find_nearest
from ..plugin_utils._orders.product_facts import product_rules
from ..plugin_utils._tasks.asked_orders import read_issue_day, read_today
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result

_UNKNOWN: t.Final = Phrase(
    "product {0} is not known; {1}It can be {2}, or a Japanese item name",
    "product {0} という品目はありません。{1}使えるもの: {2}、またはポータルの品目名",
)
_NEAR: t.Final = Phrase("did you mean {0}? ", "{0} のことですか。")


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.product_info()

    def control(self) -> Result:
        wanted = self.options["product"]
        if wanted is None:
            products = tuple(PRODUCTS.values())
        else:
            result = find_product(wanted)
            if result is None:
                near = find_nearest(wanted, PRODUCTS)
                hint = _NEAR.filled(near) if near else ""
                raise OptionsWrong(_UNKNOWN.filled(repr(wanted), hint, ", ".join(PRODUCTS)))
            products = (result,)
        day = read_issue_day(self.options, today=read_today())
        return {"changed": False, "products": [product_rules(product, day=day) for product in products]}

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Argument specs as plain literals, one function per concern, cut like the doc fragments."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

Spec = dict[str, dict[str, t.Any]]


def desk(*token_variables: str) -> Spec:
    """The desk and the credential for it; these options never leave the controller."""
    return {
        "desk_url": {
            "type": "str",
            "fallback": (env_fallback, ["IIJ_CERT_DESK_URL"]),
        },
        "desk_token": {
            "type": "str",
            "no_log": True,
            "fallback": (env_fallback, [*token_variables, "IIJ_CERT_TOKEN"]),
        },
        "desk_ca_path": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_DESK_CA_PATH"])},
        "request_timeout": {"type": "int", "default": 30},
    }


def orders() -> Spec:
    """Where the orders come from, and the portfolio that their names belong to."""
    return {
        "order_files": {"type": "str"},
        "orders": {"type": "list", "elements": "dict"},
        "portfolio": {"type": "str", "default": "default"},
    }


def language() -> Spec:
    return {"lang": {"type": "str", "choices": ["en", "ja"]}}


def certificates() -> Spec:
    """Issued certificates by order name, for installing what was collected elsewhere."""
    return {"certificates": {"type": "dict"}}


def passphrases(*kinds: str) -> Spec:
    """Passphrases by order name; they go to the host and nowhere else."""
    return {f"{kind}_passphrases": {"type": "dict", "no_log": True} for kind in kinds}


def cert_portfolio() -> Spec:
    return {
        **desk(ORDER_TOKEN),
        **orders(),
        **language(),
        "state": {"type": "str", "choices": ["checked", "planned", "applied"], "default": "planned"},
        "max_new_orders": {"type": "int"},
        "check_date": {"type": "str"},
        "strict": {"type": "bool", "default": False},
        "complaints_path": {"type": "str"},
        "complaints_form": {"type": "str", "choices": ["json", "sarif", "github", "gitlab"], "default": "json"},
        "ledger_path": {"type": "str"},
    }


def cert_application() -> Spec:
    return {
        **desk(ORDER_TOKEN),
        **language(),
        "order": {"type": "dict", "required": True},
        "portfolio": orders()["portfolio"],
        "ledger_path": {"type": "str"},
    }


def csr_register() -> Spec:
    return {**desk(REGISTER_TOKEN), **orders(), **passphrases("key"), **language()}


def certificate_install() -> Spec:
    return {
        **desk(REGISTER_TOKEN),
        **orders(),
        **certificates(),
        "served": {"type": "dict"},
        **passphrases("key", "pkcs12"),
        **language(),
    }


def certificate_file_info() -> Spec:
    return {
        **orders(),
        "files": {
            "type": "list",
            "elements": "dict",
            "options": {
                "name": {"type": "str"},
                "path": {"type": "str", "required": True},
                "key_path": {"type": "str", "no_log": False},
            },
        },
        **passphrases("key", "pkcs12"),
        **language(),
    }


def linked_contract_info() -> Spec:
    return {**desk(ORDER_TOKEN, REGISTER_TOKEN), "service": {"type": "str"}}


def product_info() -> Spec:
    return {"product": {"type": "str"}, "check_date": {"type": "str"}}


def cert_application_info() -> Spec:
    return {
        **desk(ORDER_TOKEN, REGISTER_TOKEN),
        **orders(),
        **language(),
        "contract_ids": {"type": "list", "elements": "str"},
    }


# One source of orders, never two.
EITHER_ORDERS = [["order_files", "orders"]]

# The options of desk(): dropped before anything is handed to a host.
DESK_OPTIONS = ("desk_url", "desk_token", "desk_ca_path", "request_timeout")

# Environment variables that hold a token for one role only.
ORDER_TOKEN = "IIJ_CERT_ORDER_TOKEN"
REGISTER_TOKEN = "IIJ_CERT_REGISTER_TOKEN"

# What a module without a host leg says when it is run past its action plugin.
CONTROLLER_ONLY = "This module works on the controller only; call it as a task by its full name."

__all__ = (
    "CONTROLLER_ONLY",
    "DESK_OPTIONS",
    "EITHER_ORDERS",
    "ORDER_TOKEN",
    "REGISTER_TOKEN",
    "Spec",
    "cert_application",
    "cert_application_info",
    "cert_portfolio",
    "certificate_file_info",
    "certificate_install",
    "certificates",
    "csr_register",
    "desk",
    "language",
    "linked_contract_info",
    "orders",
    "passphrases",
    "product_info",
)

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Argument specs as plain literals: one function for each concern, cut like the doc fragments, and for each module."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ansible.module_utils.basic import env_fallback

Spec = dict[str, dict[str, t.Any]]
Groups = t.Sequence[t.Sequence[str]]


@dc.dataclass(frozen=True)
class ArgumentSpec:
    """The options of a module and what holds between them; its module and its action plugin both take vars() of it."""

    argument_spec: Spec
    mutually_exclusive: Groups = ()
    required_one_of: Groups = ()
    required_by: t.Mapping[str, t.Sequence[str]] = dc.field(default_factory=dict)


def desk(*token_variables: str) -> Spec:
    """Return the desk and the credential for it; these options never leave the controller."""
    return {
        "desk": {
            "type": "str",
            "choices": ["api", "portal", "by_hand"],
            "default": "api",
            "fallback": (env_fallback, ["IIJ_CERT_DESK"]),
        },
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
        # A password may be in it.
        "desk_proxy_url": {"type": "str", "no_log": True, "fallback": (env_fallback, ["IIJ_CERT_DESK_PROXY_URL"])},
        "desk_folder": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_DESK_FOLDER"])},
        "request_timeout": {"type": "int", "default": 30},
        **portal(),
    }


def portal() -> Spec:
    """Return the log-in to the portal's screens, and how patiently they are used."""
    return {
        "portal_user": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_PORTAL_USER"])},
        "portal_password": {
            "type": "str",
            "no_log": True,
            "fallback": (env_fallback, ["IIJ_CERT_PORTAL_PASSWORD"]),
        },
        "portal_engine": {
            "type": "str",
            "choices": ["http", "browser"],
            "default": "http",
            "fallback": (env_fallback, ["IIJ_CERT_PORTAL_ENGINE"]),
        },
        "portal_browser_path": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_PORTAL_BROWSER_PATH"])},
        "screen_map": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_SCREEN_MAP"])},
        "request_interval": {
            "type": "float",
            "default": 1.0,
            "fallback": (env_fallback, ["IIJ_CERT_REQUEST_INTERVAL"]),
        },
        "listing_lag": {"type": "float", "default": 60.0, "fallback": (env_fallback, ["IIJ_CERT_LISTING_LAG"])},
        "settle_after": {"type": "float", "fallback": (env_fallback, ["IIJ_CERT_SETTLE_AFTER"])},
    }


def orders() -> Spec:
    """Return where the orders come from, and the portfolio that their names belong to."""
    return {
        "order_files": {"type": "str"},
        "orders": {"type": "list", "elements": "dict"},
        "portfolio": {"type": "str", "default": "default"},
        "slice": {"type": "str"},
        **written_elsewhere(),
    }


def written_elsewhere() -> Spec:
    """Return what order files may only name: values for their templates, and commands."""
    return {
        # Not for logs: a value may come from a vault.
        "template_variables": {"type": "dict", "no_log": True},
        "commands": {"type": "dict"},
    }


def reviewed() -> Spec:
    """Return the saved plan that a run is held to."""
    return {"plan_file": {"type": "str"}, "plan_digest": {"type": "str"}}


def handed_on() -> Spec:
    """Return the look at the desk that a task before this one handed on; it never leaves the controller."""
    return {"look": {"type": "str"}}


def planned() -> Spec:
    """Return what decides which steps are due; every task of a run is given the same, for each may have to plan."""
    return {"due_only": {"type": "bool", "default": False}, "spread": {"type": "bool", "default": True}}


def language() -> Spec:
    return {"lang": {"type": "str", "choices": ["en", "ja"]}}


def vaulted() -> Spec:
    """Return what the controller has the host keep out of its output, which Ansible does for such options."""
    return {"vaulted": {"type": "list", "elements": "str", "no_log": True}}


def certificates() -> Spec:
    """Return the option for issued certificates by order name, for installing what was collected elsewhere."""
    return {"certificates": {"type": "dict"}}


def passphrases(*kinds: str) -> Spec:
    """Return an option for passphrases by order name; they go to the host and nowhere else."""
    return {f"{kind}_passphrases": {"type": "dict", "no_log": True} for kind in kinds}


def cert_portfolio() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(ORDER_TOKEN),
            **orders(),
            **language(),
            "state": {
                "type": "str",
                "choices": ["checked", "planned", "collected", "prepared", "applied", "forecast"],
                "default": "planned",
            },
            **reviewed(),
            **planned(),
            **handed_on(),
            "missing": {"type": "list", "elements": "str"},
            "buy_before_host": {"type": "bool", "default": False},
            "repair": {"type": "bool", "default": True},
            "compare_with": {"type": "str"},
            "quote": {"type": "bool", "default": False},
            "not_booked": {"type": "list", "elements": "str"},
            "max_new_orders": {"type": "int"},
            "max_renewals": {"type": "int"},
            "budget": {"type": "int"},
            "prices": {"type": "dict"},
            "until": {"type": "str"},
            "assumptions": {"type": "dict"},
            "concurrency": {"type": "int", "default": 4},
            "reports_path": {"type": "str"},
            "check_date": {"type": "str"},
            "strict": {"type": "bool", "default": False},
            "complaints_path": {"type": "str"},
            "complaints_form": {"type": "str", "choices": ["json", "sarif", "github", "gitlab"], "default": "json"},
            "ledger_path": {"type": "str"},
        },
        mutually_exclusive=EITHER_ORDERS,
        required_one_of=EITHER_ORDERS,
    )


def application_record() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(),
            **orders(),
            **language(),
            "records": {"type": "list", "elements": "dict"},
            "records_file": {"type": "str"},
            "listing": {"type": "str"},
            "take_over": {"type": "bool", "default": False},
            "inbox": {"type": "str"},
        },
        mutually_exclusive=EITHER_ORDERS,
        required_one_of=[*EITHER_ORDERS, ("records", "records_file", "listing", "inbox")],
    )


def status_notice() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(ORDER_TOKEN, REGISTER_TOKEN),
            **orders(),
            **language(),
            "prices": {"type": "dict"},
            "mail_to": {"type": "list", "elements": "str"},
            "mail_from": {"type": "str"},
            "smtp_url": {"type": "str"},
            "smtp_user": {"type": "str"},
            "smtp_password": {"type": "str", "no_log": True, "fallback": (env_fallback, ["IIJ_CERT_SMTP_PASSWORD"])},
            "smtp_ca_path": {"type": "str"},
            # The address of a webhook is all that is needed to write there.
            "webhook_url": {"type": "str", "no_log": True, "fallback": (env_fallback, ["IIJ_CERT_WEBHOOK_URL"])},
            "webhook_proxy_url": {
                "type": "str",
                "no_log": True,
                "fallback": (env_fallback, ["IIJ_CERT_WEBHOOK_PROXY_URL"]),
            },
            "webhook_ca_path": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_WEBHOOK_CA_PATH"])},
            "webhook_form": {"type": "str", "choices": ["slack", "teams", "mattermost", "json"]},
            "command": {"type": "list", "elements": "str"},
            "again": {"type": "bool", "default": False},
        },
        mutually_exclusive=EITHER_ORDERS,
        required_one_of=EITHER_ORDERS,
    )


def ledger_info() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **language(),
            "portfolio": orders()["portfolio"],
            "desk_url": {"type": "str", "fallback": (env_fallback, ["IIJ_CERT_DESK_URL"])},
            "ledger_path": {"type": "str"},
            "head": {"type": "str"},
            "export_path": {"type": "str"},
            "export_form": {"type": "str", "choices": ["json", "csv"], "default": "json"},
        }
    )


def cert_application() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(ORDER_TOKEN),
            **language(),
            "order": {"type": "dict", "required": True},
            "commands": written_elsewhere()["commands"],
            "not_booked": {"type": "list", "elements": "str"},
            "portfolio": orders()["portfolio"],
            "ledger_path": {"type": "str"},
        }
    )


def csr_register() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(REGISTER_TOKEN),
            **orders(),
            "state": {"type": "str", "choices": ["prepared", "registered"], "default": "registered"},
            **reviewed(),
            **planned(),
            **handed_on(),
            **passphrases("key"),
            **vaulted(),
            **language(),
            "concurrency": {"type": "int", "default": 4},
        },
        mutually_exclusive=EITHER_ORDERS,
        required_one_of=EITHER_ORDERS,
        required_by=DIGEST_OF_A_FILE,
    )


def certificate_install() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(REGISTER_TOKEN),
            **orders(),
            **reviewed(),
            **planned(),
            **handed_on(),
            **certificates(),
            "served": {"type": "dict"},
            **vaulted(),
            **passphrases("key", "pkcs12"),
            **language(),
        },
        mutually_exclusive=EITHER_ORDERS,
        required_one_of=EITHER_ORDERS,
        required_by=DIGEST_OF_A_FILE,
    )


def certificate_file_info() -> ArgumentSpec:
    return ArgumentSpec(
        {
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
            **vaulted(),
            **passphrases("key", "pkcs12"),
            **language(),
        },
        mutually_exclusive=ONE_SOURCE_OF_FILES,
        required_one_of=ONE_SOURCE_OF_FILES,
    )


def linked_contract_info() -> ArgumentSpec:
    return ArgumentSpec({**desk(ORDER_TOKEN, REGISTER_TOKEN), **language(), "service": {"type": "str"}})


def offline_form() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **orders(),
            **language(),
            "name": {"type": "str", "required": True},
            "work": {"type": "str", "choices": ["order", "change", "add"], "default": "order"},
            "master_id": {"type": "str"},
        },
        mutually_exclusive=EITHER_ORDERS,
        required_one_of=EITHER_ORDERS,
    )


def portal_doctor() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(ORDER_TOKEN),
            **orders(),
            **language(),
            "map_path": {"type": "str"},
            "record_path": {"type": "str"},
            "saved_pages": {"type": "str"},
        },
        mutually_exclusive=[*EITHER_ORDERS, ("saved_pages", "record_path")],
    )


def product_info() -> ArgumentSpec:
    return ArgumentSpec({**language(), "product": {"type": "str"}, "check_date": {"type": "str"}})


def cert_application_info() -> ArgumentSpec:
    return ArgumentSpec(
        {
            **desk(ORDER_TOKEN, REGISTER_TOKEN),
            **orders(),
            **language(),
            "contract_ids": {"type": "list", "elements": "str"},
            "reports_path": {"type": "str"},
            "import_path": {"type": "str"},
        },
        mutually_exclusive=EITHER_ORDERS,
    )


def order_events() -> ArgumentSpec:
    """Return the options of the event source, which is no module."""
    return ArgumentSpec(
        {
            **desk(ORDER_TOKEN, REGISTER_TOKEN),
            **language(),
            "order_files": {"type": "str", "required": True},
            "portfolio": orders()["portfolio"],
            "slice": orders()["slice"],
            "template_variables": written_elsewhere()["template_variables"],
            "interval": {"type": "int", "default": 3600},
            "expiring_days": {"type": "list", "elements": "int", "default": [30, 7, 1, 0]},
            "deadline_days": {"type": "list", "elements": "int", "default": [7, 3, 1, 0]},
            "silent_renewal_days": {"type": "list", "elements": "int", "default": [9, 4, 1]},
            "late_days": {"type": "list", "elements": "int", "default": [1, 3, 7]},
            "memory_path": {"type": "str"},
            "vault_password_file": {"type": "str", "no_log": False},
        }
    )


# One source of orders, never two.
EITHER_ORDERS = [["order_files", "orders"]]
# What is left of a plan has another digest, so only its file can hold a task that comes after the first.
DIGEST_OF_A_FILE = {"plan_digest": ["plan_file"]}
ONE_SOURCE_OF_FILES = [["order_files", "orders", "files"]]

# The options of desk(): dropped before anything is handed to a host.
DESK_OPTIONS = (
    "desk",
    "desk_url",
    "desk_token",
    "desk_ca_path",
    "desk_proxy_url",
    "desk_folder",
    "request_timeout",
    *portal(),
)

# Environment variables that hold a token for one role only.
ORDER_TOKEN = "IIJ_CERT_ORDER_TOKEN"
REGISTER_TOKEN = "IIJ_CERT_REGISTER_TOKEN"

# What a module without a host leg says when it is run past its action plugin.
CONTROLLER_ONLY = (
    "This module works on the controller only; call it as a task by its full name.\n"
    "このモジュールはコントローラだけで動きます。完全な名前のタスクとして呼び出してください。"
)

__all__ = (
    "CONTROLLER_ONLY",
    "DESK_OPTIONS",
    "ORDER_TOKEN",
    "REGISTER_TOKEN",
    "ArgumentSpec",
    "Spec",
    "application_record",
    "cert_application",
    "cert_application_info",
    "cert_portfolio",
    "certificate_file_info",
    "certificate_install",
    "certificates",
    "csr_register",
    "desk",
    "handed_on",
    "language",
    "ledger_info",
    "linked_contract_info",
    "offline_form",
    "order_events",
    "orders",
    "passphrases",
    "portal",
    "portal_doctor",
    "product_info",
    "reviewed",
    "status_notice",
    "vaulted",
    "written_elsewhere",
)

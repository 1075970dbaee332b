# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traps in the life of a contract, and the tests that show how each is met."""

from __future__ import annotations

import typing as t

from test_what_was_found import Table, check_table

TRAPS: t.Final[Table] = {
    "silence buys": (
        "test_lifecycle.py::test_silence_is_told_from_its_notice_on_with_its_price",
        "test_renewal_reports.py::test_silence_is_in_the_calendar_and_in_the_metrics",
        "test_renewal_reports.py::test_silence_is_an_event_nine_four_and_one_days_before",
        "test_schedule.py::test_what_silence_bought_was_shown_nine_days_before_by_name_day_and_yen",
    ),
    "silence changes the key": (
        "test_lifecycle.py::test_an_open_renewal_is_registered_whoever_opened_it",
        "test_lives.py::test_a_token_that_may_never_order_keeps_every_key",
        "test_portal_renewals.py::test_what_silence_has_opened_is_registered",
    ),
    "an entry that was removed is renewed forever": (
        "test_lifecycle.py::test_a_contract_without_an_order_is_told_of_by_day",
        "test_renewal_reports.py::test_a_plan_names_renewal_silence_and_what_no_order_names_with_days_and_yen",
    ),
    "a contract that another purchase has replaced goes on": (
        "test_lifecycle.py::test_a_contract_that_was_replaced_by_another_goes_on",
    ),
    "a contract that another purchase replaces": (
        "test_replacements.py::test_until_the_new_one_is_proved_to_be_in_use_the_old_one_stays",
        "test_replacements.py::test_once_its_host_has_the_new_one_the_old_one_is_cancelled",
        "test_replacements.py::test_the_new_certificate_gets_a_key_that_the_old_contract_never_had",
        "test_staged_keys.py::test_a_key_that_waits_for_a_contract_which_is_replaced_makes_way",
    ),
    "a contract that was given up goes on to its end": (
        "test_replacements.py::test_one_that_was_replaced_and_goes_on_to_its_end_is_in_nobodys_way",
        "test_replacements.py::test_one_that_was_given_up_is_not_taken_for_the_contract_that_replaces_another",
        "test_replacements.py::test_a_rival_that_was_given_up_holds_no_renewal",
    ),
    "the group admin is needed, and only the other token is there": (
        "test_renewals_whole_way.py::test_a_log_in_that_may_only_register_leaves_the_renewal_to_others_and_keeps_the_key",
        "test_renewal_reports.py::test_every_stage_has_its_next_action_actor_and_last_day",
        "test_reissues_whole_way.py::test_a_log_in_that_may_only_register_leaves_it_to_the_group_admin",
        "test_links_whole_way.py::test_a_log_in_that_may_only_register_leaves_it_to_the_group_admin",
    ),
    "30 days before, in which zone?": (
        "test_lifecycle.py::test_days_are_rounded_to_the_safe_side",
        "test_lifecycle.py::test_the_desks_own_window_counts",
        "test_desk_renewal.py::test_a_window_is_counted_back_from_the_end_of_the_certificate",
    ),
    "a life shorter than the window's far end": (
        "test_lifecycle.py::test_a_life_shorter_than_the_calendar_opens_no_window_before_it_has_begun",
        "test_lifecycle.py::test_a_life_too_short_for_its_checks_is_told",
    ),
    "judged by the day of issue, not of the order": (
        "test_lifecycle.py::test_a_certificate_whose_life_depends_on_the_speed_of_its_ca_is_told",
        "test_forecast.py::test_the_forecast_is_what_comes_of_living_day_by_day",
    ),
    "the window straddles a step-down": (
        "test_lifecycle.py::test_a_certificate_whose_life_depends_on_the_speed_of_its_ca_is_told",
    ),
    "a reissue after a step-down": ("test_reissues.py::test_a_life_that_becomes_shorter_is_told",),
    "a reissue inside the window": (
        "test_reissues.py::test_in_the_window_it_is_renewed_instead_unless_the_key_is_compromised",
    ),
    "a reissue that would last into the window": (
        "test_reissues.py::test_a_reissue_that_would_last_into_the_window_waits_for_the_renewal",
    ),
    "a compromised key": (
        "test_reissues.py::test_people_are_told_of_a_compromised_key_until_another_one_is_in_use",
        "test_reissues.py::test_a_compromised_key_is_the_first_of_all_lines",
        "test_reissues.py::test_a_key_that_has_to_go_is_never_certified_again",
        "test_reissues.py::test_back_on_a_host_of_before_the_key_that_serves_there_is_not_certified_again",
    ),
    "revocation after a reissue": (
        "test_schedule.py::test_the_certificate_before_a_reissue_has_to_be_off_its_hosts_in_time",
    ),
    "somebody bought a new contract instead of renewing": (
        "test_lifecycle.py::test_a_contract_bought_instead_of_the_renewal_holds_it",
    ),
    "two certificates in a contract of a year": (
        "test_lifecycle.py::test_a_further_certificate_that_wants_a_csr_gets_one_of_the_host",
    ),
    "approval by e-mail ends": (
        "test_rules.py::test_e_mail_validation_is_told_once_for_all_orders",
        "test_rules.py::test_e_mail_validation_ends_on_its_day",
        "test_forecast.py::test_orders_whose_approval_by_mail_ends_are_named",
    ),
    "a host rebuilt while a staged key waits": (
        "test_staged_keys.py::test_a_host_rebuilt_while_a_key_waits_is_told_to_have_the_certificate_reissued",
        "test_lifecycle.py::test_a_key_of_iijs_is_never_installed_in_place_of_an_own_one",
    ),
    "a second slot for the next key": (
        "test_staged_keys.py::test_a_key_whose_certificate_is_issued_waits_for_it_and_is_never_overwritten",
        "test_staged_keys.py::test_a_waiting_key_whose_certificate_was_replaced_first_does_not_block_the_next",
    ),
}


def test_each_trap_has_a_test_of_its_own() -> None:
    check_table(TRAPS, {})

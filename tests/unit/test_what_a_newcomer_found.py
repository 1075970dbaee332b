# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a newcomer found in a first week, and the tests that hold it: blockers, serious, annoying, polish."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.tests.unit.test_what_was_found import Table, check_table

NEWCOMER: t.Final[Table] = {
    "B2 an import by its documented paths, twice": (
        "test_order_language.py::test_import_takes_the_paths_of_its_own_documentation",
    ),
    "B3 a rehearsal blocked the portal": (
        "test_ledger_evidence.py::test_a_rehearsal_holds_nothing_back_at_the_portal",
        "test_ledger_evidence.py::test_each_desk_has_a_ledger_of_its_own",
        "test_reviewed_plans.py::test_a_run_keeps_the_ledger_that_it_is_told_to",
        "test_guides.py::test_one_reader_goes_through_quickstart_first_order_and_portal",
    ),
    "B4 a host that the inventory lacks": ("test_hosts_in_inventory.py::test_no_order_for_a_host_that_is_not_there",),
    "S1 misspelled variables were ignored": (
        "test_variables.py::test_a_misspelled_variable_is_refused_by_every_playbook",
        "test_variables.py::test_a_slip_in_the_inventory_is_refused_and_variables_of_others_are_not",
        "test_playbooks_page.py::test_the_page_names_each_playbook_and_variable",
    ),
    "S3 a telephone number with a letter": ("test_rules_agree.py::test_a_wrong_registration_is_wrong_on_both_sides",),
    "S5 silent waits": (
        "test_by_list.py::test_every_long_wait_says_what_for",
        "test_progress.py::test_an_estimate_before_the_portal_is_asked",
    ),
    "S6 warnings that reviewers never saw": (
        "test_what_people_see.py::test_a_warning_is_in_the_table_and_in_every_report",
    ),
    "S7 tables that a pipe lost": (
        "test_what_people_see.py::test_a_table_goes_into_a_pipe_and_not_into_what_programs_read",
    ),
    "S8 refusals in the desk's words": ("test_api_refusals.py::test_a_refusal_is_one_sentence_in_the_users_language",),
    "S9 one typo hid all orders": ("test_what_people_see.py::test_a_status_shows_every_order_that_can_be_read",),
    "S10 silent drift": (
        "test_fetched_is_not_installed.py::test_an_order_that_has_drifted_from_its_registration_is_told",
    ),
    "S11 a new certificate beside an old key": (
        "test_fetched_is_not_installed.py::test_a_certificate_never_lies_beside_the_key_of_another",
    ),
    "A1 forgotten orders": ("test_variables.py::test_forgotten_orders_are_one_sentence",),
    "A4 counters without hosts": ("test_lines_for_people.py::test_lines_name_their_host_and_what_was_installed",),
    "A6 nothing said of what was installed": (
        "test_lines_for_people.py::test_lines_name_their_host_and_what_was_installed",
        "test_roles.py::test_the_report_tells_the_days_left_of_all_hosts",
    ),
    "A7 limits that a plan ignored": (
        "test_what_people_see.py::test_a_plan_shows_which_limit_an_apply_would_refuse",
        "test_ledger_evidence.py::test_an_export_is_read_by_spreadsheets",
    ),
    "A8 defaults of several files": (
        "test_order_files.py::test_defaults_of_a_whole_folder_lie_under_those_of_each_file",
    ),
    "A9 wrong or weak advice": (
        "test_quotes.py::test_what_was_written_is_quoted_with_what_is_not_seen",
        "test_quotes.py::test_what_was_saved_is_answered_with_advice_that_helps",
        "test_names.py::test_names_that_cannot",
        "test_mistakes.py::test_it_is_told_in_these_words",
        "test_lines_for_people.py::test_what_is_ordered_already_says_where_and_what_differs",
    ),
    "A12 files that become links": ("test_plain_files.py::test_every_path_is_a_plain_file_with_each_certificate",),
    "A16 taking a certificate out of service": (),
    "A17 a server that starts before its certificate is issued": (
        "test_layouts.py::test_a_stand_in_by_the_command_of_the_guide_is_replaced",
        "test_ensure_certificate_refusals.py::test_a_stand_in_is_no_newer_certificate",
    ),
    "P6 no exit code for changes": (
        "test_exit_codes.py::test_each_cell",
        "test_exit_codes.py::test_the_page_has_this_table",
    ),
}

# What was left to people, and where they are told.
REASONS: t.Final = {
    "A16": "a running service may need the files of a host, so they are removed by hand (docs/guides/order-files.md)",
}


def test_each_finding_of_a_newcomer_has_tests_or_a_reason() -> None:
    check_table(NEWCOMER, REASONS)

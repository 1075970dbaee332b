# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a newcomer found in a first week, and the tests that hold it: blockers, serious, annoying, polish."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.tests.unit.test_what_was_found import Table, check_table

NEWCOMER: t.Final[Table] = {
    "B1 an expiry that nothing told": (
        "test_schedule.py::test_what_silence_bought_was_shown_nine_days_before_by_name_day_and_yen",
        "test_renewal_reports.py::test_a_plan_names_renewal_silence_and_what_no_order_names_with_days_and_yen",
        "test_renewal_reports.py::test_the_same_in_japanese",
        "test_schedule.py::test_an_order_has_every_deadline_that_can_still_be_met_or_missed",
    ),
    "B2 an import by its documented paths, twice": (
        "test_order_language.py::test_import_takes_the_paths_of_its_own_documentation",
    ),
    "B3 a rehearsal blocked the portal": (
        "test_ledger_evidence.py::test_a_rehearsal_holds_nothing_back_at_the_portal",
        "test_ledger_evidence.py::test_each_desk_has_a_ledger_of_its_own",
        "test_reviewed_plans.py::test_a_run_keeps_the_ledger_that_it_is_told_to",
        "test_a_strangers_hour.py::test_from_the_first_page_to_a_certificate_a_renewal_and_a_forecast",
    ),
    "B4 a host that the inventory lacks": ("test_hosts_in_inventory.py::test_no_order_for_a_host_that_is_not_there",),
    "S1 misspelled variables were ignored": (
        "test_variables.py::test_a_misspelled_variable_is_refused_by_every_playbook",
        "test_variables.py::test_a_slip_in_the_inventory_is_refused_and_variables_of_others_are_not",
        "test_playbooks_page.py::test_the_page_names_each_playbook_and_variable",
    ),
    "S2 screens that were not those of the manual": (
        "test_manual_page.py::test_the_screens_are_those_of_the_page",
        "test_manual_page.py::test_no_word_of_the_page_is_marked_ours",
    ),
    "S3 a telephone number with a letter": ("test_rules_agree.py::test_a_wrong_registration_is_wrong_on_both_sides",),
    "S4 no way in": (
        "test_guides.py::test_a_guide_works_as_it_is_written",
        "test_site.py::test_the_index_has_the_guides_in_the_order_of_the_readme",
    ),
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
    "S12 a compromised key without a procedure": (
        "test_reissues.py::test_a_compromised_key_is_the_first_of_all_lines",
        "test_reissues_whole_way.py::test_a_new_key_and_certificate_for_nothing_and_once_for_good",
    ),
    "A1 forgotten orders": ("test_variables.py::test_forgotten_orders_are_one_sentence",),
    "A2 one failure four times": (),
    "A3 names of playbooks in messages": (),
    "A4 counters without hosts": ("test_lines_for_people.py::test_lines_name_their_host_and_what_was_installed",),
    "A5 wide tables": (),
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
    "A10 fourteen products for a wrong term": ("test_plan.py::test_a_product_that_is_not_offered",),
    "A11 escapes in a diff": ("test_lines_for_people.py::test_lines_name_their_host_and_what_was_installed",),
    "A12 files that become links": ("test_plain_files.py::test_every_path_is_a_plain_file_with_each_certificate",),
    "A13 the site in two languages": (
        "test_site.py::test_pages_say_their_language_and_ask_nobody",
        "test_site.py::test_the_index_has_the_guides_in_the_order_of_the_readme",
        "test_site.py::test_a_telephone_shows_pages_and_finds_japanese_words",
    ),
    "A14 AWX, own roles, chat rooms": (
        "test_awx_engine.py::test_a_workflow_applies_what_was_approved_or_nothing",
        "test_notifying.py::test_a_webhook_takes_the_text_and_calls_nobody",
        "test_notices.py::test_it_is_told_in_japanese_too",
    ),
    "A15 one word for cancelled": ("test_manual_page.py::test_a_state_has_one_word_on_screens_and_in_reports",),
    "A16 taking a certificate out of service": (),
    "A17 a server that starts before its certificate is issued": (
        "test_layouts.py::test_a_stand_in_by_the_command_of_the_guide_is_replaced",
        "test_ensure_certificate_refusals.py::test_a_stand_in_is_no_newer_certificate",
    ),
    "A18 terminals that are not UTF-8": (),
    "P1 the author's name": (),
    "P2 plan and status as pages": (
        "test_saved_plan.py::test_reports_keep_the_documented_form_and_hold_no_secret",
        "test_papers.py::test_the_approval_sheet_says_what_for_how_much_and_by_which_digest",
    ),
    "P3 English texts of the desk and of names": (
        "test_desk_command.py::test_the_start_text_speaks_the_language_of_the_locale",
    ),
    "P4 words of the control page": (),
    "P5 the portal's list on a telephone": (),
    "P6 no exit code for changes": (
        "test_exit_codes.py::test_each_cell",
        "test_exit_codes.py::test_the_page_has_this_table",
    ),
    "P7 completion of names": (),
    "P8 a reason that was none": ("test_lines_for_people.py::test_lines_name_their_host_and_what_was_installed",),
    "P9 the calendar's language": ("test_status_reports.py::test_words_of_the_desk_stay_words_in_a_calendar",),
}

# What was left to people or to Ansible, and where it is said.
REASONS: t.Final = {
    "A2": "the mistakes are told once as lines; the fatal line that repeats them as JSON is Ansible's, for programs",
    "A3": "messages name the file, apply.yml, which is short in a table; docs/playbooks.md has both forms of each name",
    "A5": "a table that is cut to a terminal differs in pipes and logs; product, file and host are in the HTML pages",
    "A16": "a running service may need the files of a host, so they are removed by hand (docs/guides/order-files.md)",
    "A18": "the refusal is Ansible's own; docs/guides/failures.md says what to set",
    "P1": "ansible-doc demands an account; there is none yet but the namespace's, and README says unofficial first",
    "P4": "whoever makes faults on purpose writes their names into scripts; the page explains each of them",
    "P5": "tables scroll on a telephone; what a telephone shows of a rehearsal is judged by eye",
    "P7": "completion of names of playbooks would be ansible-playbook's; docs/playbooks.md lists them all",
}


def test_each_finding_of_a_newcomer_has_tests_or_a_reason() -> None:
    check_table(NEWCOMER, REASONS)


def test_no_finding_of_a_newcomer_is_missing() -> None:
    counts = {"B": 4, "S": 12, "A": 18, "P": 9}
    numbers = [f"{kind}{number}" for kind, count in counts.items() for number in range(1, count + 1)]
    assert [finding.split()[0] for finding in NEWCOMER] == numbers
    assert set(REASONS) <= set(numbers)

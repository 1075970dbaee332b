# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reviews and people of the trade found, and the tests that hold each kind of it.

A finding may have a reason in place of a test, or beside its tests for the part of it that was left as it is.
"""

from __future__ import annotations

import ast
import functools
import pathlib
import typing as t

import pytest

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
Table = dict[str, tuple[str, ...]]  # tests as file::function; no two files of tests share a name

# An adversarial review, by the numbers of its report.
REVIEW: t.Final[Table] = {
    "1 an import ran what the desk said": (
        "test_adoption.py::test_what_the_desk_says_is_written_as_data",
        "test_order_language.py::test_the_words_of_a_desk_are_no_program",
        "test_order_folder.py::test_an_unsafe_text_is_never_rendered",
        "test_api_hostile.py::test_a_value_that_does_not_fit_is_refused_by_its_field",
    ),
    "2 order files were programs on the controller": (
        "test_templates.py::test_whatever_does_more_than_name_a_variable_is_refused",
        "test_templates.py::test_any_text_gives_a_value_or_a_refusal",
        "test_orders_are_data.py::test_an_order_file_is_no_program",
        "test_commands.py::test_a_command_in_an_order_is_refused",
    ),
    "3 root followed links in folders of other accounts": (
        "test_foreign_folders.py::test_a_link_to_another_tenants_key_gives_nobody_that_key",
        "test_foreign_folders.py::test_a_link_to_another_tenants_key_is_not_repaired_by_an_installation",
        "test_foreign_folders.py::test_a_planted_set_has_nothing_removed_elsewhere",
        "test_foreign_folders.py::test_a_csr_is_not_written_through_a_planted_link",
        "test_foreign_folders.py::test_a_file_that_a_planted_link_names_is_not_given_away",
        "test_door.py::test_layouts",
        "test_scenarios.py::test_scenario",
    ),
    "4 planted keys were certified": (
        "test_foreign_folders.py::test_a_planted_key_is_not_certified",
        "test_foreign_folders.py::test_a_planted_key_that_waits_does_not_win",
    ),
    "5 a plan said nothing of hosts": (
        "test_host_part.py::test_a_saved_plan_binds_every_field_of_a_host_without_any_step",
        "test_host_part.py::test_a_plan_shows_what_changes_on_hosts_in_every_form",
        "test_host_part.py::test_what_a_command_runs_is_bound_with_its_name",
        "test_plans_of_hosts.py::test_nothing_is_done_on_hosts_that_was_not_reviewed",
        "test_commands.py::test_modes_of_keys",
        "test_commands.py::test_modes_of_certificates",
        "test_files.py::test_no_mode_opens_a_key_to_others",
    ),
    "6 a token followed a redirection": (
        "test_ci_pipelines.py::test_no_token_follows_a_redirection_to_another_host",
        "test_ci_pipelines.py::test_gitlab_jobs_name_no_token_of_theirs",
    ),
    "7 a token of merge requests could read the one that buys": (
        "test_ci_pipelines.py::test_each_token_of_gitlab_has_the_least_role",
    ),
    "8 datagrams left the browser": (
        "test_portal_hostile.py::test_no_datagram_leaves_the_browser",
        "test_portal_engine.py::test_nothing_goes_to_another_place",
    ),
    "9 copies of pages held secrets and ran": (
        "test_page.py::test_a_copy_holds_no_secret_however_it_is_spelled",
        "test_page.py::test_a_copy_is_inert_and_shows_what_was_read",
        "test_portal_faults.py::test_copies_of_pages_hold_no_secrets",
    ),
    "10 vaulted values were shown": (
        "test_vaulted.py::test_a_canary_in_any_field_of_any_order_is_shown_nowhere",
        "test_vaulted.py::test_no_text_that_passes_holds_the_value",
        "test_vaulted_orders.py::test_no_run_shows_what_is_sealed",
        "test_vaulted_orders.py::test_no_mistake_shows_what_is_sealed",
    ),
    "11 the ledger lost lines and cried wolf": (
        "test_ledger_evidence.py::test_odd_words_of_a_desk_take_no_other_line_along",
        "test_ledger_evidence.py::test_no_line_passes_for_written_whatever_fails",
        "test_ledger_evidence.py::test_the_hash_of_the_last_whole_line_is_found_however_long_lines_are",
        "test_api_hostile.py::test_a_purchase_that_is_answered_with_odd_words_keeps_no_line_from_the_ledger",
        "test_api_hostile.py::test_a_retry_after_that_cannot_be_read_is_as_good_as_none",
    ),
    "12 words of the desk commanded terminals and logs": (
        "test_phrases.py::test_every_character_comes_out_printable_or_as_a_blank",
        "test_api_hostile.py::test_words_for_people_are_cut_and_cleaned",
        "test_api_hostile.py::test_words_of_a_refusal_are_one_printable_line",
        "test_saved_plan.py::test_words_of_the_desk_cannot_break_a_page",
    ),
    "13 a desk held or killed the controller": (
        "test_api_hostile.py::test_an_answer_that_grows_when_it_is_decompressed_is_given_up",
        "test_api_hostile.py::test_few_bytes_that_become_much_memory_are_not_read",
        "test_api_hostile.py::test_a_list_that_is_handed_out_row_by_row_ends_with_the_patience",
        "test_api_hostile.py::test_an_answer_that_comes_byte_by_byte_is_given_up",
        "test_api_hostile.py::test_only_desk_errors_come_out",
        "test_portal_hostile.py::test_a_list_without_an_end_is_given_up",
        "test_portal_hostile.py::test_a_page_that_grows_without_bounds_is_not_read",
        "test_fuzz_wires.py::test_no_answer_ends_in_anything_but_values_or_desk_errors",
    ),
    "14 aliases beside a template had no end": (
        "test_order_folder.py::test_aliases_of_aliases_beside_a_template_are_walked_once",
        "test_order_folder.py::test_mappings_that_several_aliases_lead_to_are_merged_once",
    ),
    "15 links in the folder of orders read any file": (
        "test_order_folder.py::test_a_link_that_leads_out_is_a_mistake_that_names_it",
        "test_order_folder.py::test_nothing_is_quoted_of_what_is_no_order_file",
        "test_order_folder.py::test_a_csr_outside_of_the_repository_is_not_read",
    ),
    "16 unpinned programs ran beside the token that buys": (
        "test_ci_pipelines.py::test_the_lock_is_of_what_the_collection_needs",
        "test_ci_pipelines.py::test_pinned_actions_say_their_version",
        "test_ci_pipelines.py::test_workflow_jobs_may_do_what_they_need_and_no_more",
        "test_ci_pipelines.py::test_nothing_is_installed_beside_the_order_token",
        "test_ci_pipelines.py::test_what_decides_about_money_has_an_owner",
        "test_ci_pipelines.py::test_what_is_no_approval_of_this_plan_does_not_count",
        "test_ci_pipelines.py::test_a_run_of_a_fork_with_the_same_head_is_not_in_the_way",
    ),
    "17 a saved plan proved nothing of its maker": (
        "test_saved_plan.py::test_another_digest_than_the_reviewed_one",
        "test_host_part.py::test_the_digest_covers_hosts",
        "test_ci_pipelines.py::test_apply_is_told_the_approved_digest",
        "test_ci_pipelines.py::test_a_plan_that_took_the_place_of_the_approved_one_is_not_applied",
    ),
    "18 the role opened folders that were closed": (
        "test_roles.py::test_folders_that_are_there_keep_their_modes",
        "test_roles.py::test_folders_that_the_role_makes_are_closed_enough",
    ),
    "19 foreign text made links and mentions in Markdown": (
        "test_saved_plan.py::test_words_of_the_desk_are_only_words_in_markdown",
    ),
    "20 a password went into an address": (
        "test_portal_hostile.py::test_a_password_never_goes_into_an_address",
        "test_portal_hostile.py::test_no_script_puts_a_password_into_an_address",
        "test_portal_hostile.py::test_a_log_in_is_tried_once",
    ),
    "21 files were written through links": (
        "test_layers.py::test_the_controller_writes_through_no_link",
        "test_annotations.py::test_annotations_are_written_through_no_link",
        "test_adoption.py::test_an_import_never_overwrites_nor_follows_a_link",
    ),
    "22 a host's name was an option of ssh": (
        "test_rules.py::test_a_broken_rule_is_told",
        "test_order_inventory.py::test_mistakes_in_orders_are_told_as_check_tells_them",
    ),
    "23 a ledger that was missing or cut was whole": (
        "test_ledger_evidence.py::test_a_head_that_was_noted_shows_a_cut_end",
        "test_perform.py::test_a_line_that_was_made_unreadable_is_found",
        "test_reviewed_plans.py::test_the_ledger_is_verified_and_exported",
    ),
    "24 callbacks saw passphrases of the roles": (
        "test_roles.py::test_tasks_with_a_passphrase_are_kept_from_callbacks_and_their_faults_are_told",
    ),
    "25 commands and the driver inherited tokens": (
        "test_activation.py::test_commands_do_not_see_the_credentials_of_the_controller",
        "test_portal_hostile.py::test_neither_browser_nor_driver_is_given_a_credential",
    ),
    "26 words became formulas of a spreadsheet": (
        "test_ledger_evidence.py::test_no_separator_makes_a_formula_of_what_a_desk_says",
    ),
    "27 any chain was installed": (
        "test_certs.py::test_a_chain_is_short",
        "test_certs.py::test_no_certificate_stands_twice_in_a_chain",
        "test_certs.py::test_only_an_authority_may_stand_in_a_chain",
        "test_certs.py::test_an_intermediate_is_valid_when_it_is_installed",
        "test_layouts.py::test_an_issuer_that_was_not_expected",
    ),
    "28 a missing CA file was told as None": ("test_api_hostile.py::test_a_ca_file_that_is_not_there_is_named",),
    "29 the controller connects where an order says": (),
    "30 the rehearsal desk was open to others": (
        "test_desk_command.py::test_the_database_is_for_its_owner_alone",
        "test_desk_command.py::test_a_page_of_somebody_else_reads_nothing_by_its_own_name",
        "test_portal_controls.py::test_odd_days_are_a_mistake_of_the_form",
    ),
    "31 an import could not take relative paths": (
        "test_order_language.py::test_import_takes_the_paths_of_its_own_documentation",
    ),
    "32 an address with a query was a desk's": (
        "test_api_hostile.py::test_an_address_with_a_query_or_fragment_is_refused",
    ),
}

# Inputs that people of the trade really have, each for its kind.
CASES: t.Final[Table] = {
    "aliases-of-aliases-with-a-template": (
        "test_order_folder.py::test_aliases_of_aliases_beside_a_template_are_walked_once",
    ),
    "applicant-phone-full-width": (
        "test_rules_agree.py::test_a_wrong_registration_is_wrong_on_both_sides",
        "test_fuzz_registrations.py::test_everything_that_check_passes_is_registered",
    ),
    "combined-file-with-dh-parameters": (
        "test_layouts.py::test_blocks_of_others_are_no_reason_to_write_and_are_carried_along",
        "test_layouts.py::test_a_combined_file_with_parameters_is_told_as_what_it_is",
    ),
    "csr-key-used-twice": (
        "test_supplied_csrs.py::test_one_key_for_two_requests",
        "test_plan.py::test_a_key_that_another_application_has_is_told_before_the_purchase",
        "test_keys_of_other_contracts.py::test_every_key_that_the_desk_shows_of_a_contract_counts",
        "test_used_keys_unseen.py::test_a_contract_in_place_of_a_rejected_one_gets_a_new_key",
        "test_used_keys.py::test_a_role_buys_nothing_with_the_key_of_another_contract",
    ),
    "csr-rsa-pss-key": ("test_supplied_csrs.py::test_keys_and_signatures_by_what_is_in_the_request",),
    "csr-signed-with-sha1": ("test_supplied_csrs.py::test_keys_and_signatures_by_what_is_in_the_request",),
    "csr-sound-but-called-damaged": (
        "test_supplied_csrs.py::test_an_editor_of_windows_leaves_a_mark",
        "test_supplied_csrs.py::test_characters_that_a_printable_string_lacks_are_read_all_the_same",
    ),
    "csr-subject-judged-after-purchase": (
        "test_supplied_csrs.py::test_the_subject_is_judged_as_a_written_one_is",
        "test_fuzz_registrations.py::test_everything_that_check_passes_is_registered",
    ),
    "csr-with-department": (
        "test_supplied_csrs.py::test_supplied_csrs",
        "test_fuzz_registrations.py::test_everything_that_check_passes_is_registered",
    ),
    "csr-without-country": ("test_supplied_csrs.py::test_what_a_subject_lacks_or_has_twice",),
    "desk-ca-path-that-is-not-there": (
        "test_api_hostile.py::test_a_ca_file_that_is_not_there_is_named",
        "test_api_hostile.py::test_a_ca_file_of_the_home_folder_is_found",
        "test_system_errors.py::test_no_error_is_told_as_none",
    ),
    "host-not-in-inventory": (
        "test_hosts_in_inventory.py::test_no_order_for_a_host_that_is_not_there",
        "test_hosts_in_inventory.py::test_an_inventory_that_was_forgotten",
        "test_hosts_in_inventory.py::test_a_certificate_whose_host_is_gone_fails_the_collection",
        "test_hosts_first.py::test_a_host_that_was_left_out_costs_no_contract",
    ),
    "key-link-leads-out-of-its-folder": (
        "test_plain_files.py::test_every_path_is_a_plain_file_with_each_certificate",
        "test_plain_files.py::test_killed_anywhere_each_file_is_whole_and_the_next_run_makes_them_one_set",
    ),
    "maintenance-with-retry-after": (
        "test_api_hostile.py::test_a_desk_that_asks_for_an_hour_is_not_waited_for",
        "test_api_hostile.py::test_a_retry_after_that_cannot_be_read_is_as_good_as_none",
        "test_portal_hostile.py::test_a_maintenance_of_an_hour_ends_the_run",
    ),
    "messages-that-hide-the-cause": (
        "test_quotes.py::test_what_was_written_is_quoted_with_what_is_not_seen",
        "test_quotes.py::test_a_fact_that_is_a_sentence_ends_no_complaint_twice",
        "test_names.py::test_names_that_cannot",
    ),
    "order-folder-behind-a-link": (
        "test_order_folder.py::test_a_link_that_leads_out_is_a_mistake_that_names_it",
        "test_order_folder.py::test_a_link_that_stays_inside_is_followed_and_read_once",
        "test_order_folder.py::test_a_folder_that_cannot_be_read_is_a_mistake",
    ),
    "orders-in-a-configmap": (
        "test_order_folder.py::test_a_mounted_config_map_is_one_file",
        "test_order_folder.py::test_hidden_names_are_not_looked_at",
    ),
    "pkcs12-for-older-readers": (
        "test_layouts.py::test_pkcs12_for_older_readers",
        "test_layouts.py::test_pkcs12_is_modern_unless_it_is_asked_otherwise",
        "test_layouts.py::test_what_older_readers_cannot_open_is_made_anew_for_them",
    ),
    "portal-pages-in-euc-jp": (
        "test_portal_hostile.py::test_a_portal_in_the_encodings_of_japan",
        "test_portal_hostile.py::test_what_an_encoding_does_not_have_is_not_sent",
        "test_page.py::test_a_form_goes_out_in_the_encoding_that_it_accepts",
    ),
    "prove-seen-from-controller-without-address": (
        "test_proofs.py::test_seen_from_the_controller_an_address_that_is_left_out_is_the_hosts",
    ),
    "prove-two-certificates-on-one-port": (
        "test_handshake.py::test_the_certificate_is_found",
        "test_handshake.py::test_what_is_served_instead_is_told",
        "test_proofs.py::test_a_server_with_two_certificates_on_one_port",
    ),
    "wildcard-below-prefecture-domain": (
        "test_rules.py::test_no_public_suffix_is_anybodys_domain",
        "test_rules_agree.py::test_what_is_wrong_is_wrong_on_both_sides",
    ),
}

# Bytes, kills, disks and clocks, seen from outside of the processes.
OUTSIDE: t.Final[Table] = {
    "F1 an answer that proves nothing was a refusal": (
        "test_answers_to_a_purchase.py::test_whatever_the_portal_answers_nothing_is_bought_twice",
        "test_answers_to_a_purchase.py::test_whatever_the_interface_answers_nothing_is_bought_twice",
        "test_answers_to_a_purchase.py::test_the_completion_screen_is_the_only_answer_that_is_believed",
        "test_answers_to_a_purchase.py::test_the_table_is_as_long_as_it_says",
        "test_perform.py::test_what_proves_nothing_leaves_the_outcome_unknown",
    ),
    "F2 a killed run left a second name of a key": (
        "test_killed.py::test_a_new_key_leaves_no_second_name_for_good",
        "test_killed.py::test_what_a_killed_run_left_of_a_key_goes_when_its_certificate_is_installed",
    ),
    "F3 the ledger's own lines were trusted in their shape": (
        "test_ledger_evidence.py::test_a_last_line_that_no_ledger_has_buys_nothing",
        "test_lost_reports.py::test_a_ledger_that_cannot_be_read_is_told_once_and_buys_nothing",
    ),
    "F4 Python's words in place of a sentence": (
        "test_api_hostile.py::test_only_desk_errors_come_out",
        "test_portal_hostile.py::test_only_desk_errors_come_out",
        "test_api_hostile.py::test_reasons_are_words",
        "test_home_paths.py::test_the_ledger_of_a_home_that_is_not_there",
    ),
    "F5 waits without an end or a word": (
        "test_api_hostile.py::test_a_desk_that_asks_for_an_hour_is_not_waited_for",
        "test_api_hostile.py::test_an_answer_that_comes_byte_by_byte_is_given_up",
        "test_by_list.py::test_every_long_wait_says_what_for",
        "test_ledger_evidence.py::test_what_is_no_file_of_lines_buys_nothing",
    ),
    "F6 a full disk of reports kept orders from being registered": (
        "test_lost_reports.py::test_an_apply_without_its_reports_goes_on_to_register",
        "test_system_errors.py::test_a_full_disk_is_a_sentence_without_none",
        "test_ledger_evidence.py::test_a_full_disk_buys_nothing",
    ),
    "F7 a refusal of the system began before its guard": (
        "test_door.py::test_a_link_that_cannot_be_read_is_told_with_the_path",
        "test_door.py::test_a_folder_that_the_user_may_not_enter_is_told_with_the_path",
        "test_errors.py::test_what_the_system_refuses_is_told_with_its_path",
    ),
    "F8 fetched was taken for installed": (
        "test_killed_after_fetching.py::test_killed_between_fetching_and_installing_it_is_open",
        "test_fetched_is_not_installed.py::test_an_installation_that_failed_stays_open",
        "test_fetched_is_not_installed.py::test_without_a_word_of_the_host_nothing_is_claimed",
    ),
}

# What was left as it is, and why; by the number of the finding.
REASONS: t.Final = {
    "17": "words and prices of a plan that apply does not take from the file are not in the digest: it plans again",
    "24": "Ansible shows callbacks what a task is given; security.md says to take tokens from the environment",
    "29": "load balancers need any address and port, and nothing is sent but the greeting of TLS (security.md)",
    "30": "log-ins of the rehearsal are not slowed down: its passwords are random, as rehearsal/README.md says",
}


def check_table(table: Table, reasons: t.Mapping[str, str]) -> None:
    """Fail for a finding without a test or a reason, and for a test that is not there."""
    for finding, tests in table.items():
        assert tests or reasons.get(finding.split()[0]), f"{finding}: neither test nor reason"
        for test in tests:
            file, _, function = test.partition("::")
            assert function in functions_of(file), f"{finding}: there is no {test}"


@functools.cache
def files_of_tests() -> dict[str, pathlib.Path]:
    folders = (ROOT / "tests", ROOT / "rehearsal" / "tests")
    return {path.name: path for folder in folders for path in folder.rglob("test_*.py")}


@functools.cache
def functions_of(file: str) -> set[str]:
    path = files_of_tests().get(file)
    tree = ast.parse(path.read_bytes() if path else b"")
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("table", [REVIEW, CASES, OUTSIDE], ids=["review", "cases", "outside"])
def test_each_finding_has_tests_or_a_reason(table: Table) -> None:
    check_table(table, REASONS)


def test_no_finding_is_missing() -> None:
    assert [finding.split()[0] for finding in REVIEW] == [str(number) for number in range(1, 33)]
    assert [finding.split()[0] for finding in OUTSIDE] == [f"F{number}" for number in range(1, 9)]
    assert len(CASES) == 22
    assert set(REASONS) <= {finding.split()[0] for finding in REVIEW}


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ({"1 x": ()}, "neither test nor reason"),
        ({"1 x": ("test_door.py::test_what_nobody_wrote",)}, "there is no"),
        ({"1 x": ("test_nowhere.py::test_layouts",)}, "there is no"),
        ({"1 x": ("test_door.py",)}, "there is no"),
    ],
    ids=["nothing", "function", "file", "no-function"],
)
def test_a_planted_gap_is_found(planted: Table, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        check_table(planted, {})

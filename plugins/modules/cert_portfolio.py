#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cert_portfolio
short_description: Check, plan and apply the contract orders of a whole portfolio
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Reads order files, compares them with the applications (お申し込み) at the desk, and places or cancels what differs.
  - One order is one purchase, however often the task runs and whatever happens in between.
  - All mistakes in all order files are told at once, before any order is sent.
  - Nothing is waited for. What has to happen next, by whom and until when is in the result of every order.
  - CSRs and application information are registered by M(iij.server_certificate.csr_register), issued certificates are installed by
    M(iij.server_certificate.certificate_install).
notes:
  - An application that no order names is reported as unmanaged and never touched.
  - The desk's JSON interface is this collection's own. IIJ publishes no API for its service.
extends_documentation_fragment:
  - iij.server_certificate._desk
  - iij.server_certificate._orders
  - iij.server_certificate._reviewed
  - iij.server_certificate._planned
  - iij.server_certificate._handed_on
  - iij.server_certificate._language
  - iij.server_certificate._attributes
attributes:
  platform:
    details: Everything runs on the controller.
options:
  state:
    description:
      - V(checked) judges the order files alone; the desk is not asked.
      - V(planned) compares them with the desk and returns the plan; nothing changes.
      - V(prepared) plans and refuses as V(applied) does, buys nothing, and hands each host the orders for which it has to make key and CSR,
        for M(iij.server_certificate.csr_register) with its O(iij.server_certificate.csr_register#module:state=prepared).
      - V(applied) performs the plan.
      - V(collected) plans as V(planned) does and hands each host what M(iij.server_certificate.certificate_install) asks it. With O(missing)
        it fetches the certificates that hosts were found to lack, for another run of that module.
      - V(forecast) reckons what the orders come to until O(until), by quarter, in renewals, certificates, approvals and yen. Without a desk
        (O(desk_url) or O(desk_folder)) every order counts as new today.
    type: str
    choices: [checked, planned, collected, prepared, applied, forecast]
    default: planned
  missing:
    description:
      - Names of orders whose certificates hosts lack, as RV(iij.server_certificate.certificate_install#module:missing) tells. They are fetched
        by one log-in and handed to the hosts of O(look). Works with O(state=collected).
    type: list
    elements: str
  repair:
    description:
      - Whether RV(hosts) names every host on which an issued certificate belongs, so that files that were removed or changed there are put right.
      - If V(false), a host is left out that was heard to have its certificates in all places that the orders name. What orders say of
        modes, owners and commands is carried out there by the next run with V(true).
    type: bool
    default: true
  buy_before_host:
    description:
      - With O(look), an order is not bought while its host has not made key and CSR, because it cannot be reached, failed, or did not
        take part. If V(true), it is bought all the same.
      - The plan warns of it.
    type: bool
    default: false
  max_new_orders:
    description:
      - Refuse the whole run when it would place more new orders than this.
    type: int
  max_renewals:
    description:
      - Refuse the whole run when it would order more renewals than this. What nobody cancels IIJ renews by itself all the same; the
        message names these contracts and their days.
    type: int
  budget:
    description:
      - Refuse the whole run when its new orders and renewals cost more than this, in yen, by O(prices).
      - A new order or renewal without a price is refused then, too.
    type: int
  prices:
    description:
      - Your own price table, as a mapping of products to mappings of terms to amounts in yen. IIJ publishes no prices, and the desk tells none.
      - Under C(renewal) a product may have the amounts of its renewals by term; by default they are the same.
      - With it, plans tell what each order and all of them cost.
    type: dict
  until:
    description:
      - The last day of a forecast, as C(YYYY-MM-DD). By default it is the end of 2029, or later three years from today.
    type: str
  assumptions:
    description:
      - What nobody says and what decides the figures of a forecast, as a mapping. What is left out is as by default.
      - C(second), whether a further certificate inside a paid period is C(paid) (the default, the upper bound), C(free) or does not come (C(none)).
      - C(anchor), whether windows of paid renewals count from the expiry of the C(certificate) (the default) or of the C(period).
      - C(lead), days from registration to issue, as a mapping of C(DV), C(OV) and C(EV). By default they are 7, 14 and 14, which is ours.
      - C(late_registration), whether CSR and information are registered on the last day in place of the first.
    type: dict
  concurrency:
    description:
      - How many calls to the desk may be under way at once.
    type: int
    default: 4
  compare_with:
    description:
      - What hosts were asked before, so that the plan shows what changes there, field by field, as in C(key.mode 0600 -> 0640). Either a
        C(plan.json) or C(apply.json) of O(reports_path), or a folder with the order files of another state, such as those of the branch before.
      - Nothing but what is shown depends on it.
    type: str
  reports_path:
    description:
      - A folder on the controller that the plan is written into, as C(plan.json) for machines, C(plan.md) for a merge request, C(plan.html), one
        page that needs nothing else, and C(plan.approval.html), a sheet to sign (稟議).
      - With O(state=forecast) the files are C(forecast.json), C(forecast.md), C(forecast.html), C(forecast.csv), one row for each event, and
        C(forecast.ics), the next 13 months.
      - With O(state=applied), unless in check mode, the files are C(apply.json), C(apply.md) and C(apply.html), and tell what was done and what is left.
      - C(apply.json) keeps C(ledger_head), the hash of the ledger's last line, by which
        M(iij.server_certificate.ledger_info) finds out whether lines are missing at its end.
      - They are written when the task fails, too. The form of the JSON file is described in C(docs/plan.md) of the collection.
    type: str
  check_date:
    description:
      - The day of issue, as C(YYYY-MM-DD), that the rules are judged by. By default it is today.
      - With O(state=checked) and a day to come it shows what will be wrong with the same order files then.
    type: str
  strict:
    description:
      - Refuse orders for warnings too.
    type: bool
    default: false
  complaints_path:
    description:
      - Write all complaints, warnings too, into this file on the controller. Without complaints it is written all the same.
    type: str
  complaints_form:
    description:
      - The form of O(complaints_path), where V(json) is a list with all parts, V(sarif) is SARIF 2.1.0,
        V(github) are workflow commands that GitHub Actions shows beside the diff when they are printed,
        and V(gitlab) is a code quality report for GitLab.
    type: str
    choices: [json, sarif, github, gitlab]
    default: json
  not_booked:
    description:
      - Attempts of earlier runs with O(desk=portal) that have surely booked nothing, by the names that the messages give them.
      - An order whose attempt has no known outcome buys nothing until the portal lists a contract for it, or the attempt
        is named here.
    type: list
    elements: str
  quote:
    description:
      - Whether each new order and renewal goes all the way except for the purchase, so that the desk's confirm screen is compared with it field by field.
      - Works with O(state=planned), and with O(state=applied) in check mode. A note in RV(complaints) says how many the desk would take.
      - Refused in a run that orders, which compares in any case with O(desk=portal).
    type: bool
    default: false
  ledger_path:
    description:
      - The file on the controller that records every spending call before and after it is made.
      - By default it is below E(XDG_STATE_HOME), or else C(~/.local/state), and is named after the portfolio and the desk. One that an earlier
        release began for all desks is continued.
      - Lines name the desk. Only those of this desk, and those of earlier releases, which name none, are heeded.
      - A link counts only in a folder that nobody else may write to; in a shared folder name the file itself.
    type: str
seealso:
  - module: iij.server_certificate.cert_application
  - module: iij.server_certificate.csr_register
  - module: iij.server_certificate.certificate_install
"""

EXAMPLES = r"""
- name: Judge the order files without asking anybody
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: checked

- name: Judge them for certificates that are issued next spring, and let the code host show what is wrong
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: checked
    check_date: "2027-04-01"
    complaints_path: build/complaints.sarif
    complaints_form: sarif

- name: Show what would be done
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: planned

- name: Order what is missing, three certificates and 100,000 yen at most
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: applied
    max_new_orders: 3
    budget: 100000
    prices:
      sureserver_cloud:
        6 months: 30000

- name: Save a plan for review
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: planned
    reports_path: build/

- name: Reckon what these orders come to until the end of 2029
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: forecast
    prices:
      sureserver_cloud:
        6 months: 30000
    reports_path: build/

- name: Do what was reviewed, and nothing else
  iij.server_certificate.cert_portfolio:
    order_files: orders/
    state: applied
    plan_file: build/plan.json
"""

RETURN = r"""
forecast:
  description:
    - What the orders come to, as C(forecast.json) of O(reports_path) tells it, which C(docs/forecast.md) of the collection describes.
  returned: with O(state=forecast)
  type: dict
  sample:
    today: "2026-12-01"
    until: "2029-12-31"
    total: {counts: {renewal: 5412}, yen: 162360000, unpriced: 0}
forms:
  description: The text of a paper order (書面への転記用), by order name, for orders whose linked contract the portal does not list.
  returned: when there are such orders
  type: dict
planned:
  description: Whether the result tells what would be done instead of what was done.
  returned: unless with O(state=checked) or O(state=forecast)
  type: bool
  sample: false
checked:
  description: How many orders were judged and found right.
  returned: with O(state=checked)
  type: int
  sample: 8
verdict:
  description:
    - What the run comes to, namely V(nothing_to_do), V(changes), V(waiting), V(unknown) when the outcome of a spending call could not be
      found out, or V(error).
  returned: unless with O(state=checked) or O(state=forecast)
  type: str
  sample: changes
digest:
  description: By this the plan is known again; see O(plan_digest).
  returned: unless with O(state=checked) or O(state=forecast)
  type: str
  sample: "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
price:
  description: What new orders and renewals cost, in all and apart, and the names of those without a price.
  returned: unless with O(state=checked) or O(state=forecast); null without O(prices)
  type: dict
  sample: {currency: JPY, total: 60000, new: 30000, renewals: 30000, unpriced: []}
silent:
  description: What IIJ renews by itself, since nobody has ordered or cancelled it, from the notice of the renewal on.
  returned: unless with O(state=checked) or O(state=forecast)
  type: list
  elements: dict
  sample:
    - {contract_id: rsc00000004, common_name: api.example.jp, order: api, day: "2027-05-02", update_by: "2027-05-07", yen: 30000}
left_out:
  description: With O(due_only=true), the mistakes for which orders were left out.
  returned: unless with O(state=checked) or O(state=forecast)
  type: list
  elements: str
  sample: []
counts:
  description: How many orders stand where, and how many applications are unmanaged.
  returned: unless with O(state=checked) or O(state=forecast)
  type: dict
  sample: {to_order: 1, to_register: 0, to_collect: 0, to_cancel: 0, waiting: 2, ended: 0, done: 5, unmanaged: 0}
orders:
  description:
    - Every order that is not finished, with its state, the steps that remain, the reason, and what has to happen next.
    - Finished orders are counted only; M(iij.server_certificate.cert_application_info) and the files in O(reports_path) tell of them too.
  returned: unless with O(state=checked) or O(state=forecast)
  type: list
  elements: dict
  contains:
    name:
      description: The order's name.
      type: str
      sample: www
    common_name:
      description: The host name (コモンネーム), or V((vaulted\)) where the order files seal it.
      type: str
      sample: www.example.jp
    product:
      description: The product (品目), by the id of order files.
      type: str
      sample: sureserver_cloud
    term:
      description: The contract term (有効期間).
      type: str
      sample: 6 months
    usage:
      description: V(other) or V(linked_service) (利用形態).
      type: str
      sample: other
    host:
      description: The inventory host that makes the key.
      type: str
      sample: web1
    contract_id:
      description: The application's contract ID (サービスコード).
      type: str
      sample: rsc00000001
    linked_service:
      description: The linked service (連携対応サービス).
      type: str
      sample: gio_content_acceleration
    linked_contract_id:
      description: The contract of the linked service.
      type: str
      sample: gca00000001
    state:
      description: Where the application stands. The names are this collection's own.
      type: str
      sample: awaiting_registration
    standing:
      description:
        - What that means for this order, namely V(to_order), V(to_renew), V(to_reissue), V(to_relink), V(to_register), V(to_collect), V(to_cancel), V(waiting),
          V(held), V(estranged), V(ended) or V(done).
      type: str
      sample: to_register
    order_digest:
      description: Changes when the order says something else. It holds a saved plan and the order files together.
      type: str
      sample: "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    host_changes:
      description: With O(compare_with), every field of the host's part with its value before and after; otherwise empty.
      type: list
      elements: dict
      sample:
        - field: key.mode
          before: "0600"
          after: "0640"
    adopted:
      description: Whether the application was ordered past these files and is used instead of buying another one.
      type: bool
      sample: false
    steps:
      description: The steps that remain, each with the class of its call (V(read), V(safe write) or V(spend)) and its price in yen.
      type: list
      elements: dict
      sample: [{step: place, call_class: spend, price: 30000}, {step: register, call_class: safe write, price: null}]
    reason:
      description: Why it has this standing.
      type: str
      sample: CSR and application information missing
    next_action:
      description: What has to happen next.
      type: str
      sample: register CSR and application information (apply.yml)
    next_action_by:
      description: By whom.
      type: str
      sample: service_admin
    deadline:
      description: Until when.
      type: str
      sample: "2026-12-22"
    deadlines:
      description:
        - Every day by which somebody has to act, the next one first. C(what) is V(registration), V(confirmation), V(addresses), V(renewal),
          V(update), V(upload), V(installation), V(cancellation), V(revocation) or V(expiry); C(alert_at) is from when on it is worth an alert.
      type: list
      elements: dict
      sample:
        - what: registration
          day: "2026-12-22"
          by: service_admin
          action: register CSR and application information
          otherwise: IIJ may withdraw the order
          alert_at: "2026-12-15T15:00:00Z"
    late:
      description:
        - The stage (V(order), V(register), V(issue), V(install)) that should be over, since how many days, and who is at work; null where none is late.
      type: dict
      sample: {stage: issue, days: 2, by: ca}
    not_before:
      description: From when the certificate is valid, RFC 3339 in UTC.
      type: str
      sample: "2026-11-22T15:00:00Z"
    not_after:
      description: When the certificate expires, RFC 3339 in UTC.
      type: str
      sample: "2027-05-22T14:59:59Z"
    serial_number:
      description: Serial number of the certificate in hexadecimal.
      type: str
      sample: 4f2a91
    replaces:
      description: The certificate that the steps replace, by its SHA-256 fingerprint where the desk shows it; null where they replace none.
      type: str
      sample: null
    renew_by:
      description: The moment by which the renewal has to be ordered, where that is a step of this order.
      type: str
      sample: null
    replaced:
      description: The contract that this order replaces, whether it goes on, and by which day it has to be cancelled; null where it replaces none.
      type: dict
      sample: null
    relinking:
      description: The change or addition of a linked service that is wanted, and whether it is under way; null where none is.
      type: dict
      sample: null
    mail:
      description: The e-mail by which a person asks for that change, where it cannot be asked for online.
      type: str
      sample: null
    renewal:
      description:
        - Where the contract is in the period of its certificate, C(phase) being V(resting), V(notice), V(open), V(closed), V(renewed) or
          V(cancelled); the days of its window, in Japan; and what is under way for the next certificate.
        - Null before the first certificate.
      type: dict
      sample: {phase: resting, state: null, opened_by: null, term: 6 months, notice_on: "2027-04-19", opens_on: "2027-04-24",
        order_by: "2027-04-28", update_by: "2027-05-03"}
    error:
      description: Why the order's step failed in this run.
      type: str
      returned: on failure
      sample: "the desk at https://desk.example.jp cannot be reached: connection refused"
look:
  description:
    - The name by which later tasks of the same run find what the desk showed; see O(look).
    - V(null) with O(state=prepared) where nothing is to be done.
  returned: with O(state=prepared) and O(state=collected)
  type: str
  sample: 5f0c7f3d5ad54a2a9d5c7b0e0f6f5a11
work:
  description: With O(desk=by_hand), what people have to do and on which work sheet, by order name.
  returned: with O(desk=by_hand)
  type: dict
  sample:
    mail: order it by the work sheet desk/sheets/group_admin.html, no. 1
sheets:
  description: With O(desk=by_hand), the work sheets that were written, a page for each role that has work.
  returned: with O(desk=by_hand)
  type: list
  elements: str
  sample: [desk/sheets/group_admin.html]
unmanaged:
  description: Contract IDs that no order names.
  returned: unless with O(state=checked) or O(state=forecast)
  type: list
  elements: str
  sample: [rsc00000007]
hosts:
  description: Inventory hosts that have something to register, and hosts on which issued certificates belong.
  returned: unless with O(state=checked) or O(state=forecast)
  type: dict
  sample: {register: [web1], collect: [localhost, web1]}
without_host:
  description: Orders with an issued certificate whose host the inventory lacks, with that host. Orders with work left to do are refused instead.
  returned: unless with O(state=checked) or O(state=forecast)
  type: dict
  sample: {}
text:
  description: The orders as a table for people.
  returned: unless with O(state=checked) or O(state=forecast)
  type: str
  sample: |-
    order  common name     contract ID  state                  expires  next action                                           by             until
    www    www.example.jp  rsc00000001  awaiting registration  -        register CSR and application information (apply.yml)  service admin  2026-12-22
    to register: 1
    Next: apply.yml orders, renews, registers and cancels; collect.yml fetches what is issued.
complaints:
  description: Every mistake found in the orders, warnings too, with place, rule, what is allowed and what to do.
  returned: when there are any
  type: list
  elements: dict
  sample:
    - rule: EMAIL-VALIDATION-ENDS
      severity: warning
      file: orders/web.yml
      line: 40
      column: 3
      order: cdn
      field: approval_email
      wrong: From 2028-03-15 on no CA may rely on approval by e-mail, not even on approvals given before.
      allowed: approval by e-mail for certificates issued before 2028-03-15
      todo: Nothing today; ask IIJ in time what takes its place.
      source: BR 3.2.2.4.4, .13, .14; ballot SC-090
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, cert_portfolio


def main() -> None:
    module = AnsibleModule(**vars(cert_portfolio()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A browser without a screen or scripts: finds links, fields and buttons by the words that people see."""

from __future__ import annotations

import dataclasses as dc
import typing as t
import urllib.parse

import requests
from lxml import html
from rehearsal_desk.portal import labels
from rehearsed import Rehearsal

Element = t.Any  # lxml has no types of its own


@dc.dataclass
class Browser:
    """One person with a cookie jar, looking at one page."""

    url: str
    session: requests.Session = dc.field(default_factory=requests.Session)
    status: int = 0
    where: str = ""
    text: str = ""
    answers: list[requests.Response] = dc.field(default_factory=list)

    @property
    def tree(self) -> Element:
        return html.fromstring(self.text)

    @property
    def heading(self) -> str:
        headings = self.tree.xpath("//h1")
        assert len(headings) == 1, self.text
        return str(headings[0].text_content()).strip()

    def go(self, path: str) -> Browser:
        return self._arrive(self.session.get(urllib.parse.urljoin(self.url, path), timeout=20))

    def follow(self, words: str) -> Browser:
        """Click the link with these words."""
        links = [link for link in self.tree.xpath("//a") if _words(link) == words]
        assert links, f"no link {words!r} on {self.heading!r}"
        return self.go(links[-1].get("href"))

    def press(self, button: str, /, **fields: str) -> Browser:
        """Fill in fields by name and press the button with these words; what is filled in already is sent too."""
        answer = self.sent(button, **fields)
        return self._arrive(answer)

    def get(self, button: str, /, **fields: str) -> Browser:
        """Press a button whose form is an address."""
        form, values = self.form(button)
        return self.go(f"{form.get('action')}?{urllib.parse.urlencode({**values, **fields})}")

    def sent(self, button: str, /, **fields: str) -> requests.Response:
        """The answer to pressing a button, while this page stays in view."""
        form, values = self.form(button)
        for name, value in fields.items():
            name = name.replace("__", ".")
            assert self.has(name), f"no field {name!r} on {self.heading!r}"
            values[name] = value
        return self.session.post(urllib.parse.urljoin(self.where, form.get("action") or ""), data=values, timeout=20)

    def form(self, button: str) -> tuple[Element, dict[str, str]]:
        """The form with this button, and what a browser would send on pressing it."""
        buttons = [item for item in self.tree.xpath("//form//button") if _words(item) == button]
        assert buttons, f"no button {button!r} on {self.heading!r}"
        form = next(buttons[-1].iterancestors("form"))
        values = {name: str(value) for name, value in form.form_values()}
        if buttons[-1].get("name"):
            values[buttons[-1].get("name")] = buttons[-1].get("value")
        return form, values

    def has(self, name: str) -> bool:
        """Whether the page has a field of this name."""
        return bool(self.tree.xpath("//*[@name=$name]", name=name))

    def has_button(self, words: str) -> bool:
        return any(_words(item) == words for item in self.tree.xpath("//button"))

    def value(self, name: str) -> str:
        """What a browser would send for this field."""
        for form in self.tree.forms:
            if name in form.fields:
                return str(form.fields[name] or "")
        raise AssertionError(f"no field {name!r}")

    def choices(self, name: str) -> list[str]:
        """The words of a pull-down's lines."""
        return [_words(item) for item in self.tree.xpath("//select[@name=$name]/option[@value!='']", name=name)]

    def facts(self) -> dict[str, str]:
        """Terms and values on the page."""
        return {_words(row.find("dt")): _words(row.find("dd")) for row in self.tree.xpath("//dl/div")}

    def errors(self) -> list[tuple[str, str]]:
        """The summary of errors: the field each line leads to, and its words."""
        links = self.tree.xpath("//*[@role='alert']//a")
        return [(link.get("href").removeprefix("#"), _words(link)) for link in links]

    def log_in(self, master_id: str, password: str) -> Browser:
        self.go("/portal/login")
        return self.press(labels.LOG_IN, master_id=master_id, password=password)

    def _arrive(self, answer: requests.Response) -> Browser:
        self.answers.append(answer)
        self.status, self.where, self.text = answer.status_code, answer.url, answer.text
        return self


def group_admin(desk: Rehearsal) -> Browser:
    """The group admin, logged in."""
    return Browser(desk.url).log_in("RHS0000001", desk.group_password)


def service_admin(desk: Rehearsal) -> Browser:
    """The service admin, logged in."""
    return Browser(desk.url).log_in("RHS0000002", desk.service_password)


def controller(desk: Rehearsal) -> Browser:
    """Whoever has the control token, at the rehearsal's own page."""
    return Browser(desk.url).go("/rehearsal/ui/").press("開く", control_token=desk.control_token)


def to_new_order(browser: Browser) -> Browser:
    """The first menu path of the manual."""
    for words in (labels.CONTRACTS_AND_ADMINS, labels.SERVICE_ORDERS, labels.CUSTOMER_CODE_CHOICE):
        browser.follow(words)
    browser.go(f"/portal/contracts/orders/online?customer_code={browser.choices('customer_code')[0]}")
    browser.get(labels.NEXT, service="server_certificate")
    assert browser.heading == labels.ORDER_NOTES
    return browser.get(labels.NEXT)


def ordered(browser: Browser, product: str = "sureserver_cloud:6 months", name: str = "www.example.jp") -> str:
    """The service code of an order with the usage その他."""
    to_new_order(browser).press(labels.CONFIRM, usage="other", common_name=name, product=product)
    browser.press(labels.PLACE, terms_agreed="1")
    assert browser.heading == labels.NEW_ORDER_DONE, browser.text
    return browser.facts()[labels.SERVICE_CODE]


def filled(**changes: str) -> dict[str, str]:
    """The registration form's fields for a CSR made by the service."""
    return {
        "subject__state_or_province_name": "Tokyo",
        "subject__locality_name": "Chiyoda-ku",
        "subject__organization_name": "Example Co., Ltd.",
        **APPLICANT,
        **changes,
    }


APPLICANT: t.Final = {
    "applicant__name": "Web Operations",
    "applicant__department": "Infrastructure",
    "applicant__email": "certs@example.jp",
    "applicant__phone": "+81-3-0000-0000",
}


def _words(element: Element | None) -> str:
    return "" if element is None else " ".join(element.text_content().split())

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: phrase
short_description: A text in the language of the locale
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Chooses between an English text and the same in Japanese, as the messages of this collection do. The language follows the locale (E(LANGUAGE), E(LC_ALL),
    E(LC_MESSAGES), E(LANG)).
  - Ansible shows the name of a play rendered everywhere. The name of a task it shows as it is written in C(--list-tasks), C(--step) and before a C(meta) task,
    and finds it by C(--start-at-task) only as it is written, so names of tasks are better plain.
positional: japanese
options:
  _input:
    description: The text in English.
    type: str
    required: true
  japanese:
    description: The text in Japanese.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: "{{ 'Renew what is due' | iij.server_certificate.phrase('期限の来た更新を行う') }}"
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Say it in the reader's language
      ansible.builtin.debug:
        msg: "{{ 'Nothing is due.' | iij.server_certificate.phrase('対応は不要です。') }}"
"""

RETURN = r"""
_value:
  description: One of the two.
  type: str
"""

from ..module_utils._core.phrases import spoken_language


def phrase(english: str, japanese: str) -> str:
    """Choose the text of the language of the locale."""
    return japanese if spoken_language() == "ja" else english


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"phrase": phrase}

#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs ansible-core, the collection that requirements.yml names, and what the collection needs on the controller.
set -euo pipefail

pip install --quiet 'ansible-core>=2.19'
ansible-galaxy collection install -r requirements.yml -p collections
pip install --quiet -r collections/ansible_collections/iij/server_certificate/requirements.txt

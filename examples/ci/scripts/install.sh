#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs ansible-core and libraries by the hashes of ci/controller.lock, and the collection that requirements.yml pins.
# Only wheels are installed, so no code of a package runs here. Arguments are passed to pip.
set -euo pipefail

if [ -n "${IIJ_CERT_ORDER_TOKEN:-}" ]; then
  echo "IIJ_CERT_ORDER_TOKEN is visible to the installation. Limit the variable to the environment certificates. Nothing was installed." >&2
  exit 1
fi
pip install --quiet --require-hashes --only-binary :all: "$@" -r ci/controller.lock
# Without its dependencies, which no one would have pinned; the collection has none.
ansible-galaxy collection install --no-deps -r requirements.yml -p collections

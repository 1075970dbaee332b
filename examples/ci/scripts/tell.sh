#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Says in one line what came of a run, by the verdict of its report, e.g. `ci/tell.sh build/apply`; GitHub's job summary gets the report too.
set -euo pipefail

verdict=none
if [ -f "$1.json" ]; then
  verdict=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["verdict"])' "$1.json")
fi
case "$verdict" in
  nothing_to_do) told="nothing to do: the desk and the hosts are as the order files say." ;;
  changes) told="changes: the report lists the steps." ;;
  waiting) told="waiting: the report says for whom and until when." ;;
  unknown) told="unknown: it is not known whether an order arrived. Run this job again: that settles it and buys nothing twice." ;;
  error) told="error: the report says what is wrong and what to do." ;;
  *) told="error: the run ended before its report was written. Its log says why." ;;
esac
echo "Certificates: $told"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  {
    echo "**Certificates: $told**"
    echo
    [ ! -f "$1.md" ] || cat "$1.md"
  } >>"$GITHUB_STEP_SUMMARY"
fi

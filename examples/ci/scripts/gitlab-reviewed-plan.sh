#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Fetches the plan that was reviewed with this commit: that of the latest successful pipeline of the merge request it came from.
# Writes reviewed/plan.json, or fails when there is none. Needs curl, python3 and GitLab's own CI_* variables.
set -euo pipefail

project=$CI_API_V4_URL/projects/$CI_PROJECT_ID

refuse() {
  echo "There is no reviewed plan for $CI_COMMIT_SHA: $1. Nothing was ordered. Open a merge request, so that a plan is made and reviewed." >&2
  exit 1
}

# Prints the `field` of the first row that is right, or nothing.
first() {
  local address=$1 field=$2 key=$3 value=$4
  curl --fail --silent --show-error --location --header "PRIVATE-TOKEN: $CERTIFICATES_API_TOKEN" "$project/$address" |
    python3 -c 'import json, sys; field, key, value = sys.argv[1:]
print(next((row[field] for row in json.load(sys.stdin) if row[key] == value), ""))' "$field" "$key" "$value"
}

request=$(first "repository/commits/$CI_COMMIT_SHA/merge_requests" iid state merged)
[ -n "$request" ] || refuse "no merge request brought it"
pipeline=$(first "merge_requests/$request/pipelines" id status success)
[ -n "$pipeline" ] || refuse "no pipeline of merge request !$request succeeded"
job=$(first "pipelines/$pipeline/jobs?per_page=100" id name plan)
[ -n "$job" ] || refuse "pipeline $pipeline has no job named plan"

mkdir -p reviewed
curl --fail --silent --show-error --location --header "PRIVATE-TOKEN: $CERTIFICATES_API_TOKEN" \
  --output reviewed/plan.json "$project/jobs/$job/artifacts/build/plan.json" || refuse "the plan of job $job is gone"

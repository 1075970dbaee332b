#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Fetches the plan that was approved with this commit: into reviewed/plan.json, and into reviewed/digest the digest that the approval names.
# Needs gh and python3, and GH_TOKEN, REPOSITORY, BRANCH and SHA in the environment.
set -euo pipefail

refuse() {
  echo "::error::There is no approved plan for $SHA: $1. Nothing was ordered. Open a pull request; approve it with the digest of its plan." >&2
  exit 1
}

# Anybody who may push can run an old push again: what was approved then may have been taken back since.
if [ "${GITHUB_RUN_ATTEMPT:-1}" != 1 ]; then
  folder='.tree[] | select(.path == "orders") | .sha'
  then=$(gh api "repos/$REPOSITORY/git/trees/$SHA" --jq "$folder")
  now=$(gh api "repos/$REPOSITORY/git/trees/$BRANCH" --jq "$folder")
  [ "$then" = "$now" ] || refuse "it is run again, and orders/ has changed on $BRANCH since"
fi

# Approvals count if they are the reviewer's latest word, of the last head, by a person who may write here.
# shellcheck disable=SC2016  # GraphQL's and jq's variables
approvals=$(gh api graphql -f owner="${REPOSITORY%%/*}" -f name="${REPOSITORY#*/}" -f commit="$SHA" -f query='
  query($owner: String!, $name: String!, $commit: GitObjectID!) {
    repository(owner: $owner, name: $name) {
      object(oid: $commit) {
        ... on Commit {
          associatedPullRequests(first: 50) {
            nodes {
              merged baseRefName headRefOid
              latestOpinionatedReviews(first: 100, writersOnly: true) {
                nodes { state body commit { oid } author { __typename } }
              }
            }
          }
        }
      }
    }
  }' --jq '.data.repository.object.associatedPullRequests.nodes[]
    | select(.merged and .baseRefName == env.BRANCH) | .headRefOid as $head | .latestOpinionatedReviews.nodes[]
    | select(.state == "APPROVED" and .commit.oid == $head and .author.__typename == "User")
    | .body | scan("sha256:[0-9a-f]{64}") | "\($head) \(.)"')
[ -n "$approvals" ] || refuse "no approval of the merged head names the digest of a plan"

while read -r head digest; do
  # All artifacts of this name: a run of another pull request with the same head must not hide the right one, and no run of a fork counts.
  export head
  runs=$(gh api --paginate "repos/$REPOSITORY/actions/artifacts?name=plan-$head&per_page=100" --jq '.artifacts[]
    | select(.expired | not) | .workflow_run
    | select(.head_sha == env.head and .head_repository_id == .repository_id) | .id')
  for run in $runs; do
    fetched=$(mktemp -d)
    gh run download "$run" --repo "$REPOSITORY" --name "plan-$head" --dir "$fetched" || continue
    found=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["digest"])' "$fetched/plan.json") || continue
    if [ "$found" = "$digest" ]; then
      mkdir -p reviewed
      cp "$fetched/plan.json" reviewed/plan.json
      echo "$digest" >reviewed/digest
      exit 0
    fi
  done
done <<<"$approvals"
refuse "no kept plan has the digest that the approval names"

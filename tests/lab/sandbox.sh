#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run a command in namespaces of its own (network, mounts, processes): the hosts that it boots, their addresses, mounts
# and files vanish with it, however it ends, and nothing that it sends can leave this machine.
set -euo pipefail

# Empty folders of cgroups are all that can outlive a sandbox that was killed. They carry the PID of their sandbox.
for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  for left in "$tree"/hostlab-*; do
    [ ! -d "$left" ] || [ -d "/proc/${left##*-}" ] || find "$left" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
done

export HOSTLAB_CGROUP=hostlab-$$ HOSTLAB_STATE=/run/hostlab
# Everything that Ansible and Molecule keep about hosts must not outlive them.
export HOME=$HOSTLAB_STATE/home MOLECULE_EPHEMERAL_DIRECTORY=$HOSTLAB_STATE/molecule
export PYTHONDONTWRITEBYTECODE= # a scenario starts Python dozens of times
unset XDG_CACHE_HOME XDG_STATE_HOME ANSIBLE_HOME ANSIBLE_CONFIG

# Who starts a sandbox takes it along when dying. bash stays PID 1 in there: it reaps what is orphaned, a plain exec would not.
# shellcheck disable=SC2016
exec setpriv --pdeathsig KILL unshare --mount --net --pid --ipc --fork --kill-child --mount-proc --propagation private -- /bin/bash -c '
  set -e
  mount -t tmpfs tmpfs /run
  mkdir -p /run/netns "$HOME"
  ip link set lo up
  set +e
  "$@"
  exit $?' sandbox "$@"

#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Real throw-away hosts without a container engine. Each is a systemd-nspawn machine with its own systemd as PID 1, an
# overlay over a shared Debian image as its disk, its own network namespace and address, and a real OpenSSH server.
#
#   hostlab.sh deps              install the Debian packages that this needs, where they are missing
#   hostlab.sh missing           name those that are missing
#   hostlab.sh image SUITE       build the image of a suite (bookworm, bullseye, trixie), once
#   hostlab.sh up NAME/OCTET/SUITE...   boot hosts at 198.51.100.OCTET, until ssh and systemd are ready
#   hostlab.sh exec NAME CMD...  run a command inside, past ssh
#   hostlab.sh disk NAME         the folder of what this host has written: its disk without its image
#   hostlab.sh mark NAME...      remember its files as they are now
#   hostlab.sh changed NAME...   the files that were written, changed or removed since as NAME:PATH, logs aside
#   hostlab.sh sessions NAME...  how many commands sshd has run on each since this was last asked, as NAME:COUNT
#   hostlab.sh down NAME...      stop hosts and forget their disks
#
# All but the first three belong into a sandbox (sandbox.sh), which sets HOSTLAB_STATE and HOSTLAB_CGROUP.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
IMAGES=${HOSTLAB_IMAGES:-$ROOT/build/lab/images}
NET=198.51.100 # TEST-NET-2: an address that no real machine has
BRIDGE=br-hostlab
DEPS=(iproute2 mmdebstrap openssh-client procps systemd-container util-linux)
# Hosts have no way out: what one of them may need is in its image. strace kills a process at a chosen system call.
CONTENT=systemd,systemd-sysv,openssh-server,python3,python3-cryptography,openssl,nginx-light,strace

say() { printf 'hostlab: %s\n' "$*" >&2; }

missing() {
  local package
  for package in "${DEPS[@]}"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || echo "$package"
  done
}

deps() {
  local -a wanted
  mapfile -t wanted < <(missing)
  ((${#wanted[@]})) || return 0
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${wanted[@]}"
}

image() {
  local suite=$1 place=$IMAGES/$1 mirror
  mkdir -p "$IMAGES"
  exec 9> "$IMAGES/$suite.lock" # whoever comes second waits, and finds it done
  flock 9
  [ "$(cat "$place.recipe" 2>/dev/null)" != "$CONTENT" ] || return 0
  say "building the $suite image"
  rm -rf "$place" "$place.recipe"
  # shellcheck disable=SC2016  # apt fills it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -1)
  # Host names and keys are each host's own; timers of apt would only cost time. What is mounted for a build ends with it.
  # An image that a crash of this machine leaves half written has no recipe, so nothing needs to wait for the disk.
  # Its packages compile their Python, whatever the shell of the tests wants: hosts would do it at their first task.
  # shellcheck disable=SC2016  # the hooks' $1 is the folder of the image
  env --unset=PYTHONDONTWRITEBYTECODE unshare --mount mmdebstrap --quiet --variant=minbase --include="$CONTENT" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io \
    --customize-hook='rm -f "$1"/etc/hostname "$1"/etc/ssh/ssh_host_*' \
    --customize-hook='for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer dpkg-db-backup.timer; do ln -sf /dev/null "$1/etc/systemd/system/$unit"; done' \
    "$suite" "$place" "$mirror"
  printf '%s' "$CONTENT" > "$place.recipe"
}

bridge() {
  ! ip link show "$BRIDGE" > /dev/null 2>&1 || return 0
  ip link add "$BRIDGE" type bridge
  ip address add "$NET.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  ssh-keygen -q -t ed25519 -N '' -C hostlab -f "$HOSTLAB_STATE/id_ed25519"
}

up() {
  local spec name octet suite
  local -a names=()
  bridge
  for spec in "$@"; do
    IFS=/ read -r name octet suite <<< "$spec"
    start "$name" "$octet" "$suite"
    names+=("$name")
  done
  for name in "${names[@]}"; do wait_ready "$name"; done
  mark "${names[@]}"
}

start() {
  local name=$1 octet=$2 suite=$3 folder=$HOSTLAB_STATE/hosts/$1
  mkdir -p "$folder"/{upper,work,root}
  mount -t overlay "$name" -o "lowerdir=$IMAGES/$suite,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
  let_in "$name" "$octet"
  connect "$name" "$octet"
  boot "$name"
}

# The host's own key is known beforehand, so that ssh can be strict about it.
let_in() {
  local name=$1 octet=$2 root=$HOSTLAB_STATE/hosts/$1/root
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$root/etc/ssh/ssh_host_ed25519_key"
  # VERBOSE logs each session, which is how remote executions are counted.
  printf '%s\n' 'HostKey /etc/ssh/ssh_host_ed25519_key' 'UseDNS no' 'LogLevel VERBOSE' > "$root/etc/ssh/sshd_config.d/hostlab.conf"
  install -D -m 0600 "$HOSTLAB_STATE/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
  chmod 0700 "$root/root/.ssh"
  printf '%s %s\n' "$NET.$octet" "$(cut -d' ' -f1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub")" >> "$HOSTLAB_STATE/known_hosts"
}

connect() {
  local name=$1 octet=$2
  ip netns add "$name"
  ip link add "v-$name" type veth peer name eth0 netns "$name"
  ip link set "v-$name" master "$BRIDGE" up
  ip -n "$name" link set lo up
  ip -n "$name" address add "$NET.$octet/24" dev eth0
  ip -n "$name" link set eth0 up
}

boot() {
  local name=$1 folder=$HOSTLAB_STATE/hosts/$1 tree
  (
    # Without a cgroup of its own, the systemds of two hosts would share one tree.
    for tree in $(cgroup_trees); do
      mkdir -p "$tree/$HOSTLAB_CGROUP/$name"
      echo "$BASHPID" > "$tree/$HOSTLAB_CGROUP/$name/cgroup.procs"
    done
    exec setsid systemd-nspawn --quiet --boot --console=pipe --register=no --keep-unit \
      --network-namespace-path="/run/netns/$name" --machine="$name" --hostname="$name" \
      --resolv-conf=off --timezone=off --link-journal=no --directory="$folder/root"
  ) > "$folder/console.log" 2>&1 < /dev/null &
  echo "$!" > "$folder/pid"
}

# Of the hybrid layout, or the one tree of the unified layout.
cgroup_trees() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo /sys/fs/cgroup
  else
    ls -d /sys/fs/cgroup/systemd /sys/fs/cgroup/unified 2>/dev/null || true
  fi
}

wait_ready() {
  local name=$1 address tries=600
  address=$(ip -n "$name" -4 -o address show dev eth0 | awk '{sub("/.*", "", $4); print $4}')
  until answers "$address" && is_up "$name"; do
    ((tries -= 1)) || { say "$name did not come up"; cat "$HOSTLAB_STATE/hosts/$name/console.log" >&2; exit 1; }
    sleep 0.1
  done
}

answers() { (exec 3<> "/dev/tcp/$1/22") 2>/dev/null; }

is_up() {
  case $(inside "$1" systemctl is-system-running 2>/dev/null) in
    running | degraded) return 0 ;;
    *) return 1 ;;
  esac
}

inside() {
  local name=$1
  shift
  nsenter --target "$(pgrep -x systemd -P "$(cat "$HOSTLAB_STATE/hosts/$name/pid")")" --all -- "$@"
}

# A file that is written again has another inode or time, even with the same content; one that is removed from the image
# leaves a device node.
files() { find "$HOSTLAB_STATE/hosts/$1/upper" -path '*/upper/var/log' -prune -o ! -type d -printf '/%P\t%y %i %C@ %m %u:%g\n' | sort; }

mark() {
  local name
  for name in "$@"; do files "$name" > "$HOSTLAB_STATE/hosts/$name/marked"; done
}

changed() {
  local name
  for name in "$@"; do
    files "$name" | comm -3 "$HOSTLAB_STATE/hosts/$name/marked" - | sed 's/^\t//' | cut -f1 | sort -u | sed "s/^/$name:/"
  done
}

sessions() {
  local name
  for name in "$@"; do
    printf '%s:' "$name"
    # The trailing "or true" is for journalctl, which fails where nothing matches.
    { inside "$name" journalctl --unit ssh --quiet --output cat --cursor-file /run/sessions --grep 'Starting session' || true; } | wc -l
  done
}

down() {
  local name
  for name in "$@"; do stop "$name" & done
  wait
}

stop() {
  local name=$1 folder=$HOSTLAB_STATE/hosts/$1 pid tries tree
  pid=$(cat "$folder/pid")
  # The second SIGTERM makes nspawn stop at once instead of shutting the host down; two without a pause become one.
  for tries in {1..60}; do
    kill -TERM "$pid" 2>/dev/null || break
    [ "$tries" -lt 40 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  ip netns delete "$name"
  umount "$folder/root"
  for tree in $(cgroup_trees); do
    find "$tree/$HOSTLAB_CGROUP/$name" -depth -type d -exec rmdir {} + 2>/dev/null || true
    rmdir "$tree/$HOSTLAB_CGROUP" 2>/dev/null || true # of the last host
  done
  rm -rf "$folder"
}

command=${1:?what to do; see the head of this file}
shift
case $command in
  deps | missing | image | up | mark | changed | sessions | down) "$command" "$@" ;;
  exec) inside "$@" ;;
  disk) echo "$HOSTLAB_STATE/hosts/$1/upper" ;;
  *) say "unknown command $command"; exit 2 ;;
esac

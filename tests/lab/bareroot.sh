#!/usr/bin/env bash
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# A bare Debian to be a stranger in: its minimum and the packages that a page names, an ordinary user, nothing of this machine
# but the network and one folder. What is written elsewhere vanishes with the command.
#
#   bareroot.sh image SUITE PACKAGE...        build the image of a suite, once
#   bareroot.sh run SUITE FOLDER COMMAND...   run a command as the owner of this folder, which has the same path there
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
IMAGES=$ROOT/build/lab/bare

image() {
  local suite=$1 place=$IMAGES/$1 mirror
  shift
  mkdir -p "$IMAGES"
  exec 9> "$IMAGES/$suite.lock" # whoever comes second waits, and finds it done
  flock 9
  [ "$(cat "$place.recipe" 2>/dev/null)" != "$*" ] || return 0
  rm -rf "$place" "$place.recipe"
  # shellcheck disable=SC2016  # apt fills it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -1)
  unshare --mount mmdebstrap --quiet --variant=minbase --include="$(IFS=, && echo "$*")" --dpkgopt=force-unsafe-io \
    "$suite" "$place" "$mirror"
  printf '%s' "$*" > "$place.recipe"
}

run() {
  local suite=$1 folder=$2
  shift 2
  # Who starts it takes it along when dying; whatever it has started in there ends with it.
  # shellcheck disable=SC2016
  exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --propagation private -- /bin/bash -c '
    set -euo pipefail
    image=$1 folder=$2 here=$PWD
    shift 2
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/{upper,work,root}
    mount -t overlay bare -o "lowerdir=$image,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
    mkdir -p "/mnt/root$folder"
    mount --bind "$folder" "/mnt/root$folder"
    mount --rbind /dev /mnt/root/dev
    mount -t proc proc /mnt/root/proc
    # The way out of this machine: names, certificates and settings of the package clients, where they are files.
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" "${PIP_CONFIG_FILE:-}"; do
      [ ! -f "$file" ] || install -D -m 0644 "$file" "/mnt/root$file"
    done
    owner=$(stat --format %u:%g "$folder")
    echo "stranger:x:$owner::$folder:/bin/bash" >> /mnt/root/etc/passwd
    /usr/sbin/chroot --userspec="$owner" /mnt/root /usr/bin/env --chdir="$here" "$@"
    exit $?' bareroot "$IMAGES/$suite" "$folder" "$@"
}

command=${1:?what to do; see the head of this file}
shift
case $command in
  image | run) "$command" "$@" ;;
  *) echo "bareroot: unknown command $command" >&2; exit 2 ;;
esac

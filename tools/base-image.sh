#!/bin/sh
# The base of every image of ours: pulled where a registry answers, else made from Debian's packages.
set -eu
. tools/lib.sh

BASE=debian:trixie-slim

docker image inspect $BASE >/dev/null 2>&1 && exit 0

if timeout 5 docker buildx imagetools inspect $BASE >/dev/null 2>&1; then
    say "Pulling $BASE ..."
    exec docker pull --quiet $BASE >&2
fi

say "No registry answers: making $BASE from Debian's packages ..."
need_packages mmdebstrap debian-archive-keyring
# On Ubuntu both are empty, and mmdebstrap takes a mirror of its own choice.
mirror=$(debian_mirror Debian)
security=$(debian_mirror Debian-Security)
work=$(mktemp -d)
trap 'as_root rm -rf "$work"' EXIT
# Ubuntu's keys do not vouch for Debian.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
set -- --quiet --variant=minbase --keyring=$keyring \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    trixie "$work/root.tar"
if [ -n "$mirror" ] && [ -n "$security" ]; then
    set -- "$@" "deb $mirror trixie main" "deb $mirror trixie-updates main" "deb $security trixie-security main"
fi
as_root mmdebstrap "$@" >&2
docker import --change 'CMD ["bash"]' "$work/root.tar" $BASE >&2

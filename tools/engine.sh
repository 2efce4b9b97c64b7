#!/bin/sh
# A Docker Engine on this machine, and buildx and Compose for its command line.
set -eu
. tools/lib.sh

PLUGINS=/usr/local/lib/docker/cli-plugins

ensure_engine() {
    docker version >/dev/null 2>&1 && return
    as_root sh templates/host/install-engine.sh >&2
    docker version >/dev/null 2>&1 ||
        die "Docker runs, but $(id -un) may not use it: 'sudo usermod -aG docker $(id -un)', sign in again, then run make again."
}

# Debian 12 packages neither plugin; Debian 13's need no newer libraries than Debian 12 has.
unpack_from_debian_13() {
    [ -n "$(debian_mirror Debian)" ] || apt update
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror Debian) trixie main" >"$work/sources.list"
    set -- -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
    apt-get "$@" update >&2
    (cd "$work" && apt-get "$@" download docker-buildx docker-compose >&2)
    for deb in "$work"/*.deb; do dpkg -x "$deb" "$work/files"; done
    as_root mkdir -p $PLUGINS
    as_root cp "$work"/files/usr/libexec/docker/cli-plugins/docker-* $PLUGINS/
}

ensure_plugins() {
    docker buildx version >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 && return
    say "Installing the buildx and Compose plugins of the docker command ..."
    case "$(system)" in
    "debian bookworm") unpack_from_debian_13 ;;
    ubuntu*) need_packages docker-buildx docker-compose-v2 ;;
    *) need_packages docker-buildx docker-compose ;;
    esac
}

ensure_engine
ensure_plugins

#!/bin/sh
# Brings a Docker Engine up on a Debian or Ubuntu host; safe to repeat, safe to interrupt.
#
# A constant text: nothing is ever pasted into it, so it can travel over SSH to `sh -s` on standard
# input. Everything happens in functions and `main` stands on the last line: a copy that arrives
# only in part does nothing. Talk goes to standard error; the last line of standard output is
# {"installed": bool, "started": bool, "version": "26.1.5"}.
#
# Exit codes: 1 something failed (said on standard error), 3 not Debian or Ubuntu, 4 not root.
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
DEBIAN_FRONTEND=noninteractive
export PATH DEBIAN_FRONTEND

LOG=/var/log/dockerd.log
PID_FILE=/var/run/docker.pid
CONTAINERD_PID_FILE=/var/run/docker/containerd/containerd.pid
APT_PATIENCE=120 # seconds to wait for somebody else's apt, usually the first-boot updates
START_PATIENCE=60

say() { printf '%s\n' "$*" >&2; }

fail() {
    code=$1
    shift
    say "$*"
    exit "$code"
}

engine_version() { docker version --format '{{.Server.Version}}' 2>/dev/null; }

# Unpacked but never configured: what a killed installation leaves.
half_installed() {
    dpkg-query -W -f '${db:Status-Status}\n' docker.io docker-cli containerd runc 2>/dev/null |
        grep -q -e '^half-' -e '^unpacked' -e '^triggers-'
}

has_engine() {
    command -v dockerd >/dev/null 2>&1 && command -v docker >/dev/null 2>&1 && ! half_installed
}

has_systemd() { [ -d /run/systemd/system ]; }

require_debian() {
    [ -r /etc/os-release ] || fail 3 "This host does not say what system it is: install Docker Engine by hand, then try again."
    # shellcheck source=/dev/null
    family=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
    case " $family " in
    *" debian "* | *" ubuntu "*) ;;
    *) fail 3 "This host runs '${family% }', and only Debian and Ubuntu can be prepared: install Docker Engine by hand, then try again." ;;
    esac
}

require_root() {
    [ "$(id -u)" = 0 ] || fail 4 "Installing and starting Docker Engine needs root: use root, or a user with sudo."
}

# apt has much to say; only a failure is worth reading.
apt() {
    words=$(apt-get -qq -y -o DPkg::Lock::Timeout=$APT_PATIENCE -o Acquire::Retries=3 "$@" 2>&1) && return
    say "$words"
    return 1
}

# apt's lock option does not cover the package lists, which a fresh host is often just refreshing.
refresh_lists() {
    deadline=$(($(date +%s) + APT_PATIENCE))
    until apt update; do
        [ "$(date +%s)" -lt "$deadline" ] || return 0 # the lists at hand may do
        sleep 3
    done
}

packages() {
    echo docker.io apparmor ca-certificates
    # Debian 13 took the command line out of docker.io.
    if apt-cache show docker-cli >/dev/null 2>&1; then echo docker-cli; fi
}

install_packages() {
    # shellcheck disable=SC2046 # the names are ours and are meant to be split
    apt --no-install-recommends install $(packages)
}

install_engine() {
    say "Installing Docker Engine from the distribution's packages ..."
    refresh_lists
    install_packages && return
    dpkg --configure -a >&2 || true # apt refuses to work after an interrupted installation
    install_packages || fail 1 "Docker Engine could not be installed; apt's words are above. Mend the cause, then try again."
}

# Asks for the program behind the process: ids are reused, and a zombie keeps its id but not its program.
is_alive() { # PID_FILE PROGRAM
    [ -r "$1" ] && readlink "/proc/$(cat "$1")/exe" | grep -q "/$2\$"
}

start_detached() {
    is_alive $PID_FILE dockerd && return
    is_alive $CONTAINERD_PID_FILE containerd || rm -f $CONTAINERD_PID_FILE
    rm -f $PID_FILE # of an engine that was killed
    setsid dockerd >>$LOG 2>&1 </dev/null &
}

start_with_systemd() {
    systemctl reset-failed docker.service 2>/dev/null || true
    systemctl enable --quiet --now docker.service >&2
}

recent_log() {
    if has_systemd; then journalctl --no-pager -n 15 -u docker.service; else tail -n 15 $LOG; fi >&2
}

start_engine() {
    say "Starting Docker Engine ..."
    if has_systemd; then start_with_systemd || true; else start_detached; fi
    waited=0
    until engine_version >/dev/null; do
        if [ "$waited" -ge $START_PATIENCE ]; then
            recent_log
            fail 1 "Docker Engine did not answer within $START_PATIENCE seconds; its last words are above."
        fi
        sleep 1
        waited=$((waited + 1))
    done
}

main() {
    installed=false
    started=false
    if ! engine_version >/dev/null; then
        require_debian
        require_root
        if ! has_engine; then
            install_engine
            installed=true
        fi
        # A new package usually starts its engine by itself.
        engine_version >/dev/null || start_engine
        started=true
    fi
    printf '{"installed": %s, "started": %s, "version": "%s"}\n' "$installed" "$started" "$(engine_version)"
}

main </dev/null

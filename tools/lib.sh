# Words shared by the scripts of this folder; source it with the repository's root as working directory.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "'$1' needs root: become root, or install sudo, then run make again."
    fi
}

# Debian 12 is "debian bookworm"; Ubuntu 24.04 is "ubuntu noble".
# shellcheck source=/dev/null
system() { (. /etc/os-release && echo "$ID ${VERSION_CODENAME:-}"); }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# apt has much to say; only a failure is worth reading.
apt() {
    words=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 "$@" 2>&1) && return
    say "$words"
    return 1
}

# Installs the packages that are not there yet, and says so first.
need_packages() {
    missing=
    for package in "$@"; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null 2>&1 || die "Please install:$missing (only Debian and Ubuntu are prepared by themselves)."
    say "Installing$missing ..."
    apt update
    # shellcheck disable=SC2086 # package names, meant to be split
    apt --no-install-recommends install $missing
}

# The mirror this machine itself uses for the archive `Debian` or `Debian-Security`; empty on Ubuntu.
debian_mirror() { # LABEL
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
        sed -n "s/^$1 //p" | head -n 1
}

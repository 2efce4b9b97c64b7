#!/bin/sh
# System packages of the lab: a browser, the tool that makes it trust a CA, a load generator, wrong clocks, slow disks, what Ansible signs in with.
set -eu
. tools/lib.sh

need_packages libfaketime libnss3-tools openssh-client strace wrk
case "$(system)" in
# Ubuntu's package of Chromium is a snap, which needs a whole desktop's plumbing.
ubuntu*) .venv/bin/playwright install --with-deps chromium >&2 ;;
*) need_packages chromium ;;
esac

"""The few paths that programs without any heavy import need."""

ROOT = "/var/lib/leadengine"
REPORTER = f"{ROOT}/agent/reporter"
SOCKET = f"{ROOT}/agent/run/executor.sock"

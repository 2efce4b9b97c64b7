"""The few paths that programs without any heavy import need."""

ROOT = "/var/lib/leadengine"
SOCKET = f"{ROOT}/agent/run/executor.sock"

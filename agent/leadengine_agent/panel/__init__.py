"""The control plane's panel on a host: put there past the language of tasks, looked after like a stack."""

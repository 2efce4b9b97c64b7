"""The steps that the agent of a memory host tells of."""

STEPS = {
    "install-release": ("files", "images"),
    "activate": ("render", "start", "migrate", "switch"),
    "rollback": ("render", "start", "switch"),
    "certify": ("certificate",),
    "certify-ahead": ("certificate",),
    "decommission": ("remove",),
    "heal": (),
    "update-agent": ("handover",),
    "backup": ("dump", "upload", "read-back"),
    "restore": ("fetch", "compare", "swap"),
    "verify": ("fetch", "compare"),
    "freeze": ("stop",),
    "prune": ("prune",),
    "create-tenant": ("create",),
    "suspend-tenant": ("suspend",),
    "read-site": ("read-site",),
    "set-standing": ("stand",),
    "delete-tenant": ("delete",),
    "pack-tenant": ("pack",),
    "unpack-tenant": ("unpack",),
    "repair": ("look", "take out", "bring back", "give up", "backup", "drill"),
}
CARRYING = frozenset({"upload", "fetch"})
"""Steps that move many bytes, and tell how many."""

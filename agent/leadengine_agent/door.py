"""The host's front door: while nginx itself is replaced, new connections wait instead of being refused.

A connection request that gets no answer is sent again after one second, then three, then seven (RFC 6298,
sections 2 and 5): dropping them for a moment makes visitors wait, and none notices a closed door. The
kernel opens it by itself after the time it was told, so that a kill of anybody leaves nobody out.

Runs inside a one-off container of the agent image in the host's network, with NET_ADMIN and nothing else.
"""

import subprocess
import sys

_TABLE = "leadengine_door"
_HELD = f"""\
table inet {_TABLE}
delete table inet {_TABLE}
table inet {_TABLE} {{
  set held {{ type inet_service; flags timeout; }}
  chain door {{
    type filter hook prerouting priority -350; policy accept;
    tcp flags & (syn | ack) == syn tcp dport @held drop
  }}
}}
add element inet {_TABLE} held {{ 80 timeout %ds, 443 timeout %ds }}
"""
_OPEN = f"table inet {_TABLE}\ndelete table inet {_TABLE}\n"
"""Naming a table makes it, so that deleting it never fails."""

_DEADLINE = 10


def main(words: list[str]) -> int:
    """`door hold SECONDS` or `door open`; 0 when the kernel took it."""
    match words:
        case ["hold", seconds] if seconds.isdigit():
            rules = _HELD % (int(seconds), int(seconds))
        case ["open"]:
            rules = _OPEN
        case _:
            sys.stderr.write("usage: leadengine-agent door hold SECONDS | door open\n")
            return 2
    done = subprocess.run(
        ("nft", "--file", "-"), input=rules, text=True, timeout=_DEADLINE, check=False
    )
    return done.returncode

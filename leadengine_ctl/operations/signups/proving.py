"""Whose a website is: a TXT record, a file, or our snippet on its pages says so.

Nothing is read of a website, and nothing said in its name, before one of them does.
"""

from collections.abc import Callable

from leadengine_ctl.dns.looking import sees_text
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.notify.base import NotSentError
from leadengine_ctl.notify.outward import get_text
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.seeing import resolvers_of

FILE = "/.well-known/leadengine.txt"
PREFIX = "leadengine-verify="

Load = Callable[[str], str]
"""Reads an https address.

Raises:
    NotSentError: it is not to be had.
"""


def record_of(signup: SignupRecord) -> str:
    """The TXT record of the domain, and what stands in the file."""
    return f"{PREFIX}{signup.proof}"


def find_proof(world: World, signup: SignupRecord, load: Load = get_text) -> str:
    """What proves it: `dns`, `file` or `snippet`; empty: nothing so far."""
    wanted, bare = record_of(signup), signup.domain.removeprefix("www.")
    for name in {bare, signup.domain}:
        if any(sees_text(name, wanted, each) for each in resolvers_of(world.settings.resolvers)):
            return "dns"
    if wanted in _read(load, f"https://{signup.domain}{FILE}"):
        return "file"
    # The client ID is told to nobody else, and stands on the page where its owner put it.
    if signup.client_id and signup.client_id in _read(load, f"https://{signup.domain}/"):
        return "snippet"
    return ""


def _read(load: Load, url: str) -> str:
    try:
        return load(url)
    except NotSentError:
        return ""

"""The first administrator of a stack: made once by the api image's own command."""

import json
from typing import Literal

from leadengine_agent.compose import Compose
from leadengine_agent.layout import StackLayout
from leadengine_agent.stack import read_state, write_state
from leadengine_agent.values import Frozen

MailState = Literal["sent", "failed", "not-configured", "unchanged"]


class Seed(Frozen):
    """What seeding did. `created`: the administrator is new."""

    created: bool = False
    mail: MailState = "unchanged"
    detail: str = ""

    @property
    def sentence(self) -> str:
        """For people."""
        if not self.created:
            return "the administrator exists"
        mail = {
            "sent": "a link to set a password was mailed",
            "failed": "the mail could not be sent",
            "not-configured": "no mail server is configured",
            "unchanged": "",
        }
        return f"administrator created; {mail[self.mail]}"


def seed_of(layout: StackLayout, compose: Compose) -> Seed:
    """Seed unless it was done. Killed after the command and before the note, it finds its work done."""
    if read_state(layout, "seed"):
        return Seed()
    output = compose.run("seed", timeout=180).strip().splitlines()
    seed = Seed.model_validate(json.loads(output[-1]))
    write_state(layout, "seed", seed.model_dump())
    return seed


def read_seed(layout: StackLayout) -> Seed:
    """What seeding did when it was done; an empty answer before."""
    return Seed.model_validate(read_state(layout, "seed"))

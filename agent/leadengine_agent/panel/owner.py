"""`leadengine-agent panel-owner`: the link for the panel's first owner, made on its own host.

Reads an e-mail address from standard input. Where anybody may sign in already it answers nothing: this is
no way to become one.
"""

import json
import sys

from pydantic import TypeAdapter, ValidationError

from leadengine_agent import docker
from leadengine_agent.docker import DockerError
from leadengine_agent.panel.words import PROJECT
from leadengine_agent.values import Email

_ADMIN = ("exec", f"{PROJECT}-panel-1", "lectl", "panel", "admin")


def main() -> int:
    """Print the link; 0 also where there is none to give."""
    try:
        email = TypeAdapter(Email).validate_python(sys.stdin.read(400).strip())
        sys.stdout.write(_link(email))
    except ValidationError as error:
        sys.stderr.write(f"{error.errors(include_input=False)[0]['msg']}\n")
        return 2
    except DockerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _link(email: str) -> str:
    if _asked("list")["people"]:
        return ""
    return str(_asked("add", email)["link"])


def _asked(*words: str) -> dict[str, object]:
    answer: dict[str, object] = json.loads(
        docker.docker(*_ADMIN, *words, "--json").splitlines()[-1]
    )
    return answer

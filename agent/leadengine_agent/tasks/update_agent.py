"""`update-agent`: hand over to a newer agent, in a way that leads back.

An executor cannot replace the container it runs in. It leaves a plan and starts the replacer, a
container of its own *old* image, which is known to work (`replacing.py`).
"""

import json
from typing import Any

from leadengine_agent import containers, docker
from leadengine_agent.docker import DockerError, OneOff
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import HostLayout
from leadengine_agent.paths import ROOT
from leadengine_agent.protocol import FailureCode, ImageRef, UpdateAgent
from leadengine_agent.records import current_record
from leadengine_agent.replacing import NAME, Plan, plan_file
from leadengine_agent.stack import load_release
from leadengine_agent.tasks.context import Context
from leadengine_agent.trust.downgrade import refuse_downgrade


def run(order: UpdateAgent, context: Context) -> dict[str, Any]:
    """Check, fetch, ask the new image for its words, and hand over. Answers whether anything changes."""
    host, steps = context.layout, context.steps
    release, _ = load_release(host, order.release)
    agent = release.agent
    steps.run("check", lambda: _check(host, order.release))
    if agent.reference == docker.own_image():
        return {"changed": False}
    steps.run("image", lambda: _image(agent))
    plan = Plan(new=_words_of(agent.reference), old_image=docker.own_image())
    steps.run("handover", lambda: _hand_over(host, plan))
    return {"changed": True}


def _check(host: HostLayout, wanted: str) -> Did:
    """An older agent has known faults, and may not understand what runs here."""
    records = (current_record(stack) for stack in host.stacks())
    for record in filter(None, records):
        refuse_downgrade(host, record.release, wanted)
    return Did(False, "it is not older than what runs here")


def _image(agent: ImageRef) -> Did:
    if docker.has_image(agent.reference):
        return Did(False, "already there")
    if not agent.pulled:
        raise TaskFailure(
            FailureCode.IMAGE_MISSING,
            "The new agent's image is not on the host.",
            "It is not in a registry and was not carried here.",
            "Deploy once over SSH, or publish the release's images in a registry.",
        )
    docker.docker("pull", "--quiet", agent.reference, timeout=900)
    return Did(True, "pulled")


def _words_of(image: str) -> list[list[str]]:
    """How the new agent wants to be started. One that cannot even say so is not tried."""
    try:
        said = json.loads(OneOff("", image, ("containers", image)).run(timeout=60))
        words = [[str(word) for word in argv] for argv in said]
    except (DockerError, ValueError, TypeError) as error:
        raise _broken(str(error)) from error
    names = [argv[argv.index("--name") + 1] for argv in words if "--name" in argv]
    if names != [containers.EXECUTOR, containers.REPORTER]:
        raise _broken("it does not name its two containers")
    return words


def _broken(why: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.UNHEALTHY,
        "The new agent does not say how it is to be started.",
        f"{why}.",
        "Nothing was changed. Report this: the release's agent is broken.",
    )


def _hand_over(host: HostLayout, plan: Plan) -> Did:
    write_atomically(plan_file(host), plan.model_dump_json(), mode=0o600)
    docker.remove_containers([NAME] if docker.inspect(NAME) else [])
    docker.docker(*replacer_words(plan.old_image))
    return Did(True, "the replacer has taken over")


def replacer_words(image: str) -> tuple[str, ...]:
    """The replacer's container: like the executor it has the engine's socket and no network."""
    root = ROOT
    return (
        *("run", "--detach", "--name", NAME, "--restart", "on-failure:20", "--network", "none"),
        *("--read-only", "--cap-drop", "ALL", "--cap-add", "DAC_OVERRIDE"),
        *("--security-opt", "no-new-privileges", "--memory", "128m", "--pids-limit", "64"),
        *("--tmpfs", "/tmp:size=16m", "--log-driver", "local"),  # noqa: S108 - the container's own
        *("--volume", "/var/run/docker.sock:/var/run/docker.sock"),
        *("--volume", f"{root}/agent:{root}/agent"),
        *(image, "replace"),
    )

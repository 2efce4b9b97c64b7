"""The containers that run: what each may do. One finding a check, naming those that fall short."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leadengine_ctl.hosts.agent_containers import CLIENT_LABEL, EXECUTOR, REPORTER
from leadengine_ctl.operations.hardening.finding import Finding, Verdict

Box = dict[str, Any]
_ROOTS = {"", "0", "root", "0:0", "root:root"}
_SENSITIVE = ("/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/root", "/home")
_AGENT = {EXECUTOR, REPORTER}
_ASKED = "The agent is asked by lectl; nobody waits for its health."
_OLDER = "They drop to a user of their own after they own their files, with few capabilities."


@dataclass(frozen=True)
class Rule:
    """A check of each container.

    Attributes:
        keeps: whether a container keeps to it.
        excused: the containers, by their names, that deliberately do not; `reason` says why.
    """

    id: str
    title: str
    keeps: Callable[[Box], bool]
    excused: Callable[[Box], bool] = lambda _box: False
    reason: str = ""


def _config(box: Box) -> dict[str, Any]:
    found: dict[str, Any] = box.get("HostConfig") or {}
    return found


def _name(box: Box) -> str:
    return str(box.get("Name", "")).lstrip("/")


def _labels(box: Box) -> dict[str, str]:
    found: dict[str, str] = (box.get("Config") or {}).get("Labels") or {}
    return found


def _service(box: Box) -> str:
    return _labels(box).get("com.docker.compose.service", "")


def is_ours(box: Box) -> bool:
    """A container of the agent or of a stack."""
    return _name(box) in _AGENT or CLIENT_LABEL in _labels(box)


def _options(box: Box) -> str:
    return " ".join(_config(box).get("SecurityOpt") or ())


def _mounts(box: Box) -> list[str]:
    return [
        str(each.get("Source", ""))
        for each in box.get("Mounts") or ()
        if each.get("Type") == "bind"
    ]


def _drops_all(box: Box) -> bool:
    return any(
        str(each).upper() in {"ALL", "CAP_ALL"} for each in _config(box).get("CapDrop") or ()
    )


def _published(box: Box) -> list[str]:
    ports = _config(box).get("PortBindings") or {}
    return [str(each.get("HostPort")) for bindings in ports.values() for each in bindings or ()]


def _restarts_within_bounds(box: Box) -> bool:
    policy = _config(box).get("RestartPolicy") or {}
    return policy.get("Name") == "on-failure" and int(policy.get("MaximumRetryCount") or 0) <= 5


def _is_nginx(box: Box) -> bool:
    return _service(box) == "nginx"


def _is_data(box: Box) -> bool:
    return _service(box) in {"db", "redis", "chromadb", "nginx"} or _name(box) == EXECUTOR


RULES = (
    Rule("CIS-4.1", "runs as a user, not as root",
         lambda box: str((box.get("Config") or {}).get("User", "")) not in _ROOTS, _is_data, _OLDER),
    Rule("CIS-4.6", "says itself whether it is well",
         lambda box: bool((box.get("Config") or {}).get("Healthcheck")),
         lambda box: _name(box) in _AGENT, _ASKED),
    Rule("CIS-5.2", "AppArmor is not switched off", lambda box: "apparmor=unconfined" not in _options(box)),
    Rule("CIS-5.4", "all capabilities dropped but those it names", _drops_all),
    Rule("CIS-5.5", "not privileged", lambda box: not _config(box).get("Privileged")),
    Rule("CIS-5.6", "no folder of the host's system inside",
         lambda box: not any(path == "/" or path.startswith(_SENSITIVE) for path in _mounts(box))),
    Rule("CIS-5.10", "a network of its own", lambda box: _config(box).get("NetworkMode") != "host"),
    Rule("CIS-5.11", "a limit on memory", lambda box: bool(_config(box).get("Memory"))),
    Rule("CIS-5.12", "a share of the processor",
         lambda box: any(_config(box).get(key) for key in ("CpuShares", "NanoCpus", "CpuQuota")), is_ours,
         "A host takes one client, who gets all of it; the agent alone weighs a quarter."),
    Rule("CIS-5.13", "its root cannot be written", lambda box: bool(_config(box).get("ReadonlyRootfs"))),
    Rule("CIS-5.14", "only the web server publishes ports",
         lambda box: set(_published(box)) <= ({"80", "443"} if _is_nginx(box) else set())),
    Rule("CIS-5.15", "gives up after five failures", _restarts_within_bounds, is_ours,
         "A visitor's page must come back by itself, whatever failed; the control plane watches health."),
    Rule("CIS-5.16", "processes of its own", lambda box: _config(box).get("PidMode") != "host"),
    Rule("CIS-5.17", "shared memory of its own", lambda box: _config(box).get("IpcMode") != "host"),
    Rule("CIS-5.18", "no device of the host", lambda box: not _config(box).get("Devices")),
    Rule("CIS-5.21", "a host name of its own", lambda box: _config(box).get("UTSMode") != "host"),
    Rule("CIS-5.22", "system calls are filtered", lambda box: "seccomp=unconfined" not in _options(box)),
    Rule("CIS-5.26", "gains no rights", lambda box: "no-new-privileges" in _options(box)),
    Rule("CIS-5.27", "its health is watched while it runs",
         lambda box: bool((box.get("State") or {}).get("Health")),
         lambda box: _name(box) in _AGENT, _ASKED),
    Rule("CIS-5.28", "the image is named by what it is",
         lambda box: "@sha256:" in _image(box) or _tag_is_digest(box)),
    Rule("CIS-5.29", "a limit on processes", lambda box: int(_config(box).get("PidsLimit") or 0) > 0),
    Rule("CIS-5.30", "not in the default network",
         lambda box: _config(box).get("NetworkMode") not in {"default", "bridge"},
         lambda box: _name(box) == REPORTER,
         "The reporter needs a way out before any stack is there; icc=false keeps it apart."),
    Rule("CIS-5.32", "no socket of the engine inside",
         lambda box: not any(path.endswith("docker.sock") for path in _mounts(box)),
         lambda box: _name(box) == EXECUTOR,
         "The executor is the one that talks to the engine; it has no network and a closed list of orders."),
)  # fmt: skip


def _image(box: Box) -> str:
    return str((box.get("Config") or {}).get("Image", ""))


def _tag_is_digest(box: Box) -> bool:
    """Images carried to the host are named by the first digits of their id, or by the id itself."""
    digest = str(box.get("Image", "")).removeprefix("sha256:")
    tag = _image(box).removeprefix("sha256:").rpartition(":")[2]
    return len(tag) >= 12 and digest.startswith(tag)


def check_containers(boxes: tuple[Box, ...]) -> tuple[Finding, ...]:
    """Judge what runs. What is not ours is named too: it shares the host."""
    if not boxes:
        return ()
    return tuple(_check(rule, boxes) for rule in RULES)


def _check(rule: Rule, boxes: tuple[Box, ...]) -> Finding:
    short = [box for box in boxes if not rule.keeps(box)]
    strangers = [_name(box) for box in short if not is_ours(box)]
    wrong = [_name(box) for box in short if is_ours(box) and not rule.excused(box)]
    if wrong:
        hint = "Deploy the client again: its release says otherwise."
        return _finding(rule, Verdict.FAIL, wrong, hint)
    if strangers:
        hint = "It is not of LeadEngine, and shares the host: start it with less, or elsewhere."
        return _finding(rule, Verdict.WARN, strangers, hint)
    if short:
        return _finding(rule, Verdict.DEVIATES, [_name(box) for box in short], rule.reason)
    return Finding(rule.id, rule.title, Verdict.OK, f"all {len(boxes)}")


def _finding(rule: Rule, verdict: Verdict, names: list[str], reason: str) -> Finding:
    return Finding(rule.id, rule.title, verdict, "not: " + ", ".join(sorted(names)), reason)

"""The engine: its settings as they are in force, and the files it goes by."""

from leadengine_ctl.hosts.hardening.facts import EngineFacts
from leadengine_ctl.operations.hardening.finding import Finding, deviate, expect, prefer

_SAFE_CIDRS = {"127.0.0.0/8", "::1/128"}
_USERNS = (
    "It would change who owns every volume; containers run as users of their own, without rights."
)
_PROXY = "Without it, visitors over IPv6 reach nothing on engines before 28; the firewall stands before it."
_AUTHZ = "Nobody but root and the executor reaches the socket; the executor takes a closed list of orders."
_CENTRAL = "Logs stay on the client's host, with a limit: they may name visitors."
_TRUST = "Releases are signed (TUF) and images are named by digest; content trust cannot do both."


def check_engine(engine: EngineFacts | None) -> tuple[Finding, ...]:
    """Judge the engine."""
    if engine is None:
        return (
            prefer("engine", "Docker Engine answers", holds=False, detail="none answers",
                   reason="A deploy installs and starts it."),
        )  # fmt: skip
    return (*_settings(engine), *_left_out(engine), *_files(engine.files))


def _settings(engine: EngineFacts) -> tuple[Finding, ...]:
    info, settings = engine.info, engine.settings or {}
    options = " ".join(map(str, info.get("SecurityOptions") or ()))
    icc = engine.bridge.get("com.docker.network.bridge.enable_icc", "unknown")
    limits = bool(settings.get("default-ulimits"))
    registries = set((info.get("RegistryConfig") or {}).get("InsecureRegistryCIDRs") or ())
    driver, logging = str(info.get("Driver")), str(info.get("LoggingDriver"))
    swarm = (info.get("Swarm") or {}).get("LocalNodeState") == "active"
    live = bool(info.get("LiveRestoreEnabled"))
    survives = (
        deviate("CIS-2.15", "containers live through a restart of the engine", holds=live,
                detail="off", reason="The engine is part of a swarm, which does not allow it.")
        if swarm
        else expect("CIS-2.15", "containers live through a restart of the engine", holds=live,
                    detail="on" if live else "off")
    )  # fmt: skip
    return (
        _icc(settings.get("icc"), icc),
        prefer("CIS-2.5", "no registry without TLS", holds=registries <= _SAFE_CIDRS,
               detail=", ".join(sorted(registries - _SAFE_CIDRS)) or "none but this machine's",
               reason="Give the registry a certificate, then take it out of daemon.json."),
        expect("CIS-2.6", "a storage driver that is looked after", detail=driver,
               holds=driver in {"overlay2", "overlayfs", "btrfs", "zfs"},
               reason="Choose overlay2; that means to load all images anew."),
        expect("CIS-2.7", "the engine takes no orders over the network", holds=not engine.listens,
               detail="listens on TCP" if engine.listens else "a socket file alone",
               reason="Take -H tcp://… out of its unit, and 'hosts' out of daemon.json."),
        expect("CIS-2.8", "limits on open files", holds=limits, detail="set" if limits else "none"),
        expect("CIS-2.14", "no program gains rights", holds="no-new-privileges" in options,
               detail="on" if "no-new-privileges" in options else "off"),
        survives,
        expect("CIS-2.17", "system calls are filtered", holds="seccomp" in options,
               detail="seccomp" if "seccomp" in options else "off",
               reason="This kernel or engine has no seccomp: take a host that has."),
        prefer("log-limits", "container logs have a limit", detail=logging,
               holds=logging != "json-file" or "max-size" in (settings.get("log-opts") or {}),
               reason="lectl host doctor NAME --fix puts it right."),
    )  # fmt: skip


def _icc(written: object, in_force: str) -> Finding:
    title = "containers of the default network kept apart"
    if written is not False:
        return expect("CIS-2.2", title, holds=in_force == "false", detail=f"icc {in_force}")
    reason = (
        "An engine changes no network under running containers: it counts from the next reboot."
    )
    return prefer(
        "CIS-2.2", title, holds=in_force == "false", detail=f"icc {in_force}", reason=reason
    )


def _left_out(engine: EngineFacts) -> tuple[Finding, ...]:
    info, settings = engine.info, engine.settings or {}
    options = " ".join(map(str, info.get("SecurityOptions") or ()))
    proxy = settings.get("userland-proxy", True)
    plugins = (info.get("Plugins") or {}).get("Authorization") or ()
    return (
        deviate("CIS-2.9", "users of containers mapped away", holds="userns" in options,
                detail="on" if "userns" in options else "off", reason=_USERNS),
        deviate("CIS-2.12", "a plugin judges each order to the engine", holds=bool(plugins),
                detail="on" if plugins else "none", reason=_AUTHZ),
        deviate("CIS-2.13", "logs go to one place for all hosts", holds=False,
                detail="they stay on the host", reason=_CENTRAL),
        deviate("CIS-2.16", "no proxy for published ports", holds=not proxy,
                detail="on" if proxy else "off", reason=_PROXY),
        deviate("CIS-4.5", "content trust", holds=False, detail="off", reason=_TRUST),
    )  # fmt: skip


def _files(files: dict[str, str]) -> tuple[Finding, ...]:
    rules = (
        ("CIS-3.1", "/usr/lib/systemd/system/docker.service", "root:root", 0o644),
        ("CIS-3.3", "/usr/lib/systemd/system/docker.socket", "root:root", 0o644),
        ("CIS-3.5", "/etc/docker", "root:root", 0o755),
        ("CIS-3.15", "/var/run/docker.sock", "root:docker", 0o660),
        ("CIS-3.17", "/etc/docker/daemon.json", "root:root", 0o644),
        ("CIS-3.23", "/run/containerd/containerd.sock", "root:root", 0o660),
    )
    return tuple(_file(check, path, owner, most, files[path]) for check, path, owner, most in rules
                 if path in files)  # fmt: skip


def _file(check: str, path: str, owner: str, most: int, found: str) -> Finding:
    whose, _, mode = found.partition(" ")
    # Stricter is fine: no bit beyond those of the rule.
    holds = whose == owner and not int(mode or "7777", 8) & ~most
    hint = f"chown {owner} {path}; chmod {most:o} {path}"
    return expect(check, f"{path} is root's", holds=holds, detail=found, reason=hint)

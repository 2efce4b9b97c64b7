"""What a host in memory says when it is looked at for its hardening: bare before, by the book after."""

from leadengine_ctl.hosts.hardening.baseline import (
    baseline_id,
    engine_settings,
    settings_of,
    source,
)
from leadengine_ctl.hosts.hardening.facts import EngineFacts, HardeningFacts
from leadengine_ctl.hosts.hardening.upkeep import TIMERS, reboot_time

_SSHD = {"permitrootlogin": "without-password", "port": "22"}
_FILES = {"/etc/docker": "root:root 755", "/var/run/docker.sock": "root:docker 660"}


def hardening_facts(*, hardened: bool) -> HardeningFacts:
    """The facts of a host that the baseline was put on, or was not."""
    kernel = {**settings_of("network.conf"), **settings_of("kernel.conf")}
    return HardeningFacts(
        system="a host in memory",
        container=False,
        baseline=baseline_id() if hardened else "",
        sshd=_sshd(hardened=hardened),
        firewall="loaded" if hardened else "none",
        listeners=("22 sshd",),
        updates=_updates() if hardened else {},
        updates_installed=hardened,
        timers=TIMERS if hardened else (),
        reboot_pending=False,
        clock="systemd-timesyncd",
        skew=0.0,
        journal="500M" if hardened else "",
        swap=2_000_000_000 if hardened else 0,
        memory=8_000_000_000,
        kernel=kernel if hardened else dict.fromkeys(kernel, "0"),
        mounts=(),
        auditd=False,
        engine=_engine(hardened=hardened),
    )


def _sshd(*, hardened: bool) -> dict[str, str]:
    if not hardened:
        return {**_SSHD, "passwordauthentication": "yes", "loglevel": "INFO"}
    pairs = (line.split() for line in _sshd_lines())
    return {**{key.lower(): value for key, value in pairs}, **_SSHD}


def _sshd_lines() -> list[str]:
    return [line for line in source("sshd.conf").splitlines() if line and not line.startswith("#")]


def _updates() -> dict[str, str]:
    return {
        "APT::Periodic::Unattended-Upgrade": "1",
        "Unattended-Upgrade::Automatic-Reboot": "true",
        "Unattended-Upgrade::Automatic-Reboot-Time": reboot_time("memory"),
    }


def _engine(*, hardened: bool) -> EngineFacts:
    options = ["name=seccomp,profile=builtin", "name=apparmor"]
    return EngineFacts(
        settings=engine_settings() if hardened else {},
        info={
            "ServerVersion": "28.5.0",
            "LiveRestoreEnabled": hardened,
            "LoggingDriver": "local" if hardened else "json-file",
            "SecurityOptions": [*options, *(["name=no-new-privileges"] if hardened else [])],
            "Driver": "overlay2",
            "Swarm": {"LocalNodeState": "inactive"},
        },
        bridge={"com.docker.network.bridge.enable_icc": "false" if hardened else "true"},
        components={"Engine": "28.5.0", "containerd": "2.1.4", "runc": "1.3.3"},
        files={**_FILES, **({"/etc/docker/daemon.json": "root:root 644"} if hardened else {})},
        listens=False,
    )

"""Where recovery points go, as a person types it: `/mnt/nas`, `s3:https://…/bucket`, `sftp://…`, `rest:https://…`."""

import re
from typing import Any

from pydantic import TypeAdapter

from leadengine_agent.protocol import Target
from leadengine_ctl.errors import UsageError

_S3 = re.compile(r"s3:(?P<endpoint>https?://[^/]+)/(?P<bucket>[^/]+)(/(?P<prefix>.+?))?/?")
_SFTP = re.compile(
    r"sftp://(?P<user>[^@/]+)@(\[(?P<v6>[^\]]+)\]|(?P<host>[^:/]+))(:(?P<port>\d{1,5}))?(/(?P<folder>.+?))?/?"
)
_REST = re.compile(r"rest:(?P<url>https?://\S+)")

_adapter: TypeAdapter[Target] = TypeAdapter(Target)


def parse_location(name: str, text: str, **more: Any) -> Target:
    """Read a location; `more`: what cannot be said in it, such as `host_key`, `region`, `append_only`.

    Raises:
        UsageError: it has none of the forms, or lacks or has too much for its form.
        ValidationError: a part of it is refused.
    """
    values = _parts(text)
    given = {key: value for key, value in more.items() if value is not None}
    _refuse_misfits(values["kind"], given)
    return _adapter.validate_python({"name": name, **values, **given})


_MORE = {
    "local": frozenset[str](),
    "s3": frozenset({"region", "append_only", "trust"}),
    "sftp": frozenset({"host_key", "append_only"}),
    "rest": frozenset({"append_only", "trust"}),
}


def _refuse_misfits(kind: str, given: dict[str, Any]) -> None:
    surplus = sorted(set(given) - _MORE[kind])
    if surplus:
        words = ", ".join(f"--{each.replace('_', '-')}" for each in surplus)
        raise UsageError(
            f"{words} means nothing for a storage of the kind '{kind}'",
            "",
            f"Leave it out; there are: {', '.join(sorted(_MORE[kind])) or 'none'}.",
        )
    if kind == "sftp" and "host_key" not in given:
        raise UsageError(
            "The public key of the SFTP server is missing",
            "Hosts sign in only where they know whom they talk to.",
            "Give it with --host-key, as 'ssh-keyscan' prints it behind the name: "
            "'ssh-ed25519 AAAA…'. Compare it with what the server's owner says.",
        )


def _parts(text: str) -> dict[str, Any]:
    if text.startswith("/"):
        return {"kind": "local", "folder": text}
    if s3 := _S3.fullmatch(text):
        return {"kind": "s3", **_said(s3.groupdict())}
    if sftp := _SFTP.fullmatch(text):
        said = _said(sftp.groupdict())
        said["host"] = said.pop("v6", None) or said["host"]
        return {"kind": "sftp", **said}
    if rest := _REST.fullmatch(text):
        return {"kind": "rest", **_said(rest.groupdict())}
    raise UsageError(
        "This is no place for recovery points",
        "A place is a folder of the hosts, or begins with 's3:', 'sftp://' or 'rest:'.",
        "Write it as in '/mnt/nas/leadengine', 's3:https://fra1.digitaloceanspaces.com/acme-backups', "
        "'sftp://backup@203.0.113.9/leadengine' or 'rest:https://backup.example.com:8000/'.",
    )


def _said(parts: dict[str, str | None]) -> dict[str, Any]:
    return {
        key: int(value) if key == "port" else value
        for key, value in parts.items()
        if value is not None
    }


def location_of(target: Target) -> str:
    """A target as a person types it; no secret is in it."""
    match target.kind:
        case "local":
            return target.folder
        case "s3":
            return f"s3:{target.endpoint}/{target.bucket}/{target.prefix}"
        case "sftp":
            host = f"[{target.host}]" if ":" in target.host else target.host
            port = "" if target.port == 22 else f":{target.port}"
            return f"sftp://{target.user}@{host}{port}/{target.folder}"
        case "rest":
            return f"rest:{target.url}"

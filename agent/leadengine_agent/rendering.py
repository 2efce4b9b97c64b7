"""Release + spec → the files of a generation. Pure: the same values give the same bytes, anywhere.

Templates hold only structure. Each `{{ value }}` passes through the writer of its file type, so that
a value can be data or an error, but never structure (OWASP ASVS 5.0, 1.2 and 1.3.7):

* `*.yaml.j2`: a JSON string (YAML 1.2 contains JSON) with `$` doubled for Compose's interpolation;
* `*.env.j2`: a double-quoted word of Compose's dotenv format;
* `*.conf.j2`: a word of a narrow alphabet, or no rendering at all: nginx has no quoting for `$`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from leadengine_agent.paths import ROOT
from leadengine_agent.protocol import Colour, Release, StackSpec

if TYPE_CHECKING:
    from jinja2 import Template

STACKS = f"{ROOT}/stacks"
"""Where stacks live on every host. The executor sees it under the same path, so bind mounts are right."""

SECRET_FILES = (
    "admin_password",
    "crawl_authorities",
    "data_authorities",
    "database_url",
    "db_app_password",
    "db_owner_password",
    "ipinfo_token",
    "llm_api_key",
    "migration_database_url",
    "redis_acl",
    "redis_url",
    "reply_secret",
    "session_secret",
    "shopify_secret",
    "slack_bot_token",
    "slack_signing_secret",
    "slack_webhook",
    "smtp_pass",
)

_SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_PLAIN_WORD = re.compile(r"(?:\*\.)?[A-Za-z0-9._-]{1,253}\Z")


@dataclass(frozen=True)
class Generation:
    """Which rendering this is.

    Attributes:
        number: rises by one with each activation that changes something.
        key: hash of everything that goes in (spec, release, secrets): equal key, equal generation.
    """

    number: int
    colour: Colour
    key: str


def project_name(client: str) -> str:
    """The Compose project of a client's stack."""
    return f"leadengine-{client}"


def render(
    templates: Mapping[str, str], release: Release, spec: StackSpec, generation: Generation
) -> dict[str, str]:
    """Render every stack template.

    Args:
        templates: path below the release's templates folder -> text, as in `Release.templates`.

    Returns:
        file name (without `.j2`) -> content.

    Raises:
        ValueError: a value cannot be written safely into a file of this type.
    """
    stack = f"{STACKS}/{spec.client}"
    values: dict[str, Any] = {
        "spec": spec,
        "names": spec.served,
        "project": project_name(spec.client),
        "stack": stack,
        "generation": {
            "number": generation.number,
            "colour": generation.colour,
            "key": generation.key,
            "folder": f"{stack}/generations/{generation.number}",
            "gateway": "unnamed",
        },
        "image": {name: ref.reference for name, ref in release.images.items()},
        "secret_names": SECRET_FILES,
    }
    values["generation"]["gateway"] = _gateway_key(templates, values)
    return {
        path.removeprefix("stack/").removesuffix(".j2"): _render_one(path, text, values)
        for path, text in sorted(templates.items())
        if path.startswith("stack/") and path.endswith(".j2")
    }


def _gateway_key(templates: Mapping[str, str], values: dict[str, Any]) -> str:
    """Names nginx's configuration by its content, so that nginx itself can say which one it has."""
    name = "stack/nginx.conf.j2"
    text = _render_one(name, templates[name], values) if name in templates else ""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _render_one(path: str, text: str, values: dict[str, Any]) -> str:
    return _compiled(text, _writer_for(path)).render(values)


@lru_cache(maxsize=32)
def _compiled(text: str, writer: Callable[[Any], str]) -> "Template":
    # Imported where something is rendered: an idle agent knows this module's names, and no more of it.
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=writer,
        autoescape=False,
        keep_trailing_newline=True,
    )
    return environment.from_string(text)


def _writer_for(path: str) -> Callable[[Any], str]:
    for suffix, writer in _WRITERS.items():
        if path.endswith(suffix):
            return writer
    message = f"the release has a template of an unknown type: {path}"
    raise ValueError(message)


def yaml_word(value: Any) -> str:
    """A scalar of a Compose file that no value can leave."""
    if isinstance(value, bool | int):
        return json.dumps(value)
    quoted = json.dumps("" if value is None else str(value))
    # JSON writes a character beyond the 16-bit plane as two escapes, which YAML would not join again.
    whole = _SURROGATES.sub(_one_escape, quoted)
    return whole.replace("$", "$$")


def _one_escape(pair: re.Match[str]) -> str:
    character = json.loads('"' + pair[0] + '"')
    return f"\\U{ord(character):08x}"


def env_word(value: Any) -> str:
    """A value of a dotenv file as Compose reads it: double quotes, with `\\`, `"` and `$` escaped."""
    text = "" if value is None else str(value)
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        message = "an environment value is one line without control characters"
        raise ValueError(message)
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'


def nginx_word(value: Any) -> str:
    """A word that needs no quoting in nginx's configuration."""
    text = str(value)
    if not _PLAIN_WORD.match(text):
        message = f"{text!r} cannot stand in an nginx configuration"
        raise ValueError(message)
    return text


_WRITERS: dict[str, Callable[[Any], str]] = {
    ".yaml.j2": yaml_word,
    ".env.j2": env_word,
    ".conf.j2": nginx_word,
}

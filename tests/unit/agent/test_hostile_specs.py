"""Hostile values in any field of a spec are refused in one sentence or come out as the same data.

Fields are enumerated from the model, so that a new field is driven too (promise S7).
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from leadengine_agent.protocol import StackSpec
from leadengine_agent.rendering import Generation, render
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec
from tests.unit.hostile import PAYLOADS

pytestmark = pytest.mark.long

GENERATION = Generation(7, "green", "0123456789abcdef")
BASE = a_spec(
    brand={"logo": "https://cdn.acme.com/logo.svg"},
    mail={"host": "smtp.acme.com", "user": "mailer", "sender": "leads@acme.com"},
)
ENV_LINE = re.compile(r'([A-Z_]+)="((?:[^"\\$]|\\["\\$])*)"|([A-Z_]+)=([A-Za-z0-9:/._-]*)')


def fields(model: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every leaf of the model, as a path of names."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from fields(kind, (*prefix, name))
        else:
            yield (*prefix, name)


FIELDS = tuple(fields(StackSpec))


def with_value(path: tuple[str, ...], value: object) -> dict[str, Any]:
    whole = BASE.model_dump()
    place = whole
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return whole


_KEY = re.compile(r"[0-9a-f]{16} \$colour")


def check(path: tuple[str, ...], value: str) -> None:
    """The property itself."""
    try:
        spec = StackSpec.model_validate(with_value(path, value))
    except ValidationError as error:
        for each in error.errors():
            assert each["msg"].count("\n") == 0
            assert len(each["msg"]) < 200
        return
    rendered = render(TEMPLATES, a_release(), spec, GENERATION)
    assert shape(yaml.safe_load(rendered["compose.yaml"])) == SHAPE
    environment = read_env(rendered["stack.env"])
    assert list(environment) == list(ENVIRONMENT)
    assert environment["SMTP_USER"] == (spec.mail.user or "")
    assert environment["LLM_PRICES"] == (spec.llm.prices or "")
    assert environment["LLM_BASE_URL"] == (spec.llm.base_url or "")
    assert environment["CLIENT_DOMAIN"] == spec.domain
    assert environment["BRAND_LOGO"] == (spec.brand.logo or "")
    before = BASE_FILES["nginx.conf"].replace(BASE.domain, spec.domain)
    assert _KEY.sub("", rendered["nginx.conf"]) == _KEY.sub("", before)


def shape(node: Any) -> Any:
    """A document without its texts: what must never depend on a value."""
    if isinstance(node, dict):
        return {str(key): shape(value) for key, value in node.items()}
    if isinstance(node, list):
        return [shape(each) for each in node]
    return type(node).__name__


def read_env(text: str) -> dict[str, str]:
    """Read a dotenv file strictly: any line that is not ours fails."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = ENV_LINE.fullmatch(line)
        assert match, line
        name, value = (match[1], match[2]) if match[1] else (match[3], match[4])
        found[name] = re.sub(r'\\(["\\$])', r"\1", value)
    return found


BASE_FILES = render(TEMPLATES, a_release(), BASE, GENERATION)
SHAPE = shape(yaml.safe_load(BASE_FILES["compose.yaml"]))
ENVIRONMENT = read_env(BASE_FILES["stack.env"])


@pytest.mark.parametrize("path", FIELDS, ids=".".join)
def test_known_hostile_values(path: tuple[str, ...]) -> None:
    for payload in PAYLOADS:
        check(path, payload)
        check(path, f"acme{payload}")
        check(path, f"{payload}.acme.com")


@settings(max_examples=1500, deadline=None)
@given(
    path=st.sampled_from(FIELDS),
    parts=st.lists(
        st.one_of(st.sampled_from(PAYLOADS[:-20]), st.text(max_size=20)), min_size=1, max_size=4
    ),
)
def test_mixtures_of_hostile_values(path: tuple[str, ...], parts: list[str]) -> None:
    check(path, "".join(parts))


def test_every_field_is_driven() -> None:
    assert ("mail", "user") in FIELDS
    assert len(FIELDS) >= 14

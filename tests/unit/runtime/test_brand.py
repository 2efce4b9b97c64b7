"""A client may choose any colour; it stays legible."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.dashboard.brand import GRAPHICS, TEXT, Brand, contrast, parse_colour
from leadengine.tenants.choices import Look

GROUNDS = {"light": "#ffffff", "dark": "#161b24"}


@given(st.from_regex(r"#[0-9A-Fa-f]{6}", fullmatch=True))
def test_any_colour_is_legible_everywhere(primary: str) -> None:
    light, dark = Brand("acme", primary, "").stylesheet().split("@media")
    on_brand = re.findall(r"--on-brand:(#\w{6})", light)[0]
    assert contrast(parse_colour(on_brand), parse_colour(primary)) >= TEXT
    for sheet, ground in ((light, GROUNDS["light"]), (dark, GROUNDS["dark"])):
        for name, ratio in (("text", TEXT), ("mark", GRAPHICS)):
            shade = re.findall(rf"--brand-{name}:(#\w{{6}})", sheet)[0]
            # Rounding to whole steps of 1/255 may cost a little.
            assert contrast(parse_colour(shade), parse_colour(ground)) >= ratio - 0.05


def test_legible_colour_is_left_alone() -> None:
    assert "--brand-text:#2563eb" in Brand("acme", "#2563eb", "").stylesheet()


def test_a_client_is_called_what_it_chose_else_what_it_was_given() -> None:
    given_name = Brand("acme", "#2563eb", "")
    assert given_name.wearing(Look()).name == "acme"
    assert given_name.wearing(Look(name=" Acme & Sons ")).name == "Acme & Sons"


def test_known_contrast() -> None:
    assert contrast(parse_colour("#000000"), parse_colour("#ffffff")) == pytest.approx(21)


@pytest.mark.parametrize(
    ("logo", "origin"),
    [
        ("https://cdn.shop.test/logo.svg?x=1", "https://cdn.shop.test"),
        ("http://cdn.shop.test/logo.svg", ""),
        ("", ""),
    ],
)
def test_logo_comes_from_one_origin_over_tls(logo: str, origin: str) -> None:
    assert Brand("acme", "#2563eb", logo).logo_origin() == origin

"""What a model may say to a visitor, letter by letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.concierge.answers import Citation, Cited, Text, Usage
from leadengine.concierge.intent import address_in, wants_a_person, with_what_it_points_to
from leadengine.concierge.outgoing import UNCONFIRMED, LeakedError, Outgoing
from leadengine.concierge.prompt import NO_ANSWER, Turn, private
from leadengine.concierge.spend import micros_of

SOURCE = Cited(Citation("Fees", "fees.md"))


def said(*parts: str | Cited, canary: str = "mark-0") -> str:
    """What a visitor reads; parts arrive in pieces of three letters."""
    outgoing = Outgoing({"acme.test"}, canary)
    out: list[Text | Cited] = []
    for part in parts:
        if isinstance(part, Cited):
            out += outgoing.take(part)
            continue
        for at in range(0, len(part), 3):
            out += outgoing.take(Text(part[at : at + 3]))
    out += outgoing.end()
    return "".join(one.text for one in out if isinstance(one, Text))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("We open at nine. Come by!", "We open at nine. Come by!"),
        ("See [here](https://acme.test/a).", "See [here](https://acme.test/a)."),
        ("See [here](https://evil.test/a).", "See here."),
        ("See [here](javascript:alert(1)) now.", "See here) now."),
        ("See https://evil.test/a now.", "See  now."),
        ("See www.acme.test now.", "See www.acme.test now."),
        ("![x](https://acme.test/a.png) Hello.", " Hello."),
        ("<b>Bold</b> <script>x</script>", "Bold x"),
        ("in\u200bvisible\u202e", "invisible"),
        ("https://acme.test@evil.test/ x", " x"),
        (NO_ANSWER, ""),
        (f" {NO_ANSWER}.", ""),
    ],
)
def test_only_text_and_known_links_pass(text: str, read: str) -> None:
    assert said(text) == read


def test_promise_needs_a_source() -> None:
    assert said("It costs £5 today. ", SOURCE, "Bye.") == "It costs £5 today. Bye."
    assert said("Hello. It costs £5 today. Bye.") == f"Hello. {UNCONFIRMED}"
    assert said("We guarantee it.") == UNCONFIRMED


def test_nothing_of_the_instructions_passes() -> None:
    for text in ("It is mark-77.", "It is m a r k - 7 7.", "**mark**-`77`"):
        with pytest.raises(LeakedError):
            said(text, canary="mark-77")


@given(st.lists(st.sampled_from(["<", "[", "](", ")", "!", "https://evil.test", "a", ". ", "\n"])))
def test_no_order_of_marks_lets_a_foreign_link_pass(parts: list[str]) -> None:
    assert "evil.test" not in said("".join(parts))


def test_wishes_are_told_from_words() -> None:
    assert wants_a_person("Can I talk to a real person?")
    assert wants_a_person("human please!") is False
    assert wants_a_person("human")
    assert not wants_a_person("How many people fit into the trailer?")
    assert address_in("It is ann@buyer.test, thanks") == "ann@buyer.test"
    earlier = [Turn("What is the deposit?", "Five weeks of rent.")]
    assert with_what_it_points_to("When is it returned to me?", earlier).startswith("What is the")
    assert with_what_it_points_to("What are your opening hours?", earlier) == ""
    assert with_what_it_points_to("When is it returned?", []) == ""


def test_nothing_personal_is_sent() -> None:
    text = private(
        "I am ann@buyer.test, +44 20 7946 0123, and want HR-5220 for 1,290 pounds in 2026"
    )
    assert text == "I am [e-mail], [telephone], and want HR-5220 for 1,290 pounds in 2026"


def test_cost_is_counted_in_millionths() -> None:
    prices = {"small": (0.10, 0.50), "large": (2.0, 10.0)}
    assert micros_of(Usage("small", 2000, 350), prices) == 375
    assert micros_of(Usage("unknown", 1000, 100), prices) == 3000

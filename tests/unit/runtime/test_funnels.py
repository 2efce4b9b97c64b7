"""Steps as people type them, and shares that never divide by nothing."""

from leadengine.dashboard.funnels import MOST_STEPS, Step, shares, steps_of


def test_steps_stand_on_lines_or_between_commas() -> None:
    typed = " / \n\n/pricing , Lead Submitted\0\r\n"
    assert steps_of(typed) == ("/", "/pricing", "Lead Submitted")
    assert len(steps_of("a\n" * 50)) == MOST_STEPS
    assert steps_of(" \n,") == ()


def test_shares_are_of_the_first_and_of_the_step_before() -> None:
    assert shares(("a", "b", "c"), (200, 100, 25)) == [
        Step("a", 200, 1.0, 1.0),
        Step("b", 100, 0.5, 0.5),
        Step("c", 25, 0.125, 0.25),
    ]


def test_nobody_is_no_error() -> None:
    assert shares(("a", "b"), (0, 0)) == [Step("a", 0, 0.0, 0.0), Step("b", 0, 0.0, 0.0)]
    assert shares((), ()) == []

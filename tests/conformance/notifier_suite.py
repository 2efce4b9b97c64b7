"""What every way to tell people must do: a subclass says how to make one, and what arrived."""

import pytest

from leadengine_ctl.notify.base import Notice, Notifier, NotSentError

NOTICE = Notice(
    id="0123456789abcdef",
    subject="Critical: acme is red: <b>a service</b> is not healthy.",
    text="It was so from 12:00 UTC on.",
    url="https://panel.test/alerts",
    state="opened",
    severity="critical",
    about="acme",
)
SECRET = "hooks-secret-4be1"


class NotifierSuite:
    """The contract of `leadengine_ctl.notify.base`."""

    def good(self) -> Notifier:
        """One that reaches somebody."""
        raise NotImplementedError

    def bad(self) -> Notifier:
        """One whose other side is gone; its target has SECRET in it."""
        raise NotImplementedError

    def arrived(self) -> str:
        """All that arrived, as text."""
        raise NotImplementedError

    def test_a_notice_arrives_with_its_words(self) -> None:
        self.good().send(NOTICE)
        found = self.arrived()
        assert "acme is red" in found
        assert "12:00 UTC" in found
        assert "panel.test/alerts" in found

    def test_what_does_not_arrive_is_an_error_without_the_target(self) -> None:
        with pytest.raises(NotSentError) as caught:
            self.bad().send(NOTICE)
        error = caught.value
        assert SECRET not in f"{error.what}{error.why}{error.hint}"
        assert error.__cause__ is None, "a cause would quote the target in a log"

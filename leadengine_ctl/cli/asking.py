"""The questions before what costs money, or cannot be taken back."""

from leadengine_ctl.cli import terminal
from leadengine_ctl.errors import NotAllowedError


def confirm(question: str, refusal: str) -> None:
    """Have a person say yes.

    Raises:
        NotAllowedError: the answer was another one.
    """
    if terminal.ask(f"{question} [yes/no]").lower() != "yes":
        raise NotAllowedError(
            refusal,
            "The question was not answered with yes.",
            "Answer yes when asked, or give --yes.",
        )


def have_name_typed(
    name: str, answer: str | None, what: str, refusal: str, *, may_ask: bool = True
) -> None:
    """Have a client's name typed, unless it was given as `answer`; `what` ends the question.

    Raises:
        NotAllowedError: it was not typed right.
    """
    if answer is None and may_ask:
        answer = terminal.ask(f"Type '{name}' to {what} it:")
    if answer != name:
        raise NotAllowedError(
            refusal,
            "The client's name was not typed.",
            f"Type the name when asked, or give '--confirm {name}'.",
        )

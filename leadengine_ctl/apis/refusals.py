"""What an API may answer instead of doing what was asked, in people's words."""

from leadengine_ctl.errors import ExitCode, LeadEngineError


class ApiError(LeadEngineError):
    """An API did not do what was asked, and said so: nothing was changed."""


class UnknownFateError(ApiError):
    """No proper answer came: the order may have been carried out. Look before ordering again."""


class RateLimitedError(ApiError):
    """It asks to be left alone for longer than anybody wants to wait."""


class TokenRefusedError(ApiError):
    """The token is wrong, was revoked, or lacks a right."""

    exit_code = ExitCode.NOT_ALLOWED


class QuotaError(ApiError):
    """The account may not have more of it."""

    exit_code = ExitCode.NOT_ALLOWED


class SoldOutError(ApiError):
    """The provider has none left of that size at that place."""

    exit_code = ExitCode.NOT_ALLOWED


def token_refused(api: str, setting: str, status: int) -> TokenRefusedError:
    """The words for 401 and 403."""
    if status == 403:
        return TokenRefusedError(
            f"{api} does not let this token do that",
            "The token is good, but it may only read, or lacks the right for this.",
            f"Make a token that may read and write, and put it into {setting}.",
        )
    return TokenRefusedError(
        f"{api} refuses the token",
        "It is mistyped, has expired, or was revoked.",
        f"Make a new token at {api} and put it into {setting}.",
    )


def unknown_fate(api: str, why: str) -> UnknownFateError:
    """The words for an order without an answer."""
    return UnknownFateError(
        f"{api} gave no proper answer",
        f"{why} Whether the order was carried out is not known.",
        "Run the same command again: it looks first, and goes on with what is there.",
    )


def unavailable(api: str, why: str) -> ApiError:
    """The words for an API that could not be reached or fails again and again."""
    return ApiError(
        f"{api} cannot be used right now",
        why,
        "Run the same command again in a few minutes; nothing is lost.",
    )

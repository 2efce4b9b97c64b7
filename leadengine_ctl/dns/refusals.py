"""What DNS providers refuse, in our words."""

from leadengine_ctl.apis.refusals import ApiError


def not_ours(provider: str, name: str) -> ApiError:
    """No zone of the account has the name."""
    return ApiError(
        f"{provider} has no zone that {name} lies in",
        "The account shows none that is the name or an end of it.",
        "Add the zone there, choose another provider with --dns, or set the record by hand: "
        "--dns manual.",
    )

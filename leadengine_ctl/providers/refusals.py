"""Refusals that several providers of servers share."""

from leadengine_ctl.apis.refusals import ApiError


def no_such_address(provider: str, address: str) -> ApiError:
    """An address that is to be moved is not there."""
    return ApiError(
        f"{provider} has no address {address}",
        "It was given back there, or belongs to another account.",
        "Forget it with 'lectl host address release', and reserve another one.",
    )

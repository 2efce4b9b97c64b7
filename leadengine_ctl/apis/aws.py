"""Amazon's APIs by boto3: clients that retry as Amazon asks, and errors in our words.

boto3 finds the credentials by itself: environment, `~/.aws`, or the role of the machine it runs on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    NoCredentialsError,
    ReadTimeoutError,
)

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import (
    ApiError,
    QuotaError,
    SoldOutError,
    TokenRefusedError,
    unavailable,
    unknown_fate,
)

API = "AWS"
_REFUSED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_FORBIDDEN = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})
_QUOTA = frozenset(
    {"VcpuLimitExceeded", "InstanceLimitExceeded", "AddressLimitExceeded", "MaxSpotInstanceCount"}
)
_SOLD_OUT = frozenset({"InsufficientInstanceCapacity", "Unsupported"})


def aws_client(
    service: str, region: str, patience: Patience, endpoint: str | None, tries: int = 6
) -> Any:
    """A client of one service; boto3 itself backs off when it is throttled."""
    seconds = max(1.0, min(30.0, patience.seconds))
    config = Config(
        connect_timeout=min(10.0, seconds),
        read_timeout=seconds,
        retries={"mode": "standard", "total_max_attempts": tries},
    )
    return boto3.client(service, region_name=region, endpoint_url=endpoint, config=config)


def code_of(error: ApiError) -> str:
    """The API's own code of a translated error."""
    cause = error.__cause__
    return str(cause.response["Error"]["Code"]) if isinstance(cause, ClientError) else ""


@contextmanager
def translated() -> Iterator[None]:
    """Let errors of the library leave as ours."""
    try:
        yield
    except ClientError as error:
        raise _translation(error) from error
    except NoCredentialsError as error:
        raise TokenRefusedError(
            "There are no credentials for AWS",
            "boto3 looked into the environment, ~/.aws and the role of this machine.",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run 'aws configure'.",
        ) from error
    except (ConnectionClosedError, ReadTimeoutError) as error:
        raise unknown_fate(API, "The connection broke.") from error
    except BotoCoreError as error:
        raise unavailable(API, f"boto3 says: {error}.") from error


def _translation(error: ClientError) -> ApiError:
    code = str(error.response["Error"]["Code"])
    says = f"AWS says: {error.response['Error'].get('Message', '')} ({code})."
    if code in _REFUSED:
        return TokenRefusedError(
            "AWS refuses the credentials", says, "Make a new access key in IAM and use that."
        )
    if code in _FORBIDDEN:
        return TokenRefusedError(
            "AWS does not let these credentials do that",
            says,
            "Give the user the policy of docs/how-to/clouds/aws.md.",
        )
    if code in _QUOTA:
        return QuotaError(
            "The AWS account may not have one more",
            says,
            "Delete what is not needed, or ask for more under Service Quotas.",
        )
    if code in _SOLD_OUT:
        return SoldOutError(
            "AWS has none of these left there",
            says,
            "Choose another size or region: lectl host sizes aws",
        )
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return unknown_fate(API, says)
    return ApiError("AWS refuses", says, "Change the command as the answer says.")

"""Licences are signed with the offline keys that say what is a release, and believed by the same root.

One such key suffices: a forged licence hides a sentence, and opens nothing.
"""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tuf.api.metadata import Metadata, Root

from leadengine_agent.assertions import MalformedError, decode, encode
from leadengine_ctl.errors import NotAllowedError, UsageError
from leadengine_ctl.releases.keys import Signers, short

_AUDIENCE = "leadengine-licence"
_ROLE = "targets"


def sign(licence: dict[str, Any], root: Metadata[Root], signers: Signers) -> str:
    """The licence as text, signed by the first key that may.

    Raises:
        NotAllowedError: none of the keys is among those that sign releases.
    """
    allowed = root.signed.roles[_ROLE].keyids
    signer = next((each for each in signers if each.public_key.keyid in allowed), None)
    if signer is None:
        raise NotAllowedError(
            "None of these keys may sign a licence",
            f"Those that may are called {', '.join(map(short, allowed))}.",
            "Name the folder of a key for 'targets', as 'lectl release keys' shows them.",
        )
    claims = {"aud": _AUDIENCE, "iss": signer.public_key.keyid, **licence}
    return encode(claims, lambda body: bytes.fromhex(signer.sign(body).signature))


def read(text: str, root: Metadata[Root]) -> dict[str, Any]:
    """What a licence says, if the publisher has signed it.

    Raises:
        UsageError: it is no licence.
        NotAllowedError: it was changed, or somebody else has signed it.
    """
    try:
        claims, signed, signature = decode(text.strip())
    except MalformedError as error:
        raise _no_licence("It was cut off, or is something else.") from error
    if claims.pop("aud", None) != _AUDIENCE:
        raise _no_licence("It is signed for another purpose.")
    keyid = claims.pop("iss", None)
    if not _is_signed(root, keyid, signed, signature):
        raise NotAllowedError(
            "This licence is not believed",
            "It was changed, or none of the publisher's keys of today has signed it.",
            "Ask the publisher for it anew; nothing of a stack depends on it.",
        )
    return claims


def _is_signed(root: Metadata[Root], keyid: object, signed: bytes, signature: bytes) -> bool:
    if keyid not in root.signed.roles[_ROLE].keyids:
        return False
    key = root.signed.keys[str(keyid)]
    if key.keytype != "ed25519":
        return False
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    try:
        public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _no_licence(why: str) -> UsageError:
    return UsageError("This is no licence", why, "Use the file as the publisher sent it.")

"""Names of image layers, as the image specification derives them."""

import hashlib
from collections.abc import Iterable


def chain_ids(diff_ids: Iterable[str]) -> tuple[str, ...]:
    """The chain id of each layer: it names the layer together with all below it.

    An engine that has a layer's content on top of other layers cannot use it; one that has the
    chain can.
    """
    chains: list[str] = []
    for diff_id in diff_ids:
        chains.append(_joined(chains[-1], diff_id) if chains else diff_id)
    return tuple(chains)


def _joined(below: str, diff_id: str) -> str:
    return f"sha256:{hashlib.sha256(f'{below} {diff_id}'.encode()).hexdigest()}"

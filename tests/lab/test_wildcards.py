"""One certificate for every name below a domain: certbot of the agent's image, proven by TXT records."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509

from leadengine_agent import acme
from leadengine_agent.certificates import Pair, check, names_of
from leadengine_agent.docker import OneOff
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.proof import WORDS, Asking, meet
from leadengine_agent.protocol import Acme, Kind, StackSpec
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import Record
from leadengine_ctl.dns.hetzner import HetznerDns
from leadengine_ctl.dns.looking import Resolver, sees_text
from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import wait_until
from tests.lab.run import Run
from tests.lab.texts import texts_of
from tests.unit.ctl.builders import a_spec

IMAGE = "leadengine/agent:dev"
KINDS: dict[Kind, int] = {"dedicated": 2, "hosted": 1}
"""Kind of stack -> how many records prove its certificate: the domain's own name is proven beside."""


def spec_of(kind: Kind, domain: str, pebble: Pebble) -> StackSpec:
    # A one-off container here has no lab name service: the authority has a certificate for its address.
    directory = f"https://{pebble.box.address}:14000/dir"
    changes = {
        "kind": kind,
        "wildcard": True,
        "acme": Acme(directory=directory, trust=pebble.trust),
    }
    return a_spec("wild", domain).model_copy(update=changes)


def ordered(run: Run, layout: StackLayout, spec: StackSpec, asking: Asking) -> Pair:
    """What `acme.order` does, on the network of this run."""
    (layout.acme / "trust.pem").write_text(spec.acme.trust or "")
    certbot = OneOff(
        layout.client,
        IMAGE,
        acme.certbot_words(spec, spec.certified, WORDS),
        entrypoint="certbot",
        network=run.name,
        mounts=((layout.acme, "/acme", "rw"),),
        environment={"REQUESTS_CA_BUNDLE": "/acme/trust.pem"},
    )
    asking.run(certbot, layout.acme, 240)
    pair = acme.existing(layout, spec.certified)
    assert pair is not None
    return pair


@pytest.mark.parametrize("kind", KINDS)
def test_a_wildcard_is_proven_by_the_records_of_a_provider(
    product_images: None, run: Run, names: Names, pebble: Pebble, tmp_path: Path, kind: Kind
) -> None:
    domain = f"{kind}.wild.test"
    proof = f"_acme-challenge.{domain}"
    spec = spec_of(kind, domain, pebble)
    layout = HostLayout(tmp_path).stack("wild")
    layout.acme.mkdir(parents=True)
    with texts_of(names, "wild.test", proof) as (api, endpoint):
        provider = HetznerDns("good", Patience(), endpoint)

        def put(value: str) -> None:
            provider.put(Record(proof, "TXT", value))
            wait_until(lambda: sees_text(proof, value, Resolver(run.resolver)), 30)
            meet(layout.acme, value)

        pair = ordered(run, layout, spec, Asking(put, 60))
        assert len(api.said) == KINDS[kind]
    now = datetime.datetime.now(datetime.UTC)
    assert sorted(names_of(pair.leaf)) == sorted(spec.certified)
    for name in (f"eu.{domain}", *spec.names):
        assert check(pair, name, now) == ""
    assert check(pair, f"a.b.{domain}", now).startswith("it is not for")
    pair.leaf.verify_directly_issued_by(x509.load_pem_x509_certificates(pair.chain)[1])

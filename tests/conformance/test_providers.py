"""Every provider keeps the contract: two against the simulator, one against moto, one in memory."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.providers.aws import Aws
from leadengine_ctl.providers.aws_prices import AwsPrices
from leadengine_ctl.providers.base import Provider
from leadengine_ctl.providers.digitalocean import DigitalOcean
from leadengine_ctl.providers.hetzner import Hetzner
from leadengine_ctl.providers.memory import MemoryProvider
from tests.conformance import clouds
from tests.conformance.provider_suite import QUICK, ProviderSuite


class TestMemory(ProviderSuite):
    @pytest.fixture(params=["kept in memory", "kept in a file"])
    def provider(self, request: pytest.FixtureRequest, tmp_path: Path) -> Provider:
        return MemoryProvider(tmp_path / "p.json" if "file" in request.param else None)


@pytest.mark.long
class TestHetzner(ProviderSuite):
    SIZES = ("cx32", "cx42")
    REGION = "fsn1"

    @pytest.fixture
    def provider(self) -> Iterator[Provider]:
        with clouds.hetzner() as (_, endpoint):
            yield Hetzner("good", QUICK, endpoint)


@pytest.mark.long
class TestDigitalOcean(ProviderSuite):
    SIZES = ("s-2vcpu-4gb", "s-4vcpu-8gb")
    REGION = "fra1"

    @pytest.fixture
    def provider(self) -> Iterator[Provider]:
        with clouds.digitalocean() as (_, endpoint):
            yield DigitalOcean("good", QUICK, endpoint)


class FixedPrices(AwsPrices):
    """moto has no price list."""

    def monthly(self, region: str, types: tuple[str, ...]) -> dict[str, Decimal | None]:
        del region
        return dict.fromkeys(types, Decimal("34.50"))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        clouds.aws_credentials(patch)
        with clouds.aws() as endpoint:
            yield endpoint


@pytest.mark.long
class TestAws(ProviderSuite):
    SIZES = ("t3.medium", "t3.large")
    REGION = clouds.AWS_REGION

    @pytest.fixture
    def provider(self, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Provider:
        clouds.aws_credentials(monkeypatch)
        prices = FixedPrices(QUICK)
        return Aws(clouds.AWS_REGION, Patience(seconds=10), endpoint, "self", prices)

    @staticmethod
    def unknown_id() -> str:
        return f"{clouds.AWS_REGION}/i-0123456789abcdef0"

"""Prices of AWS: read from a price list as Amazon serves it, and unknown where it cannot be read."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.providers.aws_prices import AwsPrices
from tests.conformance import clouds
from tests.lab.cloud.web import Answer, Api, Request, serve

HOURLY = {"t3.medium": "0.0480000000"}
GB_MONTH = "0.0952000000"


class PriceList(Api):
    """`GetProducts`: products as JSON texts, each with its terms."""

    allowed = True

    def answer(self, request: Request) -> Answer:
        if not self.allowed:
            return Answer(400, {"__type": "AccessDeniedException", "message": "not authorized"})
        wanted = {each["Field"]: each["Value"] for each in request.body["Filters"]}
        price = GB_MONTH if "volumeApiName" in wanted else HOURLY.get(wanted["instanceType"])
        found = [] if price is None else [json.dumps(_product(price))]
        return Answer(200, {"FormatVersion": "aws_v1", "PriceList": found})


def _product(price: str) -> dict[str, object]:
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": price}}
    return {
        "product": {"sku": "X"},
        "terms": {"OnDemand": {"X.Y": {"priceDimensions": {"X.Y.Z": dimension}}}},
    }


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PriceList, AwsPrices]]:
    clouds.aws_credentials(monkeypatch)
    api = PriceList()
    with serve(api) as base:
        yield api, AwsPrices(Patience(seconds=2), base)


def test_an_instance_costs_its_hours_and_its_disk(served: tuple[PriceList, AwsPrices]) -> None:
    found = served[1].monthly("eu-central-1", ("t3.medium", "t9.nothing"))
    expected = Decimal("0.048") * 730 + Decimal("0.0952") * 50
    assert found == {"t3.medium": expected, "t9.nothing": None}


def test_who_may_not_read_prices_may_still_rent(served: tuple[PriceList, AwsPrices]) -> None:
    served[0].allowed = False
    assert served[1].monthly("eu-central-1", ("t3.medium",)) == {"t3.medium": None}

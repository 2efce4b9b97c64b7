"""What an instance costs: asked of Amazon's own price list, by the hour, and said by the month."""

import json
from decimal import Decimal
from typing import Any

from leadengine_ctl.apis.aws import aws_client, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.providers.base import Keeping

VOLUME_GB = 50
"""The disk that every server gets."""
KEEPING = Keeping("USD", Decimal("3.65"), Decimal("3.65"), Decimal("0.05"))
"""Half a cent for each hour of an IPv4 address, as Amazon's page says for all regions; what a snapshot
costs depends on the region, and is at least this."""
_HOURS = 730
"""Of a month, as Amazon counts."""
_HOME = "us-east-1"
"""The price list of all regions is served from here."""


class AwsPrices:
    """Prices of instances with their disk."""

    def __init__(self, patience: Patience, endpoint: str | None = None) -> None:
        self._patience, self._endpoint = patience, endpoint
        self._client: Any = None

    def monthly(self, region: str, types: tuple[str, ...]) -> dict[str, Decimal | None]:
        """What each type costs a month in US dollars; None where the list does not say."""
        try:
            disk = self._disk(region)
            return {each: self._type(region, each, disk) for each in types}
        except ApiError:
            # Somebody who may make servers may still not be allowed to read prices.
            return dict.fromkeys(types)

    def _type(self, region: str, name: str, disk: Decimal | None) -> Decimal | None:
        hourly = self._price(
            "AmazonEC2",
            regionCode=region,
            instanceType=name,
            operatingSystem="Linux",
            tenancy="Shared",
            preInstalledSw="NA",
            capacitystatus="Used",
        )
        return None if hourly is None or disk is None else hourly * _HOURS + disk

    def _disk(self, region: str) -> Decimal | None:
        price = self._price(
            "AmazonEC2", regionCode=region, productFamily="Storage", volumeApiName="gp3"
        )
        return None if price is None else price * VOLUME_GB

    def _price(self, service: str, **wanted: str) -> Decimal | None:
        if self._client is None:
            self._client = aws_client("pricing", _HOME, self._patience, self._endpoint, tries=2)
        filters = [
            {"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()
        ]
        with translated():
            found = self._client.get_products(ServiceCode=service, Filters=filters, MaxResults=1)
        if not found["PriceList"]:
            return None
        terms = json.loads(found["PriceList"][0])["terms"]["OnDemand"]
        dimension = next(iter(next(iter(terms.values()))["priceDimensions"].values()))
        return Decimal(dimension["pricePerUnit"]["USD"])

"""What the simulated providers sell. Prices are of the form, not of the day."""

from typing import Any

HETZNER_LOCATIONS = {"fsn1": ("Falkenstein", "DE"), "ash": ("Ashburn, VA", "US")}
HETZNER_TYPES = (
    ("cx22", 2, 4.0, 40, "3.79"),
    ("cx32", 4, 8.0, 80, "6.80"),
    ("cx42", 8, 16.0, 160, "16.40"),
)
DIGITALOCEAN_REGIONS = {"fra1": "Frankfurt 1", "nyc3": "New York 3"}
DIGITALOCEAN_SIZES = (
    ("s-1vcpu-1gb", 1, 1024, 25, 6.0),
    ("s-2vcpu-4gb", 2, 4096, 80, 24.0),
    ("s-4vcpu-8gb", 4, 8192, 160, 48.0),
)


def location(name: str) -> dict[str, Any]:
    city, country = HETZNER_LOCATIONS[name]
    return {
        "id": 1 + list(HETZNER_LOCATIONS).index(name),
        "name": name,
        "description": city,
        "city": city,
        "country": country,
        "latitude": 50.0,
        "longitude": 12.0,
        "network_zone": "eu-central" if country == "DE" else "us-east",
    }


def server_type(name: str, cores: int, memory: float, disk: int, price: str) -> dict[str, Any]:
    return {
        "id": 1 + [each[0] for each in HETZNER_TYPES].index(name),
        "name": name,
        "description": name.upper(),
        "category": "Shared vCPU",
        "cores": cores,
        "memory": memory,
        "disk": disk,
        "storage_type": "local",
        "cpu_type": "shared",
        "architecture": "x86",
        "deprecated": False,
        "deprecation": None,
        "prices": [
            {
                "location": place,
                "price_hourly": {"net": "0.0060000000", "gross": "0.0071400000"},
                "price_monthly": {"net": f"{price}00000000", "gross": f"{price}00000000"},
                "included_traffic": 21990232555520,
                "price_per_tb_traffic": {"net": "1.0000000000", "gross": "1.1900000000"},
            }
            for place in HETZNER_LOCATIONS
        ],
        "locations": [
            {"id": number, "name": place, "deprecation": None, "available": True,
             "recommended": True}
            for number, place in enumerate(HETZNER_LOCATIONS, 1)
        ],
    }  # fmt: skip


def droplet_size(name: str, cores: int, memory: int, disk: int, price: float) -> dict[str, Any]:
    return {
        "slug": name,
        "memory": memory,
        "vcpus": cores,
        "disk": disk,
        "transfer": 4.0,
        "price_monthly": price,
        "price_hourly": round(price / 672, 5),
        "regions": list(DIGITALOCEAN_REGIONS),
        "available": True,
        "description": "Basic",
    }

"""Values that the agent's unit tests share."""

from pathlib import Path

from leadengine_agent.protocol import DatabaseSchema, ImageName, ImageRef, Release, StackSpec

TEMPLATES = {
    f"stack/{path.name}": path.read_text() for path in sorted(Path("templates/stack").glob("*.j2"))
}


def image(name: ImageName) -> ImageRef:
    number = f"{sum(name.encode()):x}"
    return ImageRef(
        repository=f"leadengine/{name}", digest="sha256:" + number.rjust(64, "0"), pulled=False
    )


def a_release(version: str = "1.2.3") -> Release:
    names: tuple[ImageName, ...] = ("api", "worker", "db", "redis", "chromadb", "nginx")
    return Release(
        version=version,
        images={name: image(name) for name in names},
        agent=image("api"),
        database=DatabaseSchema(lineage=("0001",), oldest_compatible="0001"),
        templates=dict.fromkeys(TEMPLATES, "sha256:" + "0" * 64),
    )


def a_spec(**changes: object) -> StackSpec:
    values: dict[str, object] = {
        "client": "acme",
        "client_id": "0123456789abcdef01234567",
        "domain": "leads.acme.com",
        "email": "ops@acme.com",
    }
    return StackSpec.model_validate(values | changes)

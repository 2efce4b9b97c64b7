"""The model of the image and the real index keep the contracts of tests/conformance."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import numpy as np
import pytest

from leadengine.knowledge.embedding.onnx import OnnxEmbedder
from leadengine.knowledge.vectors import chroma
from tests.conformance.embedder_suite import EmbedderSuite, VectorsSuite
from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.runtime.library import start_chroma
from tests.lab.waiting import until


@pytest.fixture(scope="module")
def model(product_images: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model, copied out of the image."""
    folder = tmp_path_factory.mktemp("model")
    box = docker("create", "leadengine/worker:dev").stdout.strip()
    docker("cp", f"{box}:/opt/leadengine/model/.", str(folder))
    docker("rm", box)
    return folder


class TestModelOfTheImage(EmbedderSuite):
    @pytest.fixture(autouse=True)
    def _embedder(self, model: Path) -> None:
        self.embedder = OnnxEmbedder(model)

    def test_other_words_for_the_same_thing_are_near(self) -> None:
        question, answer, other = self.embedder.embed(
            ["How do I cancel my order?", "You may call off a purchase.", "Our office is in Leeds."]
        )
        assert float(question @ answer) > 0.4
        assert float(question @ other) < 0.25

    def test_image_carries_what_it_needs_and_no_more(self, model: Path) -> None:
        assert {path.name for path in model.iterdir()} >= {"LICENSE", "CARD.md", "model.onnx"}
        assert (model / "model.onnx").stat().st_size < 25_000_000
        names = ("torch", "onnx", "huggingface_hub")
        code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
        done = docker("run", "--rm", "leadengine/worker:dev", "python", "-c", code)
        assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def index(run: Run, product_images: None) -> Iterator[str]:
    box = start_chroma(run, "suite-chroma")
    url = f"http://{box.address}:8000"

    until(lambda: httpx.get(f"{url}/api/v2/heartbeat").raise_for_status(), "Chroma", 60)
    yield url
    box.remove()


class TestChroma(VectorsSuite):
    def test_index_does_what_it_promises(self, index: str) -> None:  # type: ignore[override]
        async def all_of_it() -> None:
            async with chroma.client(index) as http:
                self.vectors = chroma.ChromaVectors(http, chroma.name_of(UUID(int=1), "four"))
                await self._all()

        asyncio.run(all_of_it())

    def test_it_finds_what_comparing_everything_finds(self, index: str) -> None:
        """N = 50 questions to 2,000 vectors: 95 % of the ten nearest."""
        random = np.random.default_rng(7)
        kept = random.normal(size=(2000, 64)).astype(np.float32)
        kept /= np.linalg.norm(kept, axis=1, keepdims=True)
        asked = random.normal(size=(50, 64)).astype(np.float32)

        async def share() -> float:
            found = 0
            async with chroma.client(index) as http:
                vectors = chroma.ChromaVectors(http, chroma.name_of(UUID(int=2), "many"))
                await vectors.put({str(number): vector for number, vector in enumerate(kept)})
                assert len(await vectors.ids()) == 2000
                for question in asked:
                    exact = {str(at) for at in np.argsort(-(kept @ question))[:10]}
                    found += len(exact & (await vectors.nearest(question, 10)).keys())
            return found / 500

        assert asyncio.run(share()) >= 0.95

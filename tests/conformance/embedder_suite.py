"""What every embedder and every index of vectors must do."""

import asyncio

import numpy as np

from leadengine.knowledge.embedding.base import Embedder
from leadengine.knowledge.vectors.base import Vectors

TEXTS = (
    "How do I cancel my order?",
    "Our office is in Leeds.",
    "",
    "\U0001f600 " * 400,
    "word " * 3000,
)


class EmbedderSuite:
    """Subclass, and say what `embedder` is."""

    embedder: Embedder

    def test_vectors_have_length_one_and_the_promised_size(self) -> None:
        vectors = self.embedder.embed(TEXTS)
        assert vectors.shape == (len(TEXTS), self.embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)

    def test_company_changes_little(self) -> None:
        together = self.embedder.embed(TEXTS)
        for text, vector in zip(TEXTS, together, strict=True):
            assert float(self.embedder.embed([text])[0] @ vector) > 0.95

    def test_same_text_is_nearest(self) -> None:
        one, same, other = self.embedder.embed(["the blue kettle", "the blue kettle", "mortgages"])
        assert float(one @ same) > 0.999 > float(one @ other)

    def test_nothing_is_no_error(self) -> None:
        assert self.embedder.embed([]).shape == (0, self.embedder.dimension)

    def test_longer_texts_have_more_tokens(self) -> None:
        assert self.embedder.count("one two three") > self.embedder.count("one")
        assert self.embedder.count("word " * 3000) > self.embedder.most_tokens
        assert self.embedder.id


class VectorsSuite:
    """Subclass, and say what `vectors` is: an empty index of four dimensions."""

    vectors: Vectors

    def test_index_does_what_it_promises(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        index = self.vectors
        axes = dict(zip("abcd", np.eye(4, dtype=np.float32), strict=True))
        assert await index.nearest(axes["a"], 3) == {}
        assert await index.mark() == ""
        await index.put(axes)
        await index.put({"a": axes["a"]})
        assert await index.ids() == set("abcd")
        lean = np.array([0.8, 0.6, 0, 0], np.float32)
        near = await index.nearest(lean, 2)
        assert list(near) == ["a", "b"]
        assert abs(near["a"] - 0.8) < 0.01
        await index.remove(["a", "unknown"])
        assert list(await index.nearest(lean, 1)) == ["b"]
        await index.set_mark("seven")
        assert await index.mark() == "seven"
        await index.drop()
        assert await index.ids() == frozenset()
        assert await index.mark() == ""

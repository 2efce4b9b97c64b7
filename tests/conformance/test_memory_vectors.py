"""The embedder without a model, and vectors in memory."""

from leadengine.knowledge.embedding.words import WordEmbedder
from leadengine.knowledge.vectors.memory import MemoryVectors
from tests.conformance.embedder_suite import EmbedderSuite, VectorsSuite


class TestWordEmbedder(EmbedderSuite):
    embedder = WordEmbedder()


class TestMemoryVectors(VectorsSuite):
    vectors = MemoryVectors()

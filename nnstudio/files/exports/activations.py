"""How each activation is written in each language, by its name in files.

numpy, torch, keras: what is called; where the library has no such thing or means another by the name, the script
defines it itself, `as` an expression over z. In Keras it is called with z, in PyTorch it is a module. c: an expression
over z; `{f}` is the suffix of the functions of math.h for the type of the numbers. sklearn: its name there; empty where
it is unknown. ONNX has operators instead of words: see `onnx_activations.py`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """One activation in five languages. `numpy_as`, `torch_as`, `keras_as`: empty where the library has it; lines
    before the last one say what that stands on."""

    numpy: str
    torch: str
    keras: str
    c: str
    numpy_as: str = ""
    torch_as: str = ""
    keras_as: str = ""
    sklearn: str = ""

    @property
    def needs_math(self) -> bool:
        """Whether C needs math.h for it."""
        return "{f}" in self.c

    @property
    def numpy_lines(self) -> str:
        """The function that a NumPy script defines; empty where NumPy has it."""
        return _function(self.numpy, self.numpy_as)

    @property
    def keras_lines(self) -> str:
        """The function that a Keras script defines; empty where Keras has it."""
        return _function(self.keras, self.keras_as)

    @property
    def torch_lines(self) -> str:
        """The module that a PyTorch script defines; empty where PyTorch has it."""
        name = self.torch.removesuffix("()")
        head = f"class {name}(nn.Module):\n    def forward(self, z):\n"
        return f"{head}        return {self.torch_as}\n" if self.torch_as else ""


def _function(name: str, body: str) -> str:
    if not body:
        return ""
    *before, answer = body.split("\n")
    return "".join([f"def {name}(z):\n", *(f"    {line}\n" for line in before), f"    return {answer}\n"])


_HIGH, _ALPHA = "1.0507009873554805", "1.6732632423543772"
_ROOT = "0.7978845608028654"  # √(2/π)

SPELLINGS: dict[str, Spelling] = {
    "linear": Spelling("", "nn.Identity()", "", "z", sklearn="identity"),
    "relu": Spelling("relu", "nn.ReLU()", "ops.relu", "z > 0 ? z : 0", "np.maximum(z, 0)", sklearn="relu"),
    "leaky-relu": Spelling(
        *("leaky_relu", "nn.LeakyReLU(0.01)", "leaky_relu", "z > 0 ? z : (real)0.01 * z"),
        numpy_as="np.maximum(z, 0.01 * z)",
        keras_as="ops.maximum(z, 0.01 * z)",
    ),
    "elu": Spelling(
        *("elu", "nn.ELU()", "ops.elu", "z > 0 ? z : expm1{f}(z)"),
        numpy_as="np.maximum(z, np.expm1(np.minimum(z, 0)))",
    ),
    "selu": Spelling(
        *("selu", "nn.SELU()", "ops.selu"),
        c=f"z > 0 ? (real){_HIGH} * z : (real)({_HIGH} * {_ALPHA}) * expm1{{f}}(z)",
        numpy_as=f"{_HIGH} * np.where(z > 0, z, {_ALPHA} * np.expm1(np.minimum(z, 0)))",
    ),
    "gelu": Spelling(
        *("gelu", "nn.GELU(approximate='tanh')", "gelu"),
        c=f"(real)0.5 * z * (1 + tanh{{f}}((real){_ROOT} * (z + (real)0.044715 * z * z * z)))",
        numpy_as=f"0.5 * z * (1 + np.tanh({_ROOT} * (z + 0.044715 * z * z * z)))",
        keras_as="ops.gelu(z, approximate=True)  # in its tanh form",
    ),
    "silu": Spelling("silu", "nn.SiLU()", "ops.silu", "z / (1 + exp{f}(-z))", "z * np.exp(-np.logaddexp(0, -z))"),
    "softplus": Spelling(
        *("softplus", "nn.Softplus(threshold=40)", "softplus"),
        c="(z > 0 ? z : 0) + log1p{f}(exp{f}(-fabs{f}(z)))",
        numpy_as="np.logaddexp(0, z)",
        keras_as="ops.maximum(z, 0.0) + ops.log1p(ops.exp(-ops.absolute(z)))",
    ),
    "sigmoid": Spelling(
        *("sigmoid", "nn.Sigmoid()", "ops.sigmoid", "1 / (1 + exp{f}(-z))"),
        numpy_as="np.exp(-np.logaddexp(0, -z))  # 1 / (1 + e^-z), which cannot overflow so",
        sklearn="logistic",
    ),
    "tanh": Spelling("np.tanh", "nn.Tanh()", "ops.tanh", "tanh{f}(z)", sklearn="tanh"),
    "sine": Spelling("np.sin", "Sine()", "ops.sin", "sin{f}(z)", torch_as="torch.sin(z)"),
    "step": Spelling(
        *("step", "Step()", "step", "z >= 0 ? 1 : 0"),
        numpy_as="(z >= 0).astype(z.dtype)",
        torch_as="(z >= 0).to(z.dtype)",
        keras_as="ops.cast(z >= 0, z.dtype)",
    ),
    "softmax": Spelling(
        *("softmax", "nn.Softmax(dim=1)", "softmax", ""),
        numpy_as="shares = np.exp(z - z.max(axis=1, keepdims=True))\nshares / shares.sum(axis=1, keepdims=True)",
        keras_as="ops.softmax(z, axis=-1)",
    ),
}
"""By the name in files; softmax shares out between the units, in an image between the channels."""

"""What errors of Python and torch often mean: a hint for a learner whose code raised one."""

import re

# A regular expression that is searched in "TypeError: …", and what such an error means. The first that fits is shown.
_MEANINGS = [
    (
        r"'(builtin_function_or_method|method|function)'",
        "A function stands there uncalled: are the brackets () after its name missing?",
    ),
    (
        r"'(int|float)' object is not callable",
        "A number is called like a function: should it be a layer, or do brackets stand after an attribute?",
    ),
    (r"'NoneType' object is not callable", "What is called here is None: call it only where it is not"),
    (
        r"'(Tensor|torch\.Size|str|list|tuple|dict|range)' object is not callable",
        "Brackets () stand after something that is no function: `.shape` goes without, and items are taken with []",
    ),
    (
        r"Tensor, not tuple|'tuple' object has no attribute|operand type.*'tuple'|concatenate tuple",
        "A tuple holds several results, as an LSTM gives them: give each a name, `states, state = …`",
    ),
    (
        r"got float|'float' object cannot be interpreted as an integer|slices, not float|have an __index__",
        "A whole number belongs here: `/` gives a float even where it comes out even, `//` a whole number",
    ),
    (r"Tensor, not (int|float)", "This function of torch takes tensors: for a plain number there is the module `math`"),
    (r"real number, not torch\.Size", "`.shape` has a number for each dimension: choose one, as in `.shape[-1]`"),
    (r"elements cannot be converted to Scalar", "`.item()` takes the number out of a tensor that holds just one"),
    (
        r"must have same number of dimensions",
        "One of these tensors lacks a dimension: `[:, 0]` takes one away, and `[:, None]` adds one of size 1",
    ),
    (
        r"shapes cannot be multiplied",
        "A layer reads vectors of one size: the last dimension of what it is given has another",
    ),
    (r"before Module\.__init__\(\) call", "The first line of `__init__` is `super().__init__()`"),
    (r"'Tensor' object has no attribute '(append|extend)'", "A tensor does not grow: `torch.cat` makes a longer one"),
    (
        r"permute.*does not match the length",
        "`permute` takes all dimensions in their new order: to exchange two, there is `transpose`",
    ),
    (
        r"index -?\d+ is out of bounds for dimension 0",
        "A first index counts along the first dimension: `[..., i]` counts along the last",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "No gradients were recorded on the way to this number: was it made under `no_grad`, or from an `.item()`?",
    ),
    (
        r"backward through the graph a second time",
        "Something still hangs on the step before: `.detach()` a state that is carried on",
    ),
    (r"numpy\(\) on Tensor that requires grad", "`.detach()` goes before `.numpy()`"),
    (r"NameError", "Is the name misspelt, or has the cell that defines it not run?"),
    (r"'NoneType'", "A value is None: is a `return` missing in what made it?"),
]


def hint(error: BaseException) -> str:
    """Return a sentence, without its full stop, on what an error often means; nothing where none is known."""
    said = f"{type(error).__name__}: {error}"
    return next((meaning for words, meaning in _MEANINGS if re.search(words, said)), "")

"""What errors of Python and torch often mean: a hint for a learner whose code raised one."""

import re

_UNKNOWN = "Is the name misspelt, or has the cell that defines it not run?"

# A regular expression that is searched in "TypeError: …", and what such an error means. The first that fits is shown.
_MEANINGS = [
    (
        r"'(builtin_function_or_method|method|function)'|'type' object does not support",
        "A function stands there uncalled: are the brackets () after its name missing?",
    ),
    (
        r"'(int|float)' object is not callable",
        "A number is called like a function: should it be a layer, or do brackets stand after an attribute?",
    ),
    (r"'NoneType' object is not callable", "What is called here is None: call it only where it is not"),
    (
        r"'Tensor' object is not callable",
        "A tensor is called like a function: is `self.` missing before the name of a layer, or are [] meant?",
    ),
    (
        r"'(torch\.Size|str|list|tuple|dict|range)' object is not callable",
        "Brackets () stand after something that is no function: `.shape` goes without, and items are taken with []",
    ),
    (
        r"Tensor, not tuple|'tuple' object has no attribute|operand type.*'tuple'|concatenate tuple",
        "A tuple holds several results, as a network with a state gives them: give each a name, `logits, state = …`",
    ),
    (
        r"got float|'float' object cannot be interpreted as an integer|slices, not float|have an __index__",
        "A whole number belongs here: `/` gives a float even where it comes out even, `//` a whole number",
    ),
    (
        r"Tensor, not (int|float)",
        "This function of torch takes a tensor there: for a plain number there is `math`, or are arguments exchanged?",
    ),
    (r"real number, not torch\.Size", "`.shape` has a number for each dimension: choose one, as in `.shape[-1]`"),
    (r"torch\.Size' and 'int'", "`.shape` has a number for each dimension, and `.dim()` says how many there are"),
    (
        r"len\(\) of a 0-d tensor|tuple index out of range|too many indices for tensor",
        "There are fewer dimensions: `.dim()` says how many",
    ),
    (
        r"converted to Python scalars",
        "`math` and `int` take a single number: for whole tensors, torch has functions of its own",
    ),
    (
        r"softmax\(\) (received|missing)",
        "A softmax needs to know along which dimension: `torch.softmax(scores, dim=-1)`",
    ),
    (
        r"torch\.return_types|multiply sequence by non-int",
        "Along a dimension there are two results, values and places: `.max()` alone gives a number",
    ),
    (r"Expected reduction dim", "Nothing is left to take it of: is the slice empty?"),
    (r"operand type.*'(Linear|Embedding|LSTM|Dropout|RNN)'", "A layer is called with what it reads, in brackets"),
    (
        r"empty\(\): argument 'size'",
        "A layer is made of its sizes, whole numbers, and reads a tensor only when it is called",
    ),
    (r"module '.*' has no attribute", "Is it spelled exactly so? Layers begin with a capital, `nn.Linear`"),
    (r"name 'math' is not defined", "`import math` stands at the top of the notebook or of the cell"),
    (r"probability tensor contains", "`torch.multinomial` takes probabilities: is the softmax missing?"),
    (r"Index tensor must have the same", "`gather` takes indices with as many dimensions: `[:, None]` adds one"),
    (r"multinomial\(\).*must be bool", "The generator is handed over by its name, `generator=generator`"),
    (r"name '(true|false|none)' is not defined", "Python writes it with a capital: `True`, `False`, `None`"),
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
    (
        r"Boolean value of Tensor",
        "Several numbers are neither true nor false: ask `is None` or `is not None`, or compare with `torch.equal`",
    ),
    (r"'(int|float)' object has no attribute 'backward'", "An `.item()` is a plain number: it comes after `backward`"),
    (
        r"'(int|float)' object has no attribute",
        "That is a plain number, neither a tensor nor a list: is it one already, or are arguments exchanged?",
    ),
    (
        r"values to unpack",
        "There must be as many names as values: sizes are in `.shape`, and `for i, (a, b) in …` takes pairs apart",
    ),
    (
        r"must be tuple of Tensors, not Tensor|tensor\(\) takes 1 positional|cat\(\) got multiple values",
        "Several things are handed over as one list, in brackets `[a, b]`",
    ),
    (r"expected Tensor as element", "This takes a list of tensors: a list of numbers goes to `torch.tensor`"),
    (r"zero-dimensional tensor .* cannot be concatenated", "Single numbers are joined by `torch.stack`"),
    (
        r"1D target must have size 1",
        "The loss takes logits (number, vocab_size) and targets (number,): are they so, and in this order?",
    ),
    (r"log_softmax.* not implemented for 'Long'", "The loss takes the logits first, and then the targets"),
    (r"'(int|float)' object is not iterable", "A number stands where several things belong: are arguments exchanged?"),
    (r"floor_divide is not implemented", "`//` cuts the fraction off, and has no gradient: divide with `/`"),
    (r"UnboundLocalError", "It has no value yet: give it one before the loop, or before the `if`"),
    (r"slice step cannot be zero", "A slice is `[begin:end:step]`: are two of them exchanged?"),
    (r"assign a gradient of size", "A gradient has the shape of its parameter"),
    (r"ZeroDivisionError", "Some arguments of the check make this divisor 0"),
    (r"received an invalid combination", "Are the arguments in the right order, and each of the right kind?"),
    (r"numpy\(\) on Tensor that requires grad", "`.detach()` goes before `.numpy()`"),
    (r"NameError", _UNKNOWN),
    (r"'NoneType'", "A value is None: is a `return` missing in what made it?"),
]


_OF_THE_CLASS = r"^AttributeError: '(?!Tensor'|str'|list'|dict')\w+' object has no attribute"
_IN_A_CLASS = {
    _UNKNOWN: "Is the name misspelt, or is `self.` missing before it?",
    "": "Is it set in `__init__`, under this very name? What the class does not hold goes without `self.`",
}


def hint(error: BaseException, *, in_class: bool = False) -> str:
    """Return a sentence, without its full stop, on what an error often means; nothing where none is known.

    Code in a class may have forgotten a `self.`, or have one too many.
    """
    if isinstance(error, KeyError):  # what it says is a key of the learner's own
        return ""
    said = f"{type(error).__name__}: {error}"
    meaning = next((meaning for words, meaning in _MEANINGS if re.search(words, said)), "")
    if in_class and (meaning == _UNKNOWN or (not meaning and re.search(_OF_THE_CLASS, said))):
        return _IN_A_CLASS[meaning]
    return meaning

"""Checks of lesson 05: AdamW, and what it decays."""

import torch
import torch._dynamo
from torch import nn

from helpers.checks.expectations import Mistake, describe_type, expect, expect_type, same
from helpers.checks.spies import called, weights_of

_RATE, _DECAY = 0.007, 0.3


_RULE = "decide by `parameter.dim() >= 2`"


@called("Model")
class _Model(nn.Module):
    """Parameters of every kind: those of the lesson's model, and others of no, one and three dimensions."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.lstm = nn.LSTM(4, 6, batch_first=True)
        self.query = nn.Linear(6, 6, bias=False)
        self.norm = nn.LayerNorm(6)
        self.mix = nn.Conv1d(6, 6, 3)  # its weight has three dimensions
        self.output = nn.Linear(6, 7)
        self.scale = nn.Parameter(torch.tensor(1.0))  # no dimension


def make_optimizer(answer):
    """AdamW with each parameter once: matrices decayed, vectors not, and the learning rate that was asked for."""
    model = _Model()
    before = weights_of(model)
    optimizer = _call(answer, model)
    _expect_adamw(optimizer)
    _expect_each_once(optimizer, model)
    _compare_decay(_settings(optimizer, "weight_decay"), model)
    _expect_rate(_settings(optimizer, "lr"))
    expect(same(weights_of(model), before), "the weights of the model changed: `make_optimizer` takes no step")


def _call(answer, model: nn.Module):
    try:
        return answer(model, _RATE, _DECAY)
    except ValueError as error:
        if "more than one parameter group" in str(error):
            raise Mistake(
                "some parameters stand in both groups: the first takes those of two dimensions or more, the second "
                "only the others"
            ) from None
        if "empty parameter list" in str(error):
            raise Mistake(f"AdamW is given no parameters ({error})") from None
        raise
    except AttributeError as error:
        if "'tuple' object" in str(error):
            raise Mistake("`named_parameters()` gives pairs, (name, parameter): take them apart") from None
        raise
    except KeyError as error:
        if error.args == ("params",):
            raise Mistake('a group has no "params": under this key a dictionary holds the parameters') from None
        raise
    except RuntimeError as error:
        if "Boolean value of Tensor" in str(error) or "must match the size" in str(error):
            raise Mistake(
                f"`in` compares tensors by their numbers ({str(error).rstrip('.')}): ask each parameter for its `dim()`, "
                "below 2 in the second group"
            ) from None
        raise
    except TypeError as error:
        if "Model' object is not iterable" in str(error):
            raise Mistake("a model cannot be gone through: `model.parameters()` gives its parameters") from None
        if "multiple values for argument 'lr'" in str(error):
            raise Mistake("AdamW takes both groups in one list, `[{…}, {…}]`") from None
        if "Tensors" in str(error):
            raise Mistake(
                f'AdamW did not take the parameters ({error}): "params" is a list of parameters, without their names'
            ) from None
        raise


def _expect_adamw(optimizer) -> None:
    if type(optimizer) is torch.optim.Adam:
        raise Mistake(
            "that is Adam, where decay goes through the running means of the gradient: torch.optim.AdamW takes it off "
            "the weights themselves"
        )
    if isinstance(optimizer, list | tuple | dict):
        raise Mistake("those are the groups: hand them to torch.optim.AdamW, and return what it gives")
    if isinstance(optimizer, torch.optim.Optimizer) and not isinstance(optimizer, torch.optim.AdamW):
        raise Mistake(
            f"what you return should be AdamW, and is {describe_type(type(optimizer))}: use torch.optim.AdamW"
        )
    expect_type(optimizer, torch.optim.AdamW, "what you return")
    unknown = {key for group in optimizer.param_groups for key in group} - {"params", *optimizer.defaults}
    expect(
        not unknown,
        f'a group has the key "{min(unknown, default="")}", which AdamW does not know and passes over: the decay is '
        '"weight_decay"',
    )


def _expect_each_once(optimizer, model: nn.Module) -> None:
    held = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    named = dict(model.named_parameters())
    unknown = set(held) - {id(parameter) for parameter in named.values()}
    expect(
        not unknown,
        "the optimizer holds tensors that are no parameters of the model: hand over the parameters themselves",
    )
    twice = [name for name, parameter in named.items() if held.count(id(parameter)) > 1]
    expect(not twice, f"`{twice[0] if twice else ''}` stands in its group twice: collect each parameter once")
    missing = [name for name, parameter in named.items() if id(parameter) not in held]
    if not missing:
        return
    vectors = {name for name, parameter in named.items() if parameter.dim() < 2}
    if set(missing) == vectors:
        raise Mistake(
            "the optimizer holds the matrices only, so biases would never learn: the second group takes all others "
            "(`model.parameters()` can be gone through once: call it anew for each list)"
        )
    if set(missing) == named.keys() - vectors:
        raise Mistake("the optimizer holds the vectors only, so no matrix would ever learn: it needs both groups")
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    raise Mistake(
        f"`{missing[0]}` of the check's model ({_dimensions(named[missing[0]])}){others} would never learn, being in neither group: "
        "two dimensions or more in one group, fewer in the other"
    )


def _settings(optimizer, name: str) -> dict[int, float]:
    """Return a setting of the optimizer by the identity of the parameter that it holds for."""
    return {id(parameter): float(group[name]) for group in optimizer.param_groups for parameter in group["params"]}


def _compare_decay(decay: dict[int, float], model: nn.Module) -> None:
    named = list(model.named_parameters())
    given = {name: decay[id(parameter)] for name, parameter in named}
    matrices = {given[name] for name, parameter in named if parameter.dim() >= 2}
    vectors = {given[name] for name, parameter in named if parameter.dim() < 2}
    default, product = 0.01, _DECAY * _RATE
    scaled = "the decay is multiplied by the learning rate, which AdamW does itself: hand on weight_decay as it is"
    patterns = [
        ({_DECAY}, {_DECAY}, "everything is decayed, biases, too: vectors go into a group of their own, with weight_decay 0"),
        ({0.0}, {0.0}, "nothing is decayed: the matrices' group has weight_decay=weight_decay"),
        ({0.0}, {_DECAY}, "the groups are exchanged: vectors are decayed, and matrices are not"),
        ({default}, {default}, "everything is decayed by 0.01, AdamW's own value: give each group its weight_decay"),
        ({_DECAY}, {default}, "vectors are decayed by 0.01, AdamW's own value for a group that names none: give theirs weight_decay 0.0"),
        ({default}, {0.0}, "the matrices are decayed by 0.01, AdamW's own value: hand `weight_decay` on"),
        ({product}, {0.0}, scaled),
        ({product}, {product}, f"everything is decayed, biases, too, and {scaled}"),
        ({_RATE}, {0.0}, "the matrices' weight_decay is the learning rate: are the two exchanged?"),
        ({0.0}, {default}, "the matrices have no decay and the vectors AdamW's own 0.01: it is the matrices that are decayed"),
    ]  # fmt: skip
    for wanted_matrices, wanted_vectors, message in patterns:
        expect((matrices, vectors) != (wanted_matrices, wanted_vectors), message)
    fixed = next(iter(matrices))
    expect(
        len(matrices) > 1 or fixed in (0.0, _DECAY) or vectors != {0.0},
        f"the matrices have weight_decay {fixed:g}, whatever is asked for: hand the argument `weight_decay` on",
    )
    _expect_rule(given, dict(named))


def _expect_rule(given: dict[str, float], named: dict[str, nn.Parameter]) -> None:
    """Name a parameter that the rule is not kept for."""
    spared = [name for name, parameter in named.items() if parameter.dim() >= 2 and given[name] != _DECAY]
    decayed = [name for name, parameter in named.items() if parameter.dim() < 2 and given[name] != 0.0]
    if spared == ["embedding.weight"] and not decayed:
        raise Mistake(f"the embedding is not decayed: it is a matrix, too; {_RULE}")
    if spared and all(name.startswith("lstm.") for name in spared) and not decayed:
        raise Mistake(f"the weights of the LSTM are not decayed: their names end with _l0; {_RULE}, not by name")
    if decayed and all(name.startswith("lstm.bias") for name in decayed) and not spared:
        raise Mistake(f"the biases of the LSTM are decayed: their names end with _l0; {_RULE}, not by name")
    if decayed == ["norm.weight"] and not spared:
        raise Mistake(f"the weight of a LayerNorm is decayed: it is a vector; {_RULE}, not by name")
    for wrong, right in ((spared, _DECAY), (decayed, 0.0)):
        if wrong:
            name = wrong[0]
            raise Mistake(
                f"`{name}` of the check's model ({_dimensions(named[name])}) has weight_decay {given[name]:g} where {right:g} belongs; {_RULE}"
            )


def _dimensions(parameter: nn.Parameter) -> str:
    count = parameter.dim()
    return f"{('no', 'one', 'two', 'three')[count]} dimension{'s' if count > 1 else ''}"


def _expect_rate(rates: dict[int, float]) -> None:
    found = set(rates.values())
    if found == {_RATE}:
        return
    expect(found != {0.001}, "the learning rate is 0.001, AdamW's own: hand `learning_rate` on, as lr")
    expect(found != {_DECAY}, "the learning rate is the weight decay: are the two exchanged?")
    expect(_RATE not in found, "only one group has the learning rate that was asked for: both have it")
    raise Mistake(f"the learning rate should be {_RATE}, and is {max(found):g}")

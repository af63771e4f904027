"""What learners hand in for `make_optimizer` of lesson 05."""

import torch
from torch import nn

from tests.checks.answers import Answers

ANSWERS = Answers()


def optimize(
    *, is_matrix=lambda name, parameter: parameter.dim() >= 2, is_vector=None, of_matrices="decay", of_vectors=0.0,
    rate="rate", make=torch.optim.AdamW, keep=lambda parameters: parameters, result=None, rates=(),
):  # fmt: skip
    """Make `make_optimizer`; each argument brings in one mistake. A decay of None leaves AdamW its own."""

    def make_optimizer(model, learning_rate, weight_decay):
        given = {"decay": weight_decay, "rate": learning_rate}
        named = list(model.named_parameters())
        second = is_vector or (lambda name, parameter: not is_matrix(name, parameter))
        groups = []
        for chosen, decay in ((is_matrix, of_matrices), (second, of_vectors)):
            group = {"params": keep([parameter for name, parameter in named if chosen(name, parameter)])}
            if decay is not None:
                group["weight_decay"] = given.get(decay, decay)
            groups.append(group)
        for group, one in zip(groups, rates, strict=False):
            group["lr"] = given.get(one, one)
        if result is not None:
            return result(groups)
        return make(groups) if rate is None else make(groups, lr=given.get(rate, rate))

    return make_optimizer


def exhausts(model, learning_rate, weight_decay):
    parameters = model.parameters()
    matrices = [parameter for parameter in parameters if parameter.dim() >= 2]
    vectors = [parameter for parameter in parameters if parameter.dim() < 2]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def all_alike(model, learning_rate, weight_decay):
    return torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay)


def none_of_it(model, learning_rate, weight_decay):
    return torch.optim.AdamW(model.parameters(), lr=learning_rate)


def by_module(model, learning_rate, weight_decay):
    decayed = [m.weight for m in model.modules() if isinstance(m, nn.Linear | nn.Conv1d)]
    decayed += [p for name, p in model.lstm.named_parameters() if "weight" in name]
    ids = {id(parameter) for parameter in decayed}
    others = [parameter for parameter in model.parameters() if id(parameter) not in ids]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def shrinks(model, learning_rate, weight_decay):
    optimizer = optimize()(model, learning_rate, weight_decay)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    return optimizer


def named_pairs(model, learning_rate, weight_decay):
    matrices = [[name, parameter] for name, parameter in model.named_parameters() if parameter.dim() >= 2]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": weight_decay}], lr=learning_rate)


def asks_membership(model, learning_rate, weight_decay):
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter not in matrices]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def hands_the_model(model, learning_rate, weight_decay):
    return torch.optim.AdamW(model, lr=learning_rate, weight_decay=weight_decay)


def goes_through_the_model(model, learning_rate, weight_decay):
    return torch.optim.AdamW([parameter for parameter in model if parameter.dim() >= 2], lr=learning_rate)


def pairs_of_names(model, learning_rate, weight_decay):
    return torch.optim.AdamW([parameter for parameter in model.named_parameters() if parameter.dim() >= 2])


def misspelt_key(model, learning_rate, weight_decay):
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": matrices, "decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def two_dictionaries(model, learning_rate, weight_decay):
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    return torch.optim.AdamW({"params": matrices}, {"params": vectors}, lr=learning_rate)


def other_key(model, learning_rate, weight_decay):
    return torch.optim.AdamW([{"parameters": list(model.parameters())}], lr=learning_rate)


def by_rate(model, learning_rate, weight_decay):
    return optimize()(model, learning_rate, weight_decay * learning_rate)


def all_by_rate(model, learning_rate, weight_decay):
    return all_alike(model, learning_rate, weight_decay * learning_rate)


for function in (
    asks_membership,
    hands_the_model,
    goes_through_the_model,
    two_dictionaries,
    pairs_of_names,
    misspelt_key,
    other_key,
    by_rate,
    all_by_rate,
    exhausts,
    all_alike,
    none_of_it,
    by_module,
    shrinks,
    named_pairs,
):
    function.__name__ = "make_optimizer"
ANSWERS.is_wrong("whatever is asked for: hand the argument `weight_decay` on")(optimize(of_matrices=0.1))


def by_end(*ends):
    return lambda name, parameter: name.endswith(ends)


def empty(name, parameter):
    return False


ANSWERS.is_wrong("everything is decayed, biases, too")(all_alike)
ANSWERS.is_wrong("everything is decayed, biases, too")(optimize(of_vectors="decay"))
ANSWERS.is_wrong("nothing is decayed")(optimize(of_matrices=0.0))
ANSWERS.is_wrong("the groups are exchanged")(optimize(of_matrices=0.0, of_vectors="decay"))
ANSWERS.is_wrong("the groups are exchanged")(optimize(is_matrix=lambda name, parameter: parameter.dim() < 2))
ANSWERS.is_wrong("everything is decayed by 0.01")(none_of_it)
ANSWERS.is_wrong("vectors are decayed by 0.01")(optimize(of_vectors=None))
ANSWERS.is_wrong("the matrices are decayed by 0.01")(optimize(of_matrices=None))
ANSWERS.is_wrong("the matrices have no decay and the vectors AdamW's own 0.01")(
    optimize(of_matrices=0.0, of_vectors=None)
)
ANSWERS.is_wrong(": the decay is multiplied by the learning rate, which AdamW does itself")(by_rate)
ANSWERS.is_wrong("everything is decayed, biases, too, and the decay is multiplied by the learning rate")(all_by_rate)
ANSWERS.is_wrong("`in` compares tensors by their numbers")(asks_membership)
ANSWERS.is_wrong("what you return should be an AdamW, and is a list_iterator")(optimize(result=iter))
ANSWERS.is_wrong("the matrices' weight_decay is the learning rate")(optimize(of_matrices="rate", rate="decay"))
ANSWERS.is_wrong("the learning rate is the weight decay")(optimize(rate="decay"))
ANSWERS.is_wrong("the learning rate is 0.001, AdamW's own")(optimize(rate=None))
ANSWERS.is_wrong("the learning rate should be 0.007, and is 0.0003")(optimize(rate=3e-4))
ANSWERS.is_wrong("only one group has the learning rate")(optimize(rate=None, rates=["rate"]))
ANSWERS.is_wrong("that is Adam, where decay goes through the running means")(optimize(make=torch.optim.Adam))
ANSWERS.is_wrong("what you return should be AdamW, and is an SGD")(optimize(make=torch.optim.SGD))
ANSWERS.is_wrong("those are the groups: hand them to torch.optim.AdamW")(optimize(result=lambda groups: groups))
ANSWERS.is_wrong("some parameters stand in both groups")(optimize(is_vector=lambda name, parameter: True))
ANSWERS.is_wrong("`scale` stands in its group twice")(optimize(keep=lambda parameters: parameters * 2))
ANSWERS.is_wrong("AdamW is given no parameters")(optimize(result=lambda groups: torch.optim.AdamW([])))
ANSWERS.is_wrong("AdamW did not take the parameters")(named_pairs)
ANSWERS.is_wrong("a model cannot be gone through")(hands_the_model)
ANSWERS.is_wrong("a model cannot be gone through")(goes_through_the_model)
ANSWERS.is_wrong("`named_parameters()` gives pairs")(pairs_of_names)
ANSWERS.is_wrong('a group has the key "decay"')(misspelt_key)
ANSWERS.is_wrong("AdamW takes both groups in one list")(two_dictionaries)
ANSWERS.is_wrong('a group has no "params"')(other_key)
ANSWERS.is_wrong("the optimizer holds the matrices only")(exhausts)
ANSWERS.is_wrong("the optimizer holds the matrices only")(optimize(is_vector=empty))
ANSWERS.is_wrong("the optimizer holds the vectors only")(
    optimize(is_matrix=empty, is_vector=lambda name, parameter: parameter.dim() < 2)
)
ANSWERS.is_wrong("`scale` of the check's model (no dimension) would never learn")(
    optimize(is_vector=lambda name, p: p.dim() == 1)
)
ANSWERS.is_wrong("`mix.weight` of the check's model (three dimensions) would never learn")(
    optimize(is_matrix=lambda name, p: p.dim() == 2, is_vector=lambda name, p: p.dim() < 2)
)
ANSWERS.is_wrong("`scale` of the check's model (no dimension) and 3 more would never learn")(
    optimize(is_matrix=lambda name, p: p.dim() >= 2, is_vector=by_end("bias"))
)
ANSWERS.is_wrong("the optimizer holds tensors that are no parameters of the model")(
    optimize(keep=lambda parameters: [parameter.detach().clone() for parameter in parameters])
)
ANSWERS.is_wrong("`mix.weight` of the check's model (three dimensions) has weight_decay 0 where 0.3 belongs")(
    optimize(is_matrix=lambda name, parameter: parameter.dim() == 2)
)
ANSWERS.is_wrong("`embedding.weight` of the check's model (two dimensions) has weight_decay 0 where 0.3 belongs")(
    optimize(is_matrix=lambda name, parameter: parameter.dim() > 2)
)
ANSWERS.is_wrong("the embedding is not decayed")(by_module)
ANSWERS.is_wrong("the embedding is not decayed")(
    optimize(is_matrix=lambda name, parameter: parameter.dim() >= 2 and "embedding" not in name)
)
ANSWERS.is_wrong("the weights of the LSTM are not decayed")(
    optimize(is_matrix=lambda name, parameter: name.endswith("weight") and parameter.dim() > 1)
)
ANSWERS.is_wrong("the biases of the LSTM are decayed")(
    optimize(is_matrix=lambda name, parameter: not name.endswith(("bias", "norm.weight", "scale")))
)
ANSWERS.is_wrong("the weight of a LayerNorm is decayed")(optimize(is_matrix=lambda name, parameter: "weight" in name))
ANSWERS.is_wrong("`scale` of the check's model (no dimension) has weight_decay 0.3 where 0 belongs")(
    optimize(is_matrix=lambda name, parameter: "bias" not in name)
)
ANSWERS.is_wrong("the weights of the model changed")(shrinks)


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):
    decay, no_decay = [], []
    for parameter in model.parameters():
        (no_decay if parameter.ndim < 2 else decay).append(parameter)
    optimizer = torch.optim.AdamW(decay, lr=learning_rate, weight_decay=weight_decay, betas=(0.9, 0.95))
    optimizer.add_param_group({"params": no_decay, "weight_decay": 0})
    return optimizer


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):
    groups = [
        {"params": (one for one in model.parameters() if len(one.shape) < 2), "lr": learning_rate},
        {"params": {one: 0 for one in model.parameters() if len(one.shape) > 1}.keys(), "weight_decay": weight_decay},
    ]
    return torch.optim.AdamW(groups, learning_rate, weight_decay=0.0)


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):  # a group for each parameter
    groups = [
        {"params": [parameter], "weight_decay": weight_decay * (parameter.dim() > 1)}
        for _, parameter in model.named_parameters()
    ]
    return torch.optim.AdamW(params=groups, lr=learning_rate, foreach=False)


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):
    optimizer = torch.optim.AdamW(list(model.parameters()), lr=learning_rate, weight_decay=0.0)
    (group,) = optimizer.param_groups
    vectors = [parameter for parameter in group["params"] if parameter.dim() < 2]
    matrices = [parameter for parameter in group["params"] if parameter.dim() >= 2]
    optimizer.param_groups = [group | {"params": matrices, "weight_decay": weight_decay}, group | {"params": vectors}]
    return optimizer

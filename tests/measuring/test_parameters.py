"""How many numbers a model learns."""

import torch
from torch import nn

from helpers.measuring.parameters import count_parameters, describe_parameters


def test_all_weights_are_counted_and_shared_ones_once():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    assert count_parameters(model) == 2 * (9 + 3)
    model[1].weight = model[0].weight
    assert count_parameters(model) == 9 + 3 + 3


def test_what_training_leaves_alone_is_not_counted():
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    model[0].bias.requires_grad_(False)
    assert count_parameters(model) == 9 + 6


def test_the_table_names_each_parameter_with_its_shape_and_count():
    model = nn.Sequential(nn.Embedding(1000, 20), nn.Linear(20, 5))
    model[1].bias.requires_grad_(False)
    model.register_parameter("scale", nn.Parameter(torch.tensor(1.0)))
    lines = describe_parameters(model).splitlines()
    cells = [line.split("  ") for line in lines]
    words = [[cell.strip() for cell in row if cell.strip()] for row in cells]
    assert words == [
        ["scale", "1"],
        ["0.weight", "1000 × 20", "20,000"],
        ["1.weight", "5 × 20", "100"],
        ["1.bias", "5", "5", "fixed"],
        ["all", "20,101"],
    ]
    assert len({line.removesuffix("  fixed").__len__() for line in lines}) == 1, "the counts stand below each other"

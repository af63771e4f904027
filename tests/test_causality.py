"""No model of the package looks at the future: what comes later changes nothing that was said before."""

import importlib
import pkgutil

import pytest
import torch

from helpers import models
from helpers.models.attention import CharAttentionLSTM, CharAttentionLSTMByHand
from helpers.models.gru import CharGRU, CharGRULoop
from helpers.models.lstm import CharLSTM, CharLSTMLoop
from helpers.models.stacked_rnn import StackedRNN
from helpers.models.vanilla_rnn import CharRNN, CharRNNLoop
from helpers.ngrams import NgramModel

VOCAB_SIZE, TIME = 7, 24
NETWORKS = [
    CharRNN,
    CharRNNLoop,
    StackedRNN,
    CharLSTM,
    CharLSTMLoop,
    CharGRU,
    CharGRULoop,
    CharAttentionLSTM,
    CharAttentionLSTMByHand,
]


def make(architecture):
    torch.manual_seed(0)
    if architecture is NgramModel:
        return NgramModel(torch.randint(VOCAB_SIZE, (500,)), VOCAB_SIZE, 3)
    sizes = (5, 6, 2) if architecture is StackedRNN else (5, 6)
    return architecture(VOCAB_SIZE, *sizes).double()


@pytest.mark.parametrize("architecture", [*NETWORKS, NgramModel])
@pytest.mark.parametrize("changed", [1, 9, 23])
def test_a_later_character_changes_nothing_before_it(architecture, changed):
    model = make(architecture)
    tokens = torch.randint(VOCAB_SIZE, (2, TIME))
    other = tokens.clone()
    other[:, changed:] = (other[:, changed:] + 1) % VOCAB_SIZE
    logits, after = model(tokens)[0], model(other)[0]
    assert torch.equal(logits[:, :changed], after[:, :changed])
    assert not torch.allclose(logits[:, changed], after[:, changed])


def test_every_model_of_the_package_is_among_them():
    found = set()
    for module in pkgutil.iter_modules(models.__path__):
        classes = vars(importlib.import_module(f"helpers.models.{module.name}")).values()
        found |= {one for one in classes if isinstance(one, type) and "architecture" in dir(one)}
    assert found == set(NETWORKS)

"""One step of training at the size of a full run: forward, loss, backward, clipping, Adam."""

from collections.abc import Callable

import torch
from torch import nn

from benchmarks.recurrent_networks import StepLoopRNN, TorchRNN
from helpers.models.vanilla_rnn import CharRNN, CharRNNLoop
from helpers.training import sequence_loss

VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE = 80, 30, 500
BATCH, LENGTH = 64, 100
CHARACTERS = BATCH * LENGTH  # in a step
# Multiplications and additions of the matrix products that no implementation can leave out: the recurrence and the
# output layer, forward once, backward twice (for what came in, and for the weight).
OPERATIONS = 3 * 2 * CHARACTERS * HIDDEN_SIZE * (HIDDEN_SIZE + VOCAB_SIZE)
NETWORKS = {"ours": CharRNN, "step loop": StepLoopRNN, "nn.RNN": TorchRNN}


def make_network(name: str) -> CharRNNLoop:
    """Return a network of the table above; all of them start with the same weights."""
    torch.manual_seed(0)
    weights = CharRNN(VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE).state_dict()
    network = NETWORKS[name](VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE)
    network.load_state_dict(weights, strict=False)  # torch's layer has other names for parameters that it shares
    return network


def make_step(network: nn.Module, batch: int = BATCH, length: int = LENGTH) -> Callable[[], float]:
    """Return a function that trains the network one step on the same batch, and returns the loss before the step."""
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(VOCAB_SIZE, (batch, length + 1), generator=generator)
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    optimizer = torch.optim.Adam(network.parameters())

    def step() -> float:
        loss = sequence_loss(network(inputs)[0], targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return step

"""The gradient by distance, held against networks for which it can be computed on paper."""

import pytest
import torch

from helpers.measuring.gradient_reach import gradient_reach
from helpers.models.lstm import CharLSTM
from helpers.models.vanilla_rnn import CharRNN


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


class Fading(torch.nn.Module):
    """Carries one state that is multiplied by `rate` at each step, beside what it reads."""

    def __init__(self, rate):
        super().__init__()
        self.rate, self.output = rate, torch.nn.Linear(3, 5).double()

    def forward(self, tokens, state=None):
        state = torch.zeros(len(tokens), 3).double() if state is None else state
        states = []
        for t in range(tokens.shape[1]):
            state = self.rate * state + tokens[:, t : t + 1].double().sin()
            states.append(state)
        return self.output(torch.stack(states, 1)), state


def test_a_state_that_fades_by_half_has_half_the_gradient_at_each_step():
    reach = gradient_reach(Fading(0.5), torch.randint(5, (3, 12)), 6)
    assert reach == pytest.approx([0.5**k for k in range(1, 7)])


def test_a_state_that_is_kept_has_the_same_gradient_at_each_step():
    assert gradient_reach(Fading(1.0), torch.randint(5, (3, 12)), 4) == pytest.approx([1.0] * 4)


def test_the_mean_over_texts_is_a_geometric_one():
    model, tokens = CharRNN(7, 4, 6), torch.randint(7, (3, 9))
    each = torch.tensor([gradient_reach(model, row[None], 5) for row in tokens])
    together = gradient_reach(model, tokens, 5)
    assert together == pytest.approx(each.log().mean(0).exp().tolist(), rel=1e-4)


def test_the_cell_of_an_lstm_counts_with_its_hidden_state():
    """With the forget gate open and the others nearly closed, the cell alone carries the gradient, undiminished."""
    model = CharLSTM(7, None, 6)
    with torch.no_grad():
        for parameter in model.layers.parameters():
            parameter.mul_(0.01)
        model.layers[0].bias_ih_l0.view(4, 6)[1] = 20.0
    reach = gradient_reach(model, torch.randint(7, (2, 30)), 20)
    assert min(reach) > 0.9


def test_the_model_is_left_as_it_was():
    model = CharLSTM(7, 4, 6, dropout=0.9).train()
    tokens = torch.randint(7, (2, 9))
    assert gradient_reach(model, tokens, 3) == gradient_reach(model, tokens, 3), "dropout is off"
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize(("steps", "length"), [(0, 9), (7, 9)])
def test_a_text_that_is_too_short_is_refused(steps, length):
    with pytest.raises(ValueError, match=f"{steps} steps back need a text of at least {steps + 3}"):
        gradient_reach(CharRNN(7, 4, 6), torch.randint(7, (2, length)), steps)

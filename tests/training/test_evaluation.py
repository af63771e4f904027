"""Training and evaluation: what the numbers mean, and what is left as it was."""

import copy

import pytest
import torch
from torch import nn

from helpers.text.batching import StreamBatches, sliding_windows
from helpers.training import evaluate, fit, sequence_loss
from tests.runs import CYCLE, new_batches, new_model


class Forgetful(nn.Module):
    """A model with dropout: its answers differ from call to call, unless it is evaluating."""

    def __init__(self):
        super().__init__()
        self.rnn, self.dropout = new_model(), nn.Dropout(0.5)

    def forward(self, tokens, state=None):
        logits, state = self.rnn(tokens, state)
        return self.dropout(logits), state


@pytest.fixture
def uneven_batches():
    """Return batches of 1, 6 and 2 windows of a text that is not equally hard everywhere."""
    torch.manual_seed(1)
    text = torch.cat([torch.arange(40) % 5, torch.randint(5, (15,))])
    inputs, targets = sliding_windows(text, 6, 6)
    return list(zip(inputs.split([1, 5, 3]), targets.split([1, 5, 3]), strict=True))


def one_batch(batches):
    inputs, targets = zip(*batches, strict=True)
    return [(torch.cat(inputs), torch.cat(targets))]


def test_the_loss_is_the_mean_over_all_characters():
    logits, targets = torch.randn(2, 3, 5), torch.randint(5, (2, 3))
    probabilities = torch.softmax(logits, dim=-1)
    by_hand = [-probabilities[row, time, targets[row, time]].log() for row in range(2) for time in range(3)]
    torch.testing.assert_close(sequence_loss(logits, targets), torch.stack(by_hand).mean())


def test_evaluate_is_a_mean_over_characters_not_over_batches(uneven_batches):
    score, expected = evaluate(new_model(), uneven_batches), evaluate(new_model(), one_batch(uneven_batches))
    assert score.loss == pytest.approx(expected.loss, rel=1e-5)
    assert score.accuracy == pytest.approx(expected.accuracy)


def test_evaluate_weighs_windows_of_different_lengths_by_their_characters():
    model = new_model()
    inputs, targets = sliding_windows(CYCLE, 10, 10)
    batches = [(inputs[:1, :3], targets[:1, :3]), (inputs, targets)]
    scores = [evaluate(model, [batch]) for batch in batches]
    sizes = [targets.numel() for _, targets in batches]
    expected = sum(score.loss * size for score, size in zip(scores, sizes, strict=True)) / sum(sizes)
    assert evaluate(model, batches).loss == pytest.approx(expected, rel=1e-5)


def test_evaluate_gives_the_loss_and_the_share_of_hits(uneven_batches):
    model, [(inputs, targets)] = new_model(), one_batch(uneven_batches)
    logits, _ = model(inputs)
    score = evaluate(model, uneven_batches)
    assert score.loss == pytest.approx(sequence_loss(logits, targets).item(), rel=1e-5)
    assert score.accuracy == pytest.approx((logits.argmax(-1) == targets).float().mean().item())


@pytest.mark.parametrize("training", [True, False])
def test_evaluate_leaves_the_mode_of_the_model(training):
    model = Forgetful().train(training)
    evaluate(model, new_batches())
    assert [module.training for module in model.modules()] == [training] * len(list(model.modules()))


def test_evaluate_leaves_the_mode_even_when_a_batch_fails():
    model = new_model().train()
    with pytest.raises(IndexError):
        evaluate(model, [(torch.tensor([[99]]), torch.tensor([[0]]))])
    assert model.training


def test_evaluate_switches_dropout_off():
    model = Forgetful().train()
    assert evaluate(model, new_batches()) == evaluate(model, new_batches())


def test_evaluate_leaves_weights_and_gradients():
    model = new_model()
    before = copy.deepcopy(model.state_dict())
    evaluate(model, new_batches())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_evaluate_of_no_batch_is_an_error_and_never_a_loss_of_0():
    model = new_model().train()
    with pytest.raises(ValueError, match="not one batch to evaluate: a loss of 0 would be a lie; take a longer text"):
        evaluate(model, [])
    assert model.training


def test_fit_on_no_batch_is_an_error_and_never_a_loss_of_0():
    with pytest.raises(ValueError, match="not one batch to train on: is the text too short"):
        fit(new_model(), [], epochs=1, progress=False)


def test_fit_with_no_validation_batch_is_an_error():
    with pytest.raises(ValueError, match="not one batch to evaluate"):
        fit(new_model(), new_batches(), epochs=1, val_batches=[], progress=False)


@pytest.mark.parametrize("epochs", [0, -1])
def test_fit_for_no_epoch_is_refused(epochs):
    with pytest.raises(ValueError, match=f"epochs must be at least 1, not {epochs}"):
        fit(new_model(), new_batches(), epochs=epochs)


def test_the_history_has_one_entry_an_epoch():
    history = fit(new_model(), new_batches(), epochs=3, val_batches=new_batches(), progress=False)
    assert history.steps == [5, 10, 15]
    lists = [values for values in vars(history).values() if isinstance(values, list)]
    assert [len(values) for values in lists] == [3] * 7


def test_without_validation_the_history_has_no_validation_entries():
    history = fit(new_model(), new_batches(), epochs=2, progress=False)
    assert (len(history.train_loss), history.val_loss, history.val_accuracy) == (2, [], [])


def test_the_last_validation_entry_is_the_score_of_the_trained_model():
    model = new_model()
    history = fit(model, new_batches(), epochs=2, val_batches=new_batches(20), progress=False)
    assert (history.val_loss[-1], history.val_accuracy[-1]) == evaluate(model, new_batches(20))


def test_fit_learns_a_cycle():
    history = fit(new_model(), one_batch(new_batches()), epochs=80, learning_rate=0.05, progress=False)
    assert history.train_loss[0] > 1
    assert history.train_loss[-1] < 0.05
    assert history.train_accuracy[-1] == 1


def test_the_same_seed_gives_the_same_history():
    first, second = (fit(new_model(), new_batches(), epochs=2, progress=False) for _ in range(2))
    assert first == second


def test_training_scores_are_means_over_characters(uneven_batches):
    model = new_model()
    standing_still = torch.optim.SGD(model.parameters(), lr=0)
    history = fit(model, uneven_batches, epochs=1, optimizer=standing_still, progress=False)
    expected = evaluate(model, uneven_batches)
    assert history.train_loss[0] == pytest.approx(expected.loss, rel=1e-5)
    assert history.train_accuracy[0] == pytest.approx(expected.accuracy)


def test_each_step_starts_from_a_gradient_of_zero():
    batches = list(new_batches(25))
    model, other = new_model(), new_model()
    fit(model, batches, epochs=1, optimizer=torch.optim.SGD(model.parameters(), lr=1), clip_norm=None, progress=False)
    for inputs, targets in batches:
        loss = sequence_loss(other(inputs)[0], targets)
        gradients = torch.autograd.grad(loss, list(other.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(other.parameters(), gradients, strict=True):
                parameter -= gradient
    for parameter, expected in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(parameter, expected)


@pytest.mark.parametrize(("clip_norm", "largest"), [(1e-3, 1e-3), (1e-2, 1e-2)])
def test_a_step_is_no_longer_than_the_norm_that_gradients_are_clipped_to(clip_norm, largest):
    model = new_model()
    before = nn.utils.parameters_to_vector(model.parameters()).detach()
    optimizer = torch.optim.SGD(model.parameters(), lr=1)
    fit(model, list(new_batches())[:1], epochs=1, optimizer=optimizer, clip_norm=clip_norm, progress=False)
    moved = (nn.utils.parameters_to_vector(model.parameters()).detach() - before).norm().item()
    assert moved == pytest.approx(largest, rel=1e-2)


def test_fit_trains_in_training_mode():
    model, modes = Forgetful().eval(), []
    model.dropout.register_forward_hook(lambda module, *_: modes.append(module.training))
    fit(model, new_batches(25), epochs=2, val_batches=new_batches(13), progress=False)
    assert modes == [True, True, False] * 2


def test_progress_is_a_bar_of_text_for_each_epoch(capsys):
    fit(new_model(), new_batches(), epochs=2)
    shown = capsys.readouterr()
    assert "epoch 1/2" in shown.err
    assert "epoch 2/2" in shown.err
    assert not shown.out


def test_progress_can_be_switched_off(capsys):
    fit(new_model(), new_batches(), epochs=1, progress=False)
    assert capsys.readouterr() == ("", "")


def test_an_evaluation_over_streams_is_one_pass_over_each_stream():
    model, batches = new_model(), StreamBatches(CYCLE, 7, batch_size=3)
    logits, _ = model(batches.inputs)
    score = evaluate(model, batches)
    assert score.loss == pytest.approx(sequence_loss(logits, batches.targets).item(), rel=1e-5)
    assert score.accuracy == pytest.approx((logits.argmax(-1) == batches.targets).float().mean().item())
    assert score.loss == pytest.approx(evaluate(model, StreamBatches(CYCLE, 20, batch_size=3)).loss, rel=1e-5)
    assert evaluate(model, batches) == evaluate(model, batches), "each pass starts from a fresh state"

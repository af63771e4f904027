"""Training and evaluation: what the numbers mean, and what is left as it was."""

import copy

import pytest
import torch
from torch import nn

from helpers.batching import StreamBatches, WindowBatches, sliding_windows
from helpers.models.vanilla_rnn import CharRNN
from helpers.training import TrainingDiverged, evaluate, fit, sequence_loss

TOKENS = torch.arange(61) % 5


def new_model(seed=0):
    torch.manual_seed(seed)
    return CharRNN(vocab_size=5, embedding_size=4, hidden_size=8)


def new_batches(length=61):
    return WindowBatches(TOKENS[:length], 6, batch_size=2)


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
    inputs, targets = sliding_windows(TOKENS, 10, 10)
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


class Watched(nn.Module):
    """Passes on to a model and remembers each state that it was given."""

    def __init__(self):
        super().__init__()
        self.rnn, self.given, self.returned = new_model(), [], []

    def forward(self, tokens, state=None):
        logits, new_state = self.rnn(tokens, state)
        self.given.append(state)
        self.returned.append(new_state)
        return logits, new_state


def test_over_streams_the_state_is_carried_without_its_gradient_and_reset_each_epoch():
    model = Watched()
    fit(model, StreamBatches(TOKENS, 8, batch_size=2), epochs=2, progress=False)
    assert len(model.given) == 8
    for number, state in enumerate(model.given):
        if number % 4 == 0:
            assert state is None
        else:
            assert torch.equal(state, model.returned[number - 1])
            assert not state.requires_grad


def test_windows_each_start_from_a_fresh_state():
    model = Watched()
    fit(model, new_batches(), epochs=2, val_batches=new_batches(), progress=False)
    assert model.given == [None] * len(model.given)


def test_an_evaluation_over_streams_is_one_pass_over_each_stream():
    model, batches = new_model(), StreamBatches(TOKENS, 7, batch_size=3)
    logits, _ = model(batches.inputs)
    score = evaluate(model, batches)
    assert score.loss == pytest.approx(sequence_loss(logits, batches.targets).item(), rel=1e-5)
    assert score.accuracy == pytest.approx((logits.argmax(-1) == batches.targets).float().mean().item())
    assert score.loss == pytest.approx(evaluate(model, StreamBatches(TOKENS, 20, batch_size=3)).loss, rel=1e-5)
    assert evaluate(model, batches) == evaluate(model, batches), "each pass starts from a fresh state"


class Counting(torch.optim.SGD):
    """Remembers the learning rate of each step."""

    def __init__(self, model, lr=0.5):
        super().__init__(model.parameters(), lr=lr)
        self.rates = []

    def step(self, *arguments):
        self.rates.append(self.param_groups[0]["lr"])
        super().step(*arguments)


@pytest.mark.parametrize(("length", "taken"), [({"steps": 1}, 1), ({"steps": 13}, 13), ({"epochs": 2}, 10)])
def test_as_many_steps_are_taken_as_asked(length, taken):
    model = new_model()
    history = fit(model, new_batches(), optimizer=(optimizer := Counting(model)), progress=False, **length)
    assert len(optimizer.rates) == history.steps[-1] == taken
    assert history.ended == "all steps"


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ({"epochs": 2}, [5, 10]),
        ({"epochs": 2, "evaluate_every": 3}, [3, 6, 9, 10]),
        ({"steps": 7}, [5, 7]),
        ({"steps": 7, "evaluate_every": 100}, [7]),
    ],
)
def test_the_history_has_an_entry_at_regular_intervals_and_at_the_end(options, steps):
    told = []
    history = fit(
        new_model(), new_batches(), val_batches=new_batches(), callback=told.append, progress=False, **options
    )
    assert history.steps == steps
    assert [one.step for one in told] == steps
    assert {one.total_steps for one in told} == {steps[-1]}
    assert [one.epoch for one in told] == [(step + 4) // 5 for step in steps]


def test_a_training_entry_is_the_mean_since_the_one_before():
    model, batches = new_model(), list(new_batches())
    history = fit(
        model, batches, steps=5, evaluate_every=2, optimizer=torch.optim.SGD(model.parameters(), lr=0), progress=False
    )
    expected = [evaluate(model, part).loss for part in (batches[:2], batches[2:4], batches[4:])]
    assert history.train_loss == pytest.approx(expected, rel=1e-5)


def test_each_step_has_the_rate_that_the_schedule_says_and_the_optimizer_keeps_its_own():
    model = new_model()
    optimizer = Counting(model, lr=0.5)
    history = fit(
        model, new_batches(), steps=10, optimizer=optimizer, schedule=lambda step, total_steps: step / total_steps,
        progress=False,
    )  # fmt: skip
    assert optimizer.rates == pytest.approx([0.05 * step for step in range(1, 11)])
    assert history.learning_rate == pytest.approx([0.25, 0.5])
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_each_group_of_parameters_keeps_its_share_of_the_rate():
    model = new_model()
    groups = [{"params": model.embedding.parameters(), "lr": 1.0}, {"params": model.output.parameters(), "lr": 0.1}]
    optimizer, rates = torch.optim.SGD(groups), []
    optimizer.register_step_pre_hook(lambda *_: rates.append([group["lr"] for group in optimizer.param_groups]))
    fit(model, new_batches(), steps=2, optimizer=optimizer, schedule=lambda step, _: 0.5 / step, progress=False)
    assert rates == [[0.5, 0.05], [0.25, 0.025]]


def test_the_norm_of_the_gradient_is_that_before_clipping_and_the_largest():
    model, batches = new_model(), list(new_batches())
    history = fit(
        model, batches, epochs=1, optimizer=torch.optim.SGD(model.parameters(), lr=0), clip_norm=1e-3, progress=False
    )
    norms = []
    for inputs, targets in batches:
        gradients = torch.autograd.grad(sequence_loss(model(inputs)[0], targets), list(model.parameters()))
        norms.append(torch.cat([gradient.flatten() for gradient in gradients]).norm().item())
    assert history.gradient_norm == pytest.approx([max(norms)], rel=1e-5)


@pytest.mark.parametrize("patience", [1, 3])
def test_training_stops_when_the_validation_loss_falls_no_more(patience):
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0)  # so that the first entry stays the best
    history = fit(
        model, new_batches(), steps=50, evaluate_every=2, val_batches=new_batches(), optimizer=optimizer,
        patience=patience, progress=False,
    )  # fmt: skip
    assert history.steps == [2 * number for number in range(1, patience + 2)]
    assert history.ended == "early stop"


def test_training_goes_on_while_the_validation_loss_falls():
    history = fit(
        new_model(), new_batches(), epochs=6, val_batches=new_batches(), learning_rate=0.01, patience=1, progress=False
    )
    assert (len(history.steps), history.ended) == (6, "all steps")


class Breaking(nn.Module):
    """Multiplies the logits by NaN, or the gradient by infinity, in the third forward pass of training."""

    def __init__(self, what):
        super().__init__()
        self.rnn, self.what, self.passes = new_model(), what, 0

    def forward(self, tokens, state=None):
        logits, state = self.rnn(tokens, state)
        self.passes += self.training
        if self.passes == 3 and self.training:
            if self.what == "gradient":
                logits.register_hook(lambda gradient: gradient * torch.inf)
            else:
                logits = logits * self.what
        return logits, state


@pytest.mark.parametrize("clip_norm", [None, 1.0])
@pytest.mark.parametrize(
    ("what", "line"),
    [
        (torch.nan, "the loss is NaN"),
        (torch.inf, "the loss is NaN"),
        ("gradient", "the norm of the gradient is (NaN|infinite)"),
    ],
)
def test_a_number_that_is_none_stops_training_at_once(what, line, clip_norm):
    model, weights = Breaking(what), []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    optimizer.register_step_post_hook(lambda *_: weights.append(copy.deepcopy(model.state_dict())))
    with pytest.raises(TrainingDiverged, match=f"training stopped at step 3: {line}") as raised:
        fit(model, new_batches(), epochs=2, optimizer=optimizer, clip_norm=clip_norm, evaluate_every=1, progress=False)
    error = raised.value
    assert (error.step, error.history.steps) == (3, [1, 2])
    assert "the learning rate was 0.1, too high" in str(error)
    assert ("gradients are not clipped (try 1)" if clip_norm is None else "clip_norm is 1 (try 0.1)") in str(error)
    assert "No checkpoint was written" in str(error)
    assert all(torch.equal(weights[-1][name], tensor) for name, tensor in model.state_dict().items())


def test_a_learning_rate_far_too_high_is_named():
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e38)
    with pytest.raises(TrainingDiverged, match=r"training stopped at step \d+: .*learning rate was 1e\+38, too high"):
        fit(model, new_batches(), epochs=2, optimizer=optimizer, clip_norm=None, progress=False)


def test_a_broken_validation_loss_stops_training():
    inputs, targets = next(iter(new_batches()))
    model = Watched()
    model.rnn.register_forward_hook(
        lambda module, *_: None if module.training else (torch.full((2, 6, 5), torch.nan), None)
    )
    with pytest.raises(TrainingDiverged, match="step 5: the validation loss is NaN"):
        fit(model, new_batches(), epochs=2, val_batches=[(inputs, targets)], progress=False)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({}, "give either epochs or steps"),
        ({"epochs": 1, "steps": 1}, "give either epochs or steps"),
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"epochs": 1, "evaluate_every": 0}, "evaluate_every must be at least 1"),
        ({"epochs": 1, "patience": 0}, "patience must be at least 1"),
        ({"epochs": 1, "patience": 2}, "patience counts evaluations without a lower validation loss: give val_batches"),
        ({"epochs": 1, "clip_norm": 0.0}, "clip_norm must be above 0, not 0.0"),
        ({"epochs": 1, "learning_rate": -1}, "learning_rate must be above 0, not -1"),
        ({"epochs": 1, "learning_rate": float("nan")}, "learning_rate must be above 0, not nan"),
        ({"epochs": 1, "schedule": "cosine"}, "there is no schedule 'cosine'"),
        ({"epochs": 1, "schedule": lambda step, total: -1}, "the schedule gives -1 at step 1"),
        ({"epochs": 1, "resume": True}, "resume needs checkpoint_folder"),
        ({"epochs": 1, "save_every": 5}, "save_every needs checkpoint_folder"),
        ({"epochs": 1, "keep_epochs": True}, "keep_epochs needs checkpoint_folder"),
        ({"epochs": 1, "checkpoint_folder": "runs"}, "a checkpoint holds the vocabulary, too: give vocabulary"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_before_anything_happens(options, line):
    model = new_model()
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match=line):
        fit(model, new_batches(), progress=False, **options)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_batches_without_a_length_take_steps():
    class Endless:
        def __iter__(self):
            return iter(new_batches())

    with pytest.raises(ValueError, match="these batches have no length, so epochs cannot be counted: give steps"):
        fit(new_model(), Endless(), epochs=1)
    assert fit(new_model(), Endless(), steps=7, progress=False).steps == [7]


def test_batches_that_can_be_gone_through_only_once_are_told():
    with pytest.raises(ValueError, match="can the batches be gone through only once"):
        fit(new_model(), iter(list(new_batches())), steps=7, progress=False)


def test_what_a_callback_prints_does_not_run_into_the_bar(capsys):
    fit(new_model(), new_batches(), epochs=2, callback=lambda told: print(f"sample {told.epoch}"))
    shown = capsys.readouterr()
    assert shown.out == "sample 1\nsample 2\n"
    assert "train 1." in shown.err

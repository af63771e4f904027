"""The training loop: how long it runs, what it records, and when it stops."""

import copy

import pytest
import torch
from torch import nn

from helpers.text.batching import StreamBatches
from helpers.training import TrainingDiverged, evaluate, fit, sequence_loss
from tests.runs import CYCLE, new_batches, new_model


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
    fit(model, StreamBatches(CYCLE, 8, batch_size=2), epochs=2, progress=False)
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
        model, new_batches(), steps=10, optimizer=optimizer, schedule=lambda step, total_steps: step / total_steps / 2,
        progress=False,
    )  # fmt: skip
    assert optimizer.rates == pytest.approx([0.025 * step for step in range(1, 11)])
    assert history.learning_rate == pytest.approx([0.125, 0.25])
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_each_group_of_parameters_keeps_its_share_of_the_rate():
    model = new_model()
    groups = [{"params": model.embedding.parameters(), "lr": 1.0}, {"params": model.output.parameters(), "lr": 0.1}]
    optimizer, rates = torch.optim.SGD(groups), []
    optimizer.register_step_pre_hook(lambda *_: rates.append([group["lr"] for group in optimizer.param_groups]))
    fit(model, new_batches(), steps=2, optimizer=optimizer, schedule=lambda step, _: 0.5 / step, progress=False)
    assert rates == [[0.5, 0.05], [0.25, 0.025]]


def test_the_norm_of_the_gradient_is_that_before_clipping_and_the_largest():
    def norm(batch):
        inputs, targets = batch
        gradients = torch.autograd.grad(sequence_loss(model(inputs)[0], targets), list(model.parameters()))
        return torch.cat([gradient.flatten() for gradient in gradients]).norm().item()

    model = new_model()
    batches = sorted(new_batches(), key=norm, reverse=True)
    standing_still = torch.optim.SGD(model.parameters(), lr=0)
    history = fit(model, batches, epochs=1, evaluate_every=3, optimizer=standing_still, clip_norm=1e-3, progress=False)
    assert norm(batches[0]) > 1.001 * norm(batches[2])
    assert history.gradient_norm == pytest.approx([norm(batches[0]), norm(batches[3])], rel=1e-5)


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
    shown = []
    fit(new_model(), new_batches(), epochs=2, callback=lambda _: shown.append(capsys.readouterr().err))
    assert len(shown) == 2
    for text in shown:
        assert "epoch" in text
        assert text.endswith(" \r"), "the bar is wiped out, and the next word stands at the start of its line"
    assert "train 1." in capsys.readouterr().err

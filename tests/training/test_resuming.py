"""Training that was stopped and goes on: bit for bit what it would have been."""

import functools
from functools import partial
from itertools import count

import pytest
import torch

from helpers.ground.checkpoints import load_checkpoint, read_checkpoint, save_checkpoint
from helpers.models.vanilla_rnn import CharRNN
from helpers.training import TrainingDiverged, fit, keeper
from tests import runs
from tests.runs import TOKENS, VOCABULARY, DropoutRNN, bits

pytestmark = pytest.mark.usefixtures("one_thread")

OPTIMIZERS = {
    "Adam": partial(torch.optim.Adam, lr=0.02, amsgrad=True),
    "AdamW": partial(torch.optim.AdamW, lr=0.02, weight_decay=0.1),
    "SGD": partial(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True),
    "Adagrad": partial(torch.optim.Adagrad, lr=0.1, lr_decay=0.1),
    "RMSprop": partial(torch.optim.RMSprop, lr=0.01, momentum=0.5, centered=True),
}


class Killed(BaseException):
    """Ends a run as a kill does: nothing catches it."""


class Training:
    """A small run with everything in it that can change from step to step, to be started any number of times."""

    def __init__(self, folder, batches=runs.shuffled_windows, optimizer="Adam", **options):
        self.folder, self.batches, self.optimizer = folder, batches, optimizer
        self.options = {"steps": 17, "evaluate_every": 4, "save_every": 3, "schedule": "warmup_cosine"} | options
        self.samples = {}

    def start(self, kill_at=None, **options):
        """Train in a fresh process, so to speak; in the `kill_at`-th forward pass of training it is killed."""
        torch.manual_seed(7)
        model, samples, passes = DropoutRNN(), torch.Generator().manual_seed(3), []

        def watch(module, arguments):
            passes.append(module.training)
            if kill_at is not None and sum(passes) == kill_at:
                raise Killed

        def sample(progress):
            self.samples[progress.step] = torch.rand(1, generator=samples).item()

        model.register_forward_pre_hook(watch)
        optimizer = OPTIMIZERS[self.optimizer](model.parameters())
        given = {
            "optimizer": optimizer,
            "val_batches": runs.shuffled_windows(),
            "vocabulary": VOCABULARY,
            "checkpoint_folder": self.folder,
            "sample_generator": samples,
            "callback": sample,
            "progress": False,
            "resume": True,
        }
        history = fit(model, self.batches(), **(given | self.options | options))
        return bits(model.state_dict()), bits(optimizer.state_dict()), history, dict(self.samples)

    def killed_at(self, *moments):
        """Start and kill it once for each moment, then let it end."""
        for moment in moments:
            with pytest.raises(Killed):
                self.start(kill_at=moment)
        return self.start()


@pytest.fixture
def new(tmp_path):
    """Return a function that makes a training with a folder of its own."""
    folders = (tmp_path / f"run {number}" for number in count())
    return lambda *arguments, **options: Training(next(folders), *arguments, **options)


@functools.cache
def uninterrupted(batches, optimizer="Adam"):
    """Train without a stop, and without any checkpoint."""
    result = Training(None, batches, optimizer, save_every=None).start(resume=False)
    assert len(result[2].steps) == 5
    return result


@pytest.mark.parametrize("moment", range(1, 18))
@pytest.mark.parametrize("batches", [runs.streams, runs.shuffled_windows])
def test_a_run_killed_at_any_step_ends_like_the_uninterrupted_one(new, batches, moment):
    assert new(batches).killed_at(moment) == uninterrupted(batches)


@pytest.mark.parametrize("batches", runs.BATCHES)
@pytest.mark.parametrize("save_every", [1, 3, 5, 7])
def test_a_run_killed_again_and_again_ends_like_the_uninterrupted_one(new, batches, save_every):
    assert new(batches, save_every=save_every).killed_at(2, 9, 3, 1, 2) == uninterrupted(batches)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("batches", [runs.streams, runs.shuffled_windows])
def test_every_optimizer_goes_on(new, batches, optimizer):
    assert new(batches, optimizer).killed_at(6, 7) == uninterrupted(batches, optimizer)


def test_another_seed_ends_elsewhere(new):
    """Without this, the tests above could pass on a run in which nothing is random."""
    expected, other = new().start(), new()
    other.batches = runs.windows_shuffled_by_torch
    assert other.start()[0] != expected[0]


def test_a_finished_run_gives_its_result_without_training(new):
    training = new()
    expected = training.start()
    assert training.start(kill_at=1) == expected


def test_a_run_that_stopped_early_stays_stopped(new):
    training = new(optimizer="SGD", patience=1, evaluate_every=1, clip_norm=1e-12)
    expected = training.start()
    assert expected[2].ended == "early stop"
    assert training.start(kill_at=1) == expected


def test_resuming_where_nothing_is_yet_starts_anew(new):
    assert new().start(resume=True) == new().start(resume=False)


def test_resume_from_a_path(new):
    training = new(batches=runs.windows)
    expected = training.start()
    again = new(batches=runs.windows)
    resumed = again.start(resume=training.folder / "best.safetensors")
    assert resumed[:3] == expected[:3]
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*nowhere"):
        again.start(resume=training.folder / "nowhere.safetensors")


def test_without_resume_a_run_starts_anew_in_the_same_folder(new):
    training = new()
    expected = training.start()
    assert training.start(resume=False) == expected
    with pytest.raises(Killed):
        training.start(kill_at=1, resume=False)


OTHERS = {
    "clip_norm": ({"clip_norm": 0.5}, "clip_norm was 1.0 and is now 0.5"),
    "steps": ({"steps": 18}, "total_steps was 17 and is now 18"),
    "schedule": ({"schedule": "constant"}, "schedule was 'warmup_cosine, checksum .*' and is now 'constant, checksum"),
    "evaluate_every": ({"evaluate_every": 5}, "evaluate_every was 4 and is now 5"),
    "patience": ({"patience": 5}, "patience was None and is now 5"),
    "settings": ({"settings": {"hidden_size": 6}}, "settings, hidden_size was None and is now 6"),
    "samples": ({"sample_generator": None, "callback": None}, r"generators was \['samples', 'torch'"),
    "validation": ({"val_batches": runs.streams()}, "val_batches, kind was 'WindowBatches' and is now 'StreamBatches'"),
}


@pytest.mark.parametrize(("options", "line"), OTHERS.values(), ids=OTHERS)
def test_other_settings_are_refused_by_name(new, options, line):
    training = new()
    training.killed_at(9)
    with pytest.raises(ValueError, match=f"last.safetensors belongs to a run with other settings: .*({line})"):
        training.start(**options)


def test_another_text_dropout_or_optimizer_is_refused_by_name(new):
    training = new()
    training.killed_at(9)
    text = TOKENS.clone()
    text[60] = (text[60] + 1) % 5
    given = {"steps": 17, "evaluate_every": 4, "schedule": "warmup_cosine", "vocabulary": VOCABULARY}
    given |= {"checkpoint_folder": training.folder, "resume": True, "val_batches": runs.shuffled_windows()}
    given |= {"sample_generator": torch.Generator(), "progress": False}

    def resume(model, batches, optimizer, **options):
        return fit(model, batches, optimizer=OPTIMIZERS["Adam"](model.parameters(), **optimizer), **given | options)

    other = runs.WindowBatches(text, 6, batch_size=4, shuffle=True, generator=torch.Generator())
    with pytest.raises(ValueError, match=r"train_batches, checksum was \d+ and is now \d+"):
        resume(DropoutRNN(), other, {})
    with pytest.raises(ValueError, match=r"model, line 3 was .*dropout=0.3.* and is now .*dropout=0.4"):
        resume(DropoutRNN(dropout=0.4), runs.shuffled_windows(), {})
    with pytest.raises(ValueError, match=r"optimizer, group 1, lr was 0.02 and is now 0.03"):
        resume(DropoutRNN(), runs.shuffled_windows(), {"lr": 0.03})
    with pytest.raises(ValueError, match=r"optimizer, group 1, betas was \[0.9, 0.999\] and is now \[0.8, 0.9\]"):
        resume(DropoutRNN(), runs.shuffled_windows(), {"betas": (0.8, 0.9)})
    with pytest.raises(ValueError, match="trained on another vocabulary"):
        resume(DropoutRNN(), runs.shuffled_windows(), {}, vocabulary=runs.Vocabulary("abcdef"))
    with pytest.raises(ValueError, match="holds another model: a DropoutRNN, and yours is a vanilla-rnn"):
        resume(CharRNN(5, 4, 6), runs.shuffled_windows(), {})


def test_a_refused_checkpoint_leaves_all_as_it_was(new):
    training = new()
    training.killed_at(9)
    model, generator = DropoutRNN(seed=9), torch.Generator().manual_seed(9)
    optimizer = OPTIMIZERS["Adam"](model.parameters())
    before = [
        bits(x) for x in (model.state_dict(), optimizer.state_dict(), generator.get_state(), torch.get_rng_state())
    ]
    file = (training.folder / "last.safetensors").read_bytes()
    with pytest.raises(ValueError, match="other settings"):
        fit(
            model, runs.shuffled_windows(), steps=17, optimizer=optimizer, clip_norm=0.5, sample_generator=generator,
            vocabulary=VOCABULARY, checkpoint_folder=training.folder, resume=True, progress=False,
        )  # fmt: skip
    after = [
        bits(x) for x in (model.state_dict(), optimizer.state_dict(), generator.get_state(), torch.get_rng_state())
    ]
    assert after == before
    assert (training.folder / "last.safetensors").read_bytes() == file


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"PK\x03\x04" + data, lambda data: b""])
def test_a_damaged_checkpoint_is_refused_and_not_overwritten(new, damage):
    training = new()
    training.killed_at(9)
    path = training.folder / "last.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"last.safetensors is no checkpoint of this course"):
        training.start()
    assert path.read_bytes() == before


def test_weights_alone_are_no_run_to_go_on_with(new):
    training = new()
    save_checkpoint(training.folder / "last.safetensors", DropoutRNN(), VOCABULARY)
    with pytest.raises(ValueError, match=r"last.safetensors holds weights, but no run to go on with"):
        training.start()


def test_best_is_the_model_with_the_lowest_validation_loss(new):
    training = new(optimizer="SGD", clip_norm=100.0, schedule=lambda step, _: 1.0 if step <= 8 else 300.0)
    _, _, history, _ = training.start()
    assert min(history.val_loss) < history.val_loss[-1], "the run must get worse, or this shows nothing"
    notes = load_checkpoint(training.folder / "best.safetensors", model := DropoutRNN(), VOCABULARY)
    assert notes["val_loss"] == min(history.val_loss)
    assert notes["step"] == history.steps[history.val_loss.index(min(history.val_loss))]
    assert bits(model.state_dict()) != bits(DropoutRNN().state_dict())


def test_notes_say_where_the_run_stood_and_with_what_settings(new):
    training = new(settings={"hidden_size": 6})
    _, _, history, _ = training.start()
    notes = load_checkpoint(training.folder / "last.safetensors", DropoutRNN(), VOCABULARY)
    assert notes == {
        "step": 17,
        "epoch": 4,
        "train_loss": history.train_loss[-1],
        "val_loss": history.val_loss[-1],
        "settings": {"hidden_size": 6},
    }


def test_every_epoch_can_be_kept(new):
    training = new(keep_epochs=True)
    training.start()
    names = sorted(path.name for path in training.folder.iterdir())
    assert names == [f"{name}.safetensors" for name in ("best", "epoch_001", "epoch_002", "epoch_003", "last")]
    assert [read_checkpoint(training.folder / name).notes["step"] for name in names[1:4]] == [5, 10, 15]


def test_a_run_goes_on_from_an_epoch(new):
    training = new(keep_epochs=True, val_batches=None)
    expected = training.start()
    assert training.start(resume=training.folder / "epoch_002.safetensors") == expected


def test_what_a_killed_write_left_is_removed_and_nothing_else(new):
    training = new()
    training.killed_at(9)
    leftover, own = training.folder / ".last.safetensors.a1b2c3", training.folder / "my notes.txt"
    leftover.write_bytes(b"half")
    own.write_text("mine")
    training.start()
    assert not leftover.exists()
    assert own.exists()


def test_nothing_of_a_run_is_kept_in_a_pickle(new):
    training = new(batches=runs.streams)
    training.start()
    data = (training.folder / "last.safetensors").read_bytes()
    assert data[8:9] == b"{"
    assert b"torch._utils" not in data


def test_a_full_disk_stops_training_and_leaves_the_checkpoint_before(new, monkeypatch):
    training = new()
    with pytest.raises(Killed):
        training.start(kill_at=6)
    before = (training.folder / "last.safetensors").read_bytes()

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full_disk:
        full_disk.setattr("os.fsync", refuse)
        with pytest.raises(OSError, match=r"No space left on device: '.*safetensors'") as raised:
            training.start()
    assert "not written, the one before is as it was" in str(raised.value)
    assert (training.folder / "last.safetensors").read_bytes() == before
    assert sorted(path.name for path in training.folder.iterdir()) == ["best.safetensors", "last.safetensors"]
    assert training.start() == new().start()


def test_after_divergence_the_last_good_checkpoint_is_there(new):
    """How soon a huge rate ends in infinity differs from processor to processor: some take finite steps in between."""
    training = new(schedule=lambda step, total_steps: 1.0 if step < 8 else 1e38, optimizer="SGD", clip_norm=None)
    with pytest.raises(TrainingDiverged) as raised:
        training.start()
    assert 8 <= raised.value.step < 17
    last_saved = (raised.value.step - 1) // 3 * 3
    notes = load_checkpoint(training.folder / "last.safetensors", model := DropoutRNN(), VOCABULARY)
    assert notes["step"] == last_saved
    assert f"{training.folder / 'last.safetensors'}, of step {last_saved}" in str(raised.value)
    assert all(torch.isfinite(tensor).all() for tensor in model.state_dict().values())


def test_broken_weights_are_never_written(new, monkeypatch):
    """A step may break the weights although its own loss was finite: the next loss would tell, too late for a file."""
    training = new(save_every=1)
    step = torch.optim.Adam.step

    def break_weights(optimizer, *arguments):
        step(optimizer, *arguments)
        if optimizer.state[optimizer.param_groups[0]["params"][0]]["step"] == 6:
            optimizer.param_groups[0]["params"][-1].data[0] = torch.inf

    monkeypatch.setattr(torch.optim.Adam, "step", break_weights)
    with pytest.raises(TrainingDiverged, match=r"step 6: the weight output.bias holds NaN or infinity"):
        training.start()
    assert read_checkpoint(training.folder / "last.safetensors").notes["step"] == 5


def test_the_keeper_writes_nothing_without_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "write_checkpoint", lambda *_: pytest.fail("nothing should be written"))
    fit(DropoutRNN(), runs.windows(), steps=3, progress=False)
    assert not list(tmp_path.iterdir())

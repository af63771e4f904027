"""Checkpoints: what is saved comes back bit for bit, and nothing else is let in."""

import json
import os
import pickle
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import nn

from helpers.ground.checkpoints import load_checkpoint, read_checkpoint, save_checkpoint, write_checkpoint
from helpers.ground.vocabulary import Vocabulary
from helpers.models.vanilla_rnn import CharRNN

VOCABULARY = Vocabulary.from_text("abcé🙂")


def new_model(seed=0, hidden_size=4):
    torch.manual_seed(seed)
    return CharRNN(len(VOCABULARY), embedding_size=3, hidden_size=hidden_size)


def bits(model):
    """Return every bit of the weights, so that also NaN equals NaN and 0 differs from -0."""
    return {name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()}


@pytest.fixture
def path(tmp_path):
    """Return the path of a checkpoint, alone in its folder."""
    return save_checkpoint(tmp_path / "saved" / "model.safetensors", new_model(), VOCABULARY, epoch=3)


class Trap:
    """Runs code of its maker when it is unpickled."""

    def __reduce__(self):
        return exec, ("open('sprung', 'w').close()",)


def test_weights_come_back_bit_for_bit(tmp_path):
    model, other = new_model(0), new_model(1)
    with torch.no_grad():
        model.output.bias.copy_(torch.tensor([-0.0, torch.inf, torch.nan, 1e-45, 1 / 3]))
    path = save_checkpoint(tmp_path / "model.safetensors", model, VOCABULARY)
    assert bits(other) != bits(model)
    load_checkpoint(path, other, VOCABULARY)
    assert bits(other) == bits(model)


def test_a_loaded_model_gives_the_same_logits(path):
    model, tokens = new_model(1), VOCABULARY.encode("abc🙂")[None]
    load_checkpoint(path, model, VOCABULARY)
    assert torch.equal(model(tokens)[0], new_model(0)(tokens)[0])


def test_notes_come_back(tmp_path):
    notes = {"epoch": 3, "losses": [2.5, 1 / 3], "settings": {"text": "naïve 🙂", "stride": None}}
    path = save_checkpoint(tmp_path / "model.safetensors", new_model(), VOCABULARY, **notes)
    assert load_checkpoint(path, new_model(), VOCABULARY) == notes


def test_weights_that_share_or_skip_memory_come_back(tmp_path):
    def tied():
        model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        model[1].weight = model[0].weight
        model[0].bias = nn.Parameter(torch.randn(6)[::2])
        return model

    model, other = tied(), tied()
    load_checkpoint(save_checkpoint(tmp_path / "model.safetensors", model, VOCABULARY), other, VOCABULARY)
    assert bits(other) == bits(model)


def test_saving_leaves_the_model_as_it_was(tmp_path):
    model = new_model()
    before = bits(model)
    save_checkpoint(tmp_path / "model.safetensors", model, VOCABULARY)
    assert bits(model) == before
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_the_same_model_gives_the_same_bytes(path, tmp_path):
    again = save_checkpoint(tmp_path / "again.safetensors", new_model(), VOCABULARY, epoch=3)
    assert again.read_bytes() == path.read_bytes()


def test_training_after_loading_leaves_the_file_as_it_was(path):
    model, before = new_model(1), path.read_bytes()
    load_checkpoint(path, model, VOCABULARY)
    with torch.no_grad():
        model.output.weight.zero_()
    assert path.read_bytes() == before


def test_a_checkpoint_can_be_saved_over_the_one_it_came_from(path):
    model = new_model(1)
    load_checkpoint(path, model, VOCABULARY)
    save_checkpoint(path, model, VOCABULARY, epoch=4)
    assert load_checkpoint(path, new_model(2), VOCABULARY) == {"epoch": 4}


def test_a_checkpoint_is_one_file_with_one_key_of_json_in_its_header(path):
    assert os.listdir(path.parent) == ["model.safetensors"]
    with safe_open(path, framework="pt") as file:
        [header] = map(json.loads, file.metadata().values())
    assert header["model"] == "vanilla-rnn"
    assert header["symbols"] == list("abcé🙂")


def test_a_save_that_fails_leaves_the_old_checkpoint(path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "replace", refuse)
        with pytest.raises(OSError, match="No space left"):
            save_checkpoint(path, new_model(1), VOCABULARY)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["model.safetensors"]


def test_notes_that_json_cannot_hold_leave_the_old_checkpoint(path):
    before = path.read_bytes()
    with pytest.raises(TypeError, match="Tensor is not JSON serializable"):
        save_checkpoint(path, new_model(1), VOCABULARY, loss=torch.tensor(1.0))
    assert path.read_bytes() == before


def refused(path, message, model=None, vocabulary=VOCABULARY, error=ValueError):
    """Load a checkpoint that must be refused, and hold the model against what it was."""
    model = model or new_model(1)
    before = bits(model)
    with pytest.raises(error, match=message):
        load_checkpoint(path, model, vocabulary)
    assert bits(model) == before


@pytest.mark.parametrize(
    ("symbols", "counts"),
    [
        pytest.param("abcdé", "5 characters 'abcé🙂', yours has 5 'abcdé'", id="as many characters"),
        pytest.param("abc", "5 characters 'abcé🙂', yours has 3 'abc'", id="fewer characters"),
        pytest.param("".join(map(chr, range(65, 165))), "yours has 100 'ABCDEFGHIJKLMNOPQRSTUVWXYZ.*'", id="more"),
    ],
)
def test_a_checkpoint_of_another_vocabulary_is_refused(path, symbols, counts):
    refused(path, f"model.safetensors was trained on another vocabulary: .*{counts}", None, Vocabulary(sorted(symbols)))


def test_a_checkpoint_of_another_shape_is_refused(path):
    line = r"holds another model \(vanilla-rnn\): .* is \(4,\) of float32 in the file and \(6,\) of float32 in yours"
    refused(path, line, new_model(hidden_size=6))


def test_a_checkpoint_with_other_names_is_refused(path):
    line = r"holds another model: a vanilla-rnn, and yours is a Linear"
    refused(path, line, nn.Linear(3, 4))


def test_a_checkpoint_with_a_weight_more_is_refused(path):
    model = new_model(1)
    model.output.bias = None
    refused(path, r"output.bias is \(5,\) of float32 in the file and missing in yours", model)


def test_a_checkpoint_with_a_weight_less_is_refused(path):
    model = new_model(1)
    model.extra = nn.Parameter(torch.zeros(2))
    refused(path, r"extra is missing in the file and \(2,\) of float32 in yours", model)


@pytest.mark.parametrize("kept", [0, 1, 8, 100, 0.5, -1], ids=lambda kept: f"the first {kept}")
def test_a_checkpoint_that_was_cut_short_is_refused(path, kept):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if kept == 0.5 else kept])
    refused(path, "model.safetensors is no checkpoint of this course, or only a part of one")


@pytest.mark.parametrize("content", [b"text\n" * 100, b"\xff" * 100, b'{"symbols": "ab"}'])
def test_a_file_of_something_else_is_refused(path, content):
    path.write_bytes(content)
    refused(path, "model.safetensors is no checkpoint of this course")


def test_weights_without_the_header_of_the_course_are_refused(path):
    path.write_bytes(save(dict(new_model().state_dict())))
    refused(path, "model.safetensors is no checkpoint of this course")


@pytest.mark.parametrize("header", [{}, [], 5, {"symbols": 5}, {"symbols": "abcé🙂", "model": "CharRNN"}])
def test_a_header_of_something_else_is_refused(path, header):
    path.write_bytes(save(dict(new_model().state_dict()), metadata={"course": json.dumps(header)}))
    refused(path, "model.safetensors is no checkpoint of this course")


@pytest.mark.parametrize(
    ("write", "read"),
    [
        pytest.param(pickle.dump, pickle.load, id="pickle"),
        pytest.param(torch.save, partial(torch.load, weights_only=False), id="torch.save"),
        pytest.param(
            partial(torch.save, _use_new_zipfile_serialization=False),
            partial(torch.load, weights_only=False),
            id="torch.save of old",
        ),
    ],
)
def test_a_pickle_is_refused_and_nothing_of_it_is_run(tmp_path, write, read):
    path = tmp_path / "model.pt"  # torch.load would not unpickle a file that is called .safetensors
    with path.open("wb") as file:
        write(Trap(), file)
    with path.open("rb") as file:
        read(file)
    assert Path("sprung").exists(), "the trap must work, or its silence proves nothing"
    Path("sprung").unlink()
    refused(path, "model.pt is no checkpoint of this course but a pickle, as torch.save writes it: it was not opened")
    assert not Path("sprung").exists()


def test_a_missing_checkpoint_is_named(path):
    refused(path.with_name("nowhere.safetensors"), r"no checkpoint .*nowhere\.safetensors", error=FileNotFoundError)


def test_a_folder_is_no_checkpoint(path):
    refused(path.parent, "saved is no checkpoint", error=(ValueError, OSError))


def test_a_vocabulary_of_both_halves_of_a_pair_comes_back(tmp_path):
    halves = Vocabulary.from_text("\ud83d \ude00")
    path = save_checkpoint(tmp_path / "model.safetensors", new_model(), halves)
    assert load_checkpoint(path, new_model(), halves) == {}


def test_a_checkpoint_of_another_class_with_the_same_weights_is_refused(path):
    class ReluRNN(CharRNN):
        architecture = "relu-rnn"

    refused(path, "holds another model: a vanilla-rnn, and yours is a relu-rnn", ReluRNN(len(VOCABULARY), 3, 4))


def test_a_checkpoint_of_another_precision_is_refused(path):
    refused(path, "of float32 in the file and .* of float64 in yours", new_model().double())


def test_a_pickle_within_a_tensor_is_never_unpickled(path):
    """The bytes of a pickle are numbers like others as long as nobody unpickles them."""
    holder = nn.Module()
    holder.register_buffer("data", torch.frombuffer(bytearray(pickle.dumps(Trap())), dtype=torch.uint8))
    save_checkpoint(path, holder, VOCABULARY)
    load_checkpoint(path, holder, VOCABULARY)
    assert not Path("sprung").exists()


def test_classes_that_share_an_architecture_share_checkpoints(tmp_path):
    class WrittenOut(CharRNN):
        architecture = "vanilla RNN"

    class Fast(CharRNN):
        architecture = "vanilla RNN"

    torch.manual_seed(0)
    model, other = WrittenOut(len(VOCABULARY), 3, 4), Fast(len(VOCABULARY), 3, 4)
    path = save_checkpoint(tmp_path / "model.safetensors", model, VOCABULARY)
    load_checkpoint(path, other, VOCABULARY)
    assert bits(other) == bits(model)
    refused(path, "holds another model: a vanilla RNN, and yours is a vanilla-rnn")


def rewrite_header(path, change):
    with safe_open(path, framework="pt") as file:
        header = json.loads(file.metadata()["course"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    path.write_bytes(save(tensors, metadata={"course": json.dumps(change(header))}))


def test_a_checkpoint_of_a_newer_version_is_refused_as_such(path):
    rewrite_header(path, lambda header: header | {"version": 3, "symbols": "another form"})
    refused(path, r"written by a newer version of the course \(format 3, this one reads 2\): update the course")


def test_a_checkpoint_of_an_older_version_is_refused_as_such(path):
    rewrite_header(path, lambda header: {name: header[name] for name in ("model", "symbols", "notes")})
    refused(path, "written by an older version of the course: train the model again")


def test_a_checkpoint_can_be_read_before_there_is_a_model(path):
    checkpoint = read_checkpoint(path)
    assert (checkpoint.architecture, checkpoint.vocabulary, checkpoint.notes) == (
        "vanilla-rnn",
        VOCABULARY,
        {"epoch": 3},
    )
    assert {name: tensor.numpy().tobytes() for name, tensor in checkpoint.weights.items()} == bits(new_model())
    assert checkpoint.run is None


def test_what_a_run_needs_comes_back_beside_the_weights(tmp_path):
    run = {"optimizer": {0: (torch.tensor(3.0), 0.9)}, "state": None, "seed": torch.arange(3, dtype=torch.uint8)}
    path = write_checkpoint(tmp_path / "model.safetensors", new_model(), VOCABULARY, {"step": 5}, run)
    found = read_checkpoint(path).run
    assert str(found) == str(run)
    assert found["seed"].dtype == torch.uint8
    assert load_checkpoint(path, model := new_model(1), VOCABULARY) == {"step": 5}
    assert bits(model) == bits(new_model())


def test_a_name_of_a_weight_cannot_be_taken_for_another_part(tmp_path):
    model = nn.Module()
    model.register_buffer("run", torch.ones(1))
    model.register_buffer("weights", torch.zeros(1))
    path = write_checkpoint(tmp_path / "model.safetensors", model, VOCABULARY, {}, {"weights": torch.full((1,), 5.0)})
    load_checkpoint(path, model, VOCABULARY)
    assert (model.run.item(), model.weights.item()) == (1, 0)
    assert read_checkpoint(path).run["weights"].item() == 5


FULL_DISK = """
import resource, sys
import torch
from torch import nn
from helpers.ground.checkpoints import save_checkpoint
from helpers.ground.vocabulary import Vocabulary

save_checkpoint(sys.argv[1], nn.Linear(10, 10), Vocabulary("ab"), epoch=1)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_checkpoint(sys.argv[1], nn.Linear(200, 200), Vocabulary("ab"), epoch=2)
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_disk_that_takes_no_more_gives_one_clear_error_and_the_old_file_is_intact(tmp_path):
    """The system itself refuses here, in the middle of the file, as a full disk does."""
    path = tmp_path / "saved" / "model.safetensors"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    assert re.fullmatch(
        r"OSError \[Errno 27\] checkpoint of 16\d,\d{3} bytes not written, the one before is as it was: "
        rf"File too large: '{path}'\n",
        done.stdout,
    )
    assert os.listdir(path.parent) == ["model.safetensors"]
    assert read_checkpoint(path).notes == {"epoch": 1}

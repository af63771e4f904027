"""Where and how a model computes: bfloat16, compilation and devices, on what is at hand."""

import signal
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn

from helpers.command_line import hardware
from helpers.command_line.hardware import place
from helpers.command_line.report import Report
from helpers.command_line.run_settings import MODELS, resolve
from helpers.command_line.train import main
from helpers.ground.checkpoints import read_checkpoint
from helpers.ground.nested import detach
from helpers.training import sequence_loss
from tests.commands import SMALL, read_all, write_book
from tests.runs import bits

TOKENS = torch.randint(7, (3, 11), generator=torch.Generator().manual_seed(0))


def make(model, **options):
    torch.manual_seed(0)
    settings = resolve({"model": model, "hidden_size": 8, "device": "cpu"} | options)
    return place(settings.recipe.make_model(7), settings)


@pytest.mark.parametrize("model", MODELS)
def test_bf16_gives_nearly_the_same_and_keeps_weights_and_logits_in_float32(model):
    exact, rough = make(model).eval(), make(model, precision="bf16").eval()
    logits, state = rough(TOKENS)
    assert logits.dtype == torch.float32
    assert {tensor.dtype for tensor in rough.state_dict().values()} == {torch.float32}
    expected = exact(TOKENS)[0]
    torch.testing.assert_close(logits, expected, atol=0.05, rtol=0.05)
    assert not torch.equal(logits, expected), "or nothing was computed in bfloat16"
    assert rough(TOKENS, state)[0].shape == logits.shape
    sequence_loss(rough(TOKENS)[0], TOKENS).backward()
    assert str(rough) == str(exact)


@pytest.mark.parametrize("model", ["lstm", "gru", "attention"])
def test_recurrent_layers_of_torch_stay_in_float32(model):
    seen = []
    rough = make(model, precision="bf16")
    for layer in rough.modules():
        if isinstance(layer, nn.RNNBase):
            layer.register_forward_hook(lambda _, given, result: seen.append(result[0].dtype))
    rough(TOKENS)
    assert seen == [torch.float32]


def test_a_run_in_bf16_goes_on_to_the_bit(tmp_path, capsys, monkeypatch, one_thread):
    write_book(tmp_path, 20_000)
    given = ["book.txt", *SMALL, "--model", "attention", "--num-heads", "2", "--precision", "bf16"]
    given += ["--steps", "6"]
    assert main([*given, "--out", "whole"]) == 0
    with monkeypatch.context() as stopped:
        stopped.setattr(Report, "__call__", lambda report, progress: signal.raise_signal(signal.SIGINT))
        assert main([*given, "--out", "stopped"]) == 130
    assert "Stopped at step 1 of 6" in capsys.readouterr().out
    found = read_all(tmp_path / "stopped")
    assert main(["--resume", "stopped"]) == 0
    whole, goes_on = read_all(tmp_path / "whole"), read_all(tmp_path / "stopped")
    assert goes_on != found
    weights = [read_checkpoint(tmp_path / name / "last.safetensors").weights for name in ("whole", "stopped")]
    assert bits(weights[0]) == bits(weights[1])
    assert goes_on["history.csv"] == whole["history.csv"]


def test_compilation_is_for_training_alone(monkeypatch):
    """What `torch.compile` makes of it is torch's; here stands only who is asked when."""
    asked = []

    def compile(forward):
        return lambda *given: asked.append(len(given)) or forward(*given)

    monkeypatch.setattr(torch, "compile", compile)
    model = make("lstm", compile=True)
    _, state = model(TOKENS)
    model(TOKENS, state)
    assert asked == [1, 2]
    model.eval()
    torch.testing.assert_close(model(TOKENS)[0], make("lstm").eval()(TOKENS)[0])
    assert asked == [1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [{}, {"embedding_size": 4}, {"embedding_size": 4, "hidden_size": 40}])
@pytest.mark.parametrize("model", MODELS)
def test_a_compiled_model_learns_the_same(model, sizes, monkeypatch):
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))  # needs no compiler of C++
    torch.compiler.reset()
    found = []
    for compile in (False, True):
        network = make(model, compile=compile, **sizes)
        logits, state = network(TOKENS[:, :5])
        sequence_loss(network(TOKENS[:, 5:], detach(state))[0], TOKENS[:, 5:]).backward()
        found.append([logits, *(parameter.grad for parameter in network.parameters())])
    torch.testing.assert_close(*found)


def test_a_device_that_is_not_there_is_refused():
    for name in ("abacus", *(["cuda"] if not torch.cuda.is_available() else [])):
        with pytest.raises(ValueError, match=f"there is no device '{name}' here: take auto or cpu"):
            make("lstm", device=name)


def test_threads_are_set_and_products_use_tf32_only_on_a_gpu(monkeypatch, one_thread):
    asked = []
    monkeypatch.setattr(torch, "set_float32_matmul_precision", asked.append)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    for gpu in (False, True):
        monkeypatch.setattr(torch.cuda, "is_available", lambda gpu=gpu: gpu)
        hardware.set_up(replace(resolve({}), threads=None if gpu else 3))
    assert asked == [3, "high"]
    monkeypatch.undo()

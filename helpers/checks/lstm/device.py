"""Checks of lesson 04: writing with a model that is not on the CPU, tried without a GPU."""

import torch
from torch.overrides import TorchFunctionMode

from helpers.checks.expectations import Mistake, expect
from helpers.checks.spies import called
from helpers.ground.vocabulary import Vocabulary
from helpers.models import lstm

_ELSEWHERE = "meta"  # torch's device without numbers: a tensor there has a shape, and nothing that could be read
_READ = ("Cannot copy out of meta tensor", "cannot be called on meta tensors")  # what torch says when it is read
_FEED = "feed `tokens.to(device)`, with `device = next(model.parameters()).device`"


@called("CharLSTM")
class Absent(lstm.CharLSTM):
    """A network whose weights are elsewhere. It notes where its tokens are; its logits are where it is told."""

    def __init__(self, vocab_size: int, logits_device: str):
        super().__init__(vocab_size, None, 6)
        self.to(_ELSEWHERE)
        self.logits_device, self.devices = logits_device, []
        self.settled = True

    def _apply(self, *arguments, **named):
        if vars(self).get("settled"):
            raise Mistake(f"the model is moved to another device: leave it where it is, and {_FEED}")
        return super()._apply(*arguments, **named)

    def forward(self, tokens, state=None):
        """Note the device of the tokens, and give logits without meaning."""
        self.devices.append(tokens.device.type)
        logits = torch.zeros(*tokens.shape, self.output.out_features, device=self.logits_device)
        return logits, self.init_state(len(tokens))


class _Draws(TorchFunctionMode):
    """Notes on which devices torch.multinomial draws."""

    def __init__(self):
        super().__init__()
        self.devices = set()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        named = kwargs or {}
        if func in (torch.multinomial, torch.Tensor.multinomial):
            self.devices.add((args[0] if args else named["input"]).device.type)
        return func(*args, **named)


def expect_device(answer, vocabulary: Vocabulary, prime: str) -> None:
    """Hold the tokens to be fed where the model is, and the draw to be made where the generator is, on the CPU."""
    model = Absent(len(vocabulary), "cpu")
    _write(answer, model, vocabulary, prime)
    for device, what in zip(model.devices, ("the prime", "a drawn character"), strict=False):
        expect(
            device == _ELSEWHERE, f"{what} is fed on the CPU, so it would fail with a model that is on a GPU: {_FEED}"
        )
    with _Draws() as draws:
        _write(answer, Absent(len(vocabulary), _ELSEWHERE), vocabulary, prime)
    expect(
        _ELSEWHERE not in draws.devices,
        "the draw is made on the model's device, and on a GPU torch.multinomial would refuse the `generator`, which is "
        "on the CPU: draw from `logits[0, -1].cpu()`",
    )


def _write(answer, model: Absent, vocabulary: Vocabulary, prime: str) -> None:
    """Let the answer write until it is done, or until it reads a tensor that has no numbers."""
    try:
        answer(model, vocabulary, 2, prime, 3, torch.Generator().manual_seed(0))
    except RuntimeError as error:
        if "is not on the expected device" in str(error):
            raise Mistake(
                f"on a GPU a tensor of the CPU would meet one of the model's device: {_FEED}, and draw from "
                "`logits[0, -1].cpu()`"
            ) from None
        if not any(line in str(error) for line in _READ):
            raise
    finally:
        torch.set_grad_enabled(True)

"""Writing text with attention: keys and values kept, against reading the whole text anew for each character."""

from collections.abc import Iterator

import torch

from benchmarks.figures import show_seconds
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate, seconds_of
from helpers.ground.vocabulary import Vocabulary
from helpers.models.attention_lstm import CharAttentionLSTM
from helpers.sampling.generation import generate

HIDDEN_SIZE, NUM_HEADS = 128, 4
PRIME = 50
LENGTH, QUICK_LENGTH = 1_000, 300  # characters that are written
TIMES_FASTER = 20  # what the course promises, for the full length


def rows(quick: bool) -> Iterator[Row]:
    """Compare seconds, after making sure that both sides write the same text from the same draws."""
    torch.manual_seed(0)
    vocabulary = Vocabulary("".join(chr(start) for start in range(33, 113)))
    length, alternations = (QUICK_LENGTH, 1) if quick else (LENGTH, 3)
    model = CharAttentionLSTM(len(vocabulary), 32, HIDDEN_SIZE, num_heads=NUM_HEADS, block_size=PRIME + length)
    torch.nn.init.normal_(model.output.weight, std=0.5)  # sure enough of itself for a wrong step to show in the text
    prime = vocabulary.decode(torch.randint(len(vocabulary), (PRIME,)).tolist())

    def ours() -> str:
        return generate(model, vocabulary, prime, length, generator=torch.Generator().manual_seed(0))

    def peer() -> str:
        return write_anew(model, vocabulary, prime, length, torch.Generator().manual_seed(0))

    if ours()[:200] != write_anew(model, vocabulary, prime, 150, torch.Generator().manual_seed(0))[:200]:
        raise AssertionError("the two sides write different texts")
    figures = alternate(lambda: seconds_of(ours), lambda: seconds_of(peer), alternations)
    yield compare(
        f"{length:,} characters with attention, after {PRIME}",
        *figures,
        show_seconds,
        target=None if quick else TIMES_FASTER,
        peer_name="whole text anew",
    )


@torch.no_grad()
def write_anew(
    model: CharAttentionLSTM, vocabulary: Vocabulary, prime: str, length: int, generator: torch.Generator
) -> str:
    """Write without a state, as the model was published: all characters so far go through it for each new one."""
    model.eval()
    tokens = vocabulary.encode(prime)[None]  # (1, time)
    for _ in range(length):
        logits, _ = model(tokens)
        token = torch.multinomial(logits[:, -1].softmax(-1), 1, generator=generator)  # (1, 1)
        tokens = torch.cat([tokens, token], dim=1)
    return vocabulary.decode(tokens[0].tolist())

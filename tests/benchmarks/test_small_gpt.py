"""The small GPT that the course is measured against is a fair peer: of the published size, causal, and it learns."""

import pytest
import torch

from benchmarks.small_gpt import Recipe, SmallGPT, evaluate_small_gpt, learning_rate, make_optimizer, train_small_gpt

TINY = Recipe(num_layers=2, num_heads=2, width=16, context=8, batch_size=4, steps=300, warmup_steps=5)


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


def test_it_has_the_published_number_of_parameters():
    """nanoGPT prints 0.80M for these sizes and 65 characters, without the table of positions."""
    model = SmallGPT(65, Recipe())
    count = sum(one.numel() for one in model.parameters()) - model.positions.weight.numel()
    assert f"{count / 1e6:.2f}M" == "0.80M"


def test_it_cannot_look_ahead():
    model, tokens = SmallGPT(9, TINY), torch.randint(9, (2, 8))
    changed = tokens.clone()
    changed[:, 5] = (changed[:, 5] + 1) % 9
    before, after = model(tokens), model(changed)
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-6)
    assert not torch.allclose(before[:, 5:], after[:, 5:], atol=1e-3)


def test_a_fresh_one_knows_nothing():
    loss = evaluate_small_gpt(SmallGPT(9, TINY), torch.randint(9, (500,)), TINY.context)
    assert loss == pytest.approx(torch.tensor(9.0).log().item(), abs=0.1)


def test_it_learns_a_text_that_repeats():
    tokens = torch.arange(9).repeat(60)
    model = train_small_gpt(tokens, 9, TINY, seed=0)
    assert evaluate_small_gpt(model, tokens, TINY.context) < 1.0
    again = train_small_gpt(tokens, 9, TINY, seed=0)
    assert torch.equal(model.characters.weight, again.characters.weight), "the same seed gives the same weights"


def test_matrices_are_decayed_and_scales_are_not():
    model = SmallGPT(9, TINY)
    decayed, kept = make_optimizer(model, TINY).param_groups
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.1, 0.0)
    assert {one.dim() for one in decayed["params"]} == {2}
    assert {one.dim() for one in kept["params"]} == {1}
    assert len(decayed["params"]) + len(kept["params"]) == len(list(model.parameters()))


def test_the_rate_rises_and_falls():
    rates = [learning_rate(step, Recipe()) for step in range(2_000)]
    assert max(rates) == rates[100] == 1e-3
    assert rates[:100] == sorted(rates[:100])
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[-1] == pytest.approx(1e-4, rel=0.01)

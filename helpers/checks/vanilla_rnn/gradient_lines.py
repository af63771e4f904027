"""What is said where right numbers cannot be followed back by autograd."""

FOLLOWED = (
    "the numbers are right, but autograd cannot follow them back to {}: no .detach(), no .item() and no torch.no_grad()"
)

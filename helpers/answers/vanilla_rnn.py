"""The course's answers to lesson 02_vanilla_rnn, built by `make build`: edit lessons/02_vanilla_rnn.py."""

import math
import torch


def rnn_step(
    token: int, hidden: torch.Tensor, parameters: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Read one token in the state hidden. Returns the new state (hidden,) and logits (vocab,)."""
    Wxh, Whh, Why, bh, by = parameters
    # TODO: the new state from the token and the old state; the logits from the new state.
    ### BEGIN SOLUTION
    hidden = torch.tanh(Wxh[:, token] + Whh @ hidden + bh)  # (hidden,)
    return hidden, Why @ hidden + by  # (hidden,), (vocab,)
    ### END SOLUTION


def softmax(logits: torch.Tensor) -> torch.Tensor:
    """Turn logits (..., vocab) into probabilities of the same shape; each row adds up to 1."""
    # TODO: subtract each row's largest logit, take the exponential, divide by each row's sum.
    ### BEGIN SOLUTION
    powers = torch.exp(logits - logits.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)
    ### END SOLUTION


def forward(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    hidden: torch.Tensor,
    parameters: tuple[torch.Tensor, ...],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Read inputs (time,). Returns the summed loss (), all states, and all probabilities."""
    # TODO: step through the inputs, keep states and logits, and add up -ln p of the targets.
    ### BEGIN SOLUTION
    states, logits = [hidden], []
    for token in inputs.tolist():
        hidden, output = rnn_step(token, hidden, parameters)
        states.append(hidden)
        logits.append(output)
    probabilities = softmax(torch.stack(logits))  # (time, vocab)
    loss = -probabilities[torch.arange(len(targets)), targets].log().sum()  # ()
    return loss, torch.stack(states), probabilities  # (), (time + 1, hidden), (time, vocab)
    ### END SOLUTION


def backward_output(
    probabilities: torch.Tensor, target: int, hidden: torch.Tensor, Why: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Go back from the loss of one step. Returns dWhy, dby and dhidden."""
    # TODO: find dlogits, then the gradients of Why, of by, and of the state.
    ### BEGIN SOLUTION
    dlogits = probabilities.clone()  # (vocab,)
    dlogits[target] -= 1
    return torch.outer(dlogits, hidden), dlogits, Why.T @ dlogits
    ### END SOLUTION


def backward_tanh(dhidden: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
    """Go back through hidden = tanh(inside). Returns the gradient of inside, of the same shape."""
    # TODO: multiply by the slope of tanh.
    ### BEGIN SOLUTION
    return dhidden * (1 - hidden * hidden)
    ### END SOLUTION


def backward_through_time(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    states: torch.Tensor,
    probabilities: torch.Tensor,
    parameters: tuple[torch.Tensor, ...],
) -> tuple[torch.Tensor, ...]:
    """Go back through a window, from what forward has kept. Returns dWxh, dWhh, dWhy, dbh, dby."""
    Wxh, Whh, Why, bh, by = parameters
    # TODO: from the last step to the first, add each step's part, and carry the gradient back.
    ### BEGIN SOLUTION
    dWxh, dWhh, dWhy, dbh, dby = (torch.zeros_like(parameter) for parameter in parameters)
    carried = torch.zeros_like(bh)  # (hidden,)
    for t in reversed(range(len(inputs))):
        token, target = inputs[t].item(), targets[t].item()
        step_dWhy, step_dby, dhidden = backward_output(probabilities[t], target, states[t + 1], Why)
        dinside = backward_tanh(dhidden + carried, states[t + 1])  # (hidden,)
        dWhy += step_dWhy
        dby += step_dby
        dbh += dinside
        dWhh += torch.outer(dinside, states[t])
        dWxh[:, token] += dinside
        carried = Whh.T @ dinside
    return dWxh, dWhh, dWhy, dbh, dby
    ### END SOLUTION


def clip_gradients(
    gradients: tuple[torch.Tensor, ...], limit: float, by_norm: bool = False
) -> tuple[torch.Tensor, ...]:
    """Shorten gradients: each number to -limit..limit, or, by norm, all of them by one factor."""
    # TODO: treat both ways, and return new tensors.
    ### BEGIN SOLUTION
    if not by_norm:
        return tuple(gradient.clamp(-limit, limit) for gradient in gradients)
    norm = math.sqrt(sum((gradient**2).sum().item() for gradient in gradients))
    factor = limit / norm if norm > limit else 1.0
    return tuple(gradient * factor for gradient in gradients)
    ### END SOLUTION


def adagrad_update(
    parameters: tuple[torch.Tensor, ...],
    gradients: tuple[torch.Tensor, ...],
    memory: tuple[torch.Tensor, ...],
    learning_rate: float,
) -> tuple[tuple[torch.Tensor, ...], tuple[torch.Tensor, ...]]:
    """Take one step of Adagrad. Returns the new parameters and the new memory."""
    # TODO: add the squared gradients to the memory, then move against the gradients.
    ### BEGIN SOLUTION
    memory = tuple(m + g * g for m, g in zip(memory, gradients, strict=True))
    steps = [
        learning_rate * g / torch.sqrt(m + 1e-8) for g, m in zip(gradients, memory, strict=True)
    ]
    return tuple(p - step for p, step in zip(parameters, steps, strict=True)), memory
    ### END SOLUTION


def sample_text(
    parameters: tuple[torch.Tensor, ...],
    hidden: torch.Tensor,
    token: int,
    length: int,
    temperature: float,
    symbols: tuple[str, ...],
) -> str:
    """Read token in the state hidden, then write length characters."""
    # TODO: step, draw, append, and go on with the new state and the new token.
    ### BEGIN SOLUTION
    text = ""
    for _ in range(length):
        hidden, logits = rnn_step(token, hidden, parameters)
        if temperature == 0:
            token = logits.argmax().item()
        else:
            token = torch.multinomial(softmax(logits / temperature), 1).item()
        text += symbols[token]
    return text
    ### END SOLUTION


def train(
    tokens: torch.Tensor,
    parameters: tuple[torch.Tensor, ...],
    symbols: tuple[str, ...],
    iterations: int,
    report,
    temperature: float = 1.0,
    sequence_length: int = 25,
    learning_rate: float = 0.1,
) -> tuple[tuple[torch.Tensor, ...], list[float]]:
    """Train on a text, window after window. Returns the parameters and the smoothed losses."""
    if len(tokens) <= sequence_length:
        raise ValueError(
            f"{len(tokens)} tokens are too few for a window of {sequence_length} and its targets"
        )
    memory = tuple(torch.zeros_like(parameter) for parameter in parameters)
    hidden, position = torch.zeros_like(parameters[3]), 0
    smoothed, history = sequence_length * math.log(len(symbols)), []
    # TODO: the five steps of the text, in each iteration.
    ### BEGIN SOLUTION
    for iteration in range(iterations):
        if position + sequence_length + 1 > len(tokens):
            hidden, position = torch.zeros_like(parameters[3]), 0
        inputs = tokens[position : position + sequence_length]
        targets = tokens[position + 1 : position + sequence_length + 1]
        if iteration % 100 == 0:
            sample = sample_text(parameters, hidden, inputs[0].item(), 200, temperature, symbols)
            report(iteration, smoothed, sample, parameters)
        loss, states, probabilities = forward(inputs, targets, hidden, parameters)
        if not math.isfinite(loss.item()):
            raise ValueError(
                f"the loss is {loss.item()} in iteration {iteration}: is the rate too large?"
            )
        gradients = backward_through_time(inputs, targets, states, probabilities, parameters)
        gradients = clip_gradients(gradients, 5.0)
        parameters, memory = adagrad_update(parameters, gradients, memory, learning_rate)
        hidden, position = states[-1], position + sequence_length
        smoothed = 0.999 * smoothed + 0.001 * loss.item()
        history.append(smoothed)
    return parameters, history
    ### END SOLUTION

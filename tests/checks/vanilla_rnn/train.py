"""What learners hand in for `train` of lesson 02."""

import math

import torch

from helpers.answers.vanilla_rnn import adagrad_update as course_update
from helpers.answers.vanilla_rnn import backward_through_time as course_backward
from helpers.answers.vanilla_rnn import clip_gradients as course_clip
from helpers.answers.vanilla_rnn import forward as course_forward
from helpers.answers.vanilla_rnn import sample_text as course_sample
from tests.checks.answers import Answers

ANSWERS = Answers()


def trainer(
    carry=lambda states: states[-1], reset=True, move=None, room=lambda length: length + 1, clip=lambda g: course_clip(g, 5.0), remember=True,
    shift=1, rate=None, initial=lambda length, vocab: length * math.log(vocab), smooth=lambda old, loss, length: 0.999 * old + 0.001 * loss,
    every=100, late=False, sample_from=lambda hidden: hidden, heat=lambda t: t, k=200, stop=ValueError, where=True, short=True,
    before=False, update=True, note=lambda smoothed, loss: smoothed, fine=math.isfinite, tell=lambda smoothed, length: smoothed,
):  # fmt: skip
    """Make a training loop with one thing done differently."""

    def train(tokens, parameters, symbols, iterations, report, temperature=1.0, sequence_length=25, learning_rate=0.1):
        if short and len(tokens) <= sequence_length:
            raise ValueError("too short")
        memory = tuple(torch.zeros_like(parameter) for parameter in parameters)
        hidden, position = torch.zeros_like(parameters[3]), 0
        smoothed, history = initial(sequence_length, len(symbols)), []
        for iteration in range(iterations):
            if position + room(sequence_length) > len(tokens):
                position, hidden = 0, torch.zeros_like(hidden) if reset else hidden
            inputs = tokens[position : position + sequence_length]
            targets = tokens[position + shift : position + shift + sequence_length]
            inputs = inputs[: len(targets)]
            if every and iteration % every == 0 and not late:
                text = course_sample(parameters, sample_from(hidden), int(inputs[0]), k, heat(temperature), symbols)
                report(iteration, tell(smoothed, sequence_length), text, parameters)
            loss, states, probabilities = course_forward(inputs, targets, hidden, parameters)
            if stop and not fine(loss.item()):
                raise stop(f"loss of {loss.item()}" + (f" in iteration {iteration}" if where else ""))
            gradients = clip(course_backward(inputs, targets, states, probabilities, parameters))
            new, grown = course_update(parameters, gradients, memory, rate or learning_rate)
            if update:
                parameters = new
            memory = grown if remember else memory
            if every and iteration % every == 0 and late:
                text = course_sample(parameters, hidden, int(inputs[0]), k, heat(temperature), symbols)
                report(iteration, smoothed, text, parameters)
            hidden = carry(states)
            position += sequence_length if move is None else move(sequence_length)
            if before:
                history.append(smoothed)
            smoothed = smooth(smoothed, loss.item(), sequence_length)
            if not before:
                history.append(note(smoothed, loss))
        return parameters, history

    return train


ANSWERS.is_wrong("each window starts from a fresh state")(trainer(carry=lambda states: torch.zeros_like(states[-1])))
ANSWERS.is_wrong("the state that is carried is the one before the window")(trainer(carry=lambda states: states[-2]))
ANSWERS.is_wrong("begin again with a state of zeros")(trainer(reset=False))
ANSWERS.is_wrong("every iteration reads the same window")(trainer(move=lambda length: 0))
ANSWERS.is_wrong("the windows overlap")(trainer(move=lambda length: 1))
ANSWERS.is_wrong("between two windows a character is left out")(trainer(move=lambda length: length + 1))
ANSWERS.is_wrong("near the end your windows are cut short")(trainer(room=lambda length: 2))
ANSWERS.is_wrong("has no target for its last character")(trainer(room=lambda length: length))
ANSWERS.is_wrong("is left out, although it just fits")(trainer(room=lambda length: length + 2))
ANSWERS.is_wrong("the gradients are not clipped")(trainer(clip=lambda g: g))
ANSWERS.is_wrong("the gradients are clipped at 1")(trainer(clip=lambda g: course_clip(g, 1.0)))
ANSWERS.is_wrong("the gradients are clipped by norm")(trainer(clip=lambda g: course_clip(g, 5.0, True)))
ANSWERS.is_wrong("Adagrad's memory is lost between iterations")(trainer(remember=False))
ANSWERS.is_wrong("your targets are the inputs")(trainer(shift=0))
ANSWERS.is_wrong("the learning rate is 0.1 whatever is asked for")(trainer(rate=0.1))
ANSWERS.is_wrong("the parameters did not change")(trainer(update=False))
ANSWERS.is_wrong("those are the losses themselves")(trainer(note=lambda smoothed, loss: loss.item()))
ANSWERS.is_wrong("the smoothed loss starts at 0")(trainer(initial=lambda length, vocab: 0.0))
ANSWERS.is_wrong("the smoothed loss starts at ln V")(trainer(initial=lambda length, vocab: math.log(vocab)))
ANSWERS.is_wrong("the weights are exchanged")(trainer(smooth=lambda old, loss, length: 0.001 * old + 0.999 * loss))
ANSWERS.is_wrong("the smoothed loss is one of sums")(
    trainer(smooth=lambda old, loss, length: 0.999 * old + 0.001 * loss / length)
)
ANSWERS.is_wrong("each entry is from before its iteration")(trainer(before=True))
ANSWERS.is_wrong("a smoothed loss is a tensor")(trainer(note=lambda smoothed, loss: loss))
ANSWERS.is_wrong("`report` was never called")(trainer(every=0))
ANSWERS.is_wrong("call it in every 100th iteration only")(trainer(every=1))
ANSWERS.is_wrong("should be called in iterations 0 and 100, and was called 3 times")(trainer(every=50))
ANSWERS.is_wrong("`report` comes after the step")(trainer(late=True))
ANSWERS.is_wrong("the sample starts from a state of zeros")(trainer(sample_from=torch.zeros_like))
ANSWERS.is_wrong("hand all three on")(trainer(heat=lambda t: 1.0))
ANSWERS.is_wrong("a sample should have 200 characters, and has 100")(trainer(k=100))
ANSWERS.is_wrong("with a loss of nan you go on training")(trainer(stop=None))
ANSWERS.is_wrong("with a loss of infinity you go on training")(trainer(fine=lambda loss: not math.isnan(loss)))
ANSWERS.is_wrong("with a loss of nan you go on training")(trainer(fine=lambda loss: not math.isinf(loss)))
ANSWERS.is_wrong("does not say in which iteration")(trainer(where=False))
ANSWERS.is_wrong("trained on all the same")(trainer(short=False))


@ANSWERS.is_wrong("give it iteration, smoothed, sample and parameters")
def train(tokens, parameters, symbols, iterations, report, *others):
    report(0, "some text")
    return parameters, []


@ANSWERS.is_wrong("1 step in 7 iterations: is the `return` inside the loop")
def train(tokens, parameters, symbols, iterations, *others):
    return trainer()(tokens, parameters, symbols, 1, *others)


@ANSWERS.is_right
def train(tokens, parameters, symbols, iterations, report, temperature=1.0, sequence_length=25, learning_rate=0.1):
    if len(tokens) <= sequence_length:
        raise ValueError("the text is too short")
    windows = tokens[: (len(tokens) - 1) // sequence_length * sequence_length].view(-1, sequence_length)
    nexts = tokens[1 : windows.numel() + 1].view(-1, sequence_length)
    memory = [torch.zeros_like(parameter) for parameter in parameters]
    smoothed, history = math.log(len(symbols)) * sequence_length, []
    for iteration in range(iterations):
        place = iteration % len(windows)
        if place == 0:
            hidden = torch.zeros(len(parameters[3]))
        if iteration % 100 == 0:
            first = int(windows[place, 0])
            text = course_sample(parameters, hidden, first, 200, temperature, symbols)
            report(iteration, smoothed, text, parameters)
        loss, states, probabilities = course_forward(windows[place], nexts[place], hidden, parameters)
        if torch.isnan(loss) or torch.isinf(loss):
            raise ValueError(f"stopped in iteration {iteration}")
        gradients = course_backward(windows[place], nexts[place], states, probabilities, parameters)
        parameters, memory = course_update(parameters, course_clip(gradients, 5), memory, learning_rate)
        smoothed += 0.001 * (loss.item() - smoothed)
        history += [smoothed]
        hidden = states[sequence_length]
    return parameters, history


@ANSWERS.is_right
def train(tokens, parameters, symbols, iterations, report, temperature=1.0, sequence_length=25, learning_rate=0.1):
    if len(tokens) < sequence_length + 1:
        raise ValueError("too few tokens")
    memory, history = [0 * parameter for parameter in parameters], []
    smoothed = -math.log(1 / len(symbols)) * sequence_length
    start = iteration = 0
    state = 0 * parameters[3]
    while iteration < iterations:
        if iteration % 100 == 0:
            sample = course_sample(parameters, state, tokens[start].item(), 200, temperature, symbols)
            report(iteration, smoothed, sample, parameters)
        end = start + sequence_length
        x, y = tokens[start:end], tokens[start + 1 : end + 1]
        loss, states, probabilities = course_forward(x, y, state, parameters)
        if loss.item() != loss.item() or loss.item() == math.inf:
            raise ValueError(f"the loss is not finite (iteration {iteration})")
        gradients = [g.clamp(-5, 5) for g in course_backward(x, y, states, probabilities, parameters)]
        parameters, memory = course_update(parameters, gradients, memory, learning_rate)
        state, start = (states[-1], end) if end + sequence_length < len(tokens) else (0 * state, 0)
        smoothed = smoothed - smoothed / 1000 + loss.item() / 1000
        history.append(smoothed)
        iteration += 1
    return parameters, history


ANSWERS.is_wrong("hand it on as it is, the sum over a window")(trainer(tell=lambda smoothed, length: smoothed / length))

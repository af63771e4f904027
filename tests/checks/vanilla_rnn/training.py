"""Answers to the exercises of lesson 02 that train and write."""

import math

import torch

from helpers.answers.vanilla_rnn import adagrad_update as course_update
from helpers.answers.vanilla_rnn import backward_through_time as course_backward
from helpers.answers.vanilla_rnn import clip_gradients as course_clip
from helpers.answers.vanilla_rnn import forward as course_forward
from helpers.answers.vanilla_rnn import rnn_step as course_step
from helpers.answers.vanilla_rnn import sample_text as course_sample
from tests.checks.answers import Answers

ANSWERS = Answers()

# ------------------------------------------------------------------------------------------- clip_gradients


def clipper(by_value=None, by_norm=None):
    def clip_gradients(gradients, limit, by_norm_asked=False):
        if by_norm_asked:
            return by_norm(gradients, limit) if by_norm else course_clip(gradients, limit, True)
        return [by_value(g, limit) for g in gradients] if by_value else course_clip(gradients, limit)

    return clip_gradients


def length(gradients):
    return math.sqrt(sum((g**2).sum().item() for g in gradients))


ANSWERS.is_wrong("nothing is clipped")(clipper(lambda g, limit: g.clone()))
ANSWERS.is_wrong("only what is too large is clipped")(clipper(lambda g, limit: g.clamp(max=limit)))
ANSWERS.is_wrong("only what is below -limit is clipped")(clipper(lambda g, limit: g.clamp(min=-limit)))
ANSWERS.is_wrong("negative numbers become 0")(clipper(lambda g, limit: g.clamp(0, limit)))
ANSWERS.is_wrong("the limit is 5, whatever is asked for")(clipper(lambda g, limit: g.clamp(-5, 5)))
ANSWERS.is_wrong("it should become the limit itself")(
    clipper(lambda g, limit: torch.where(g.abs() > limit, torch.zeros_like(g), g))
)
ANSWERS.is_wrong("every number becomes the limit")(clipper(lambda g, limit: limit * g.sign()))
ANSWERS.is_wrong("with by_norm nothing happens")(clipper(by_norm=lambda gradients, limit: list(gradients)))
ANSWERS.is_wrong("with by_norm each number is still clipped by value")(
    clipper(by_norm=lambda gradients, limit: [g.clamp(-limit, limit) for g in gradients])
)
ANSWERS.is_wrong("each gradient is shortened by its own length")(
    clipper(by_norm=lambda gradients, limit: [g * min(1, limit / g.norm().item()) for g in gradients])
)
ANSWERS.is_wrong("the square root is missing: the length")(
    clipper(by_norm=lambda gradients, limit: [g * limit / length(gradients) ** 2 for g in gradients])
)
ANSWERS.is_wrong("the length becomes 1 whatever the limit is")(
    clipper(by_norm=lambda gradients, limit: [g / length(gradients) for g in gradients])
)
ANSWERS.is_wrong("are made longer: their numbers stay as they are")(
    clipper(by_norm=lambda gradients, limit: [g * limit / length(gradients) for g in gradients])
)
ANSWERS.is_wrong("the factor is upside down")(
    clipper(by_norm=lambda gradients, limit: [g * length(gradients) / limit for g in gradients])
)
ANSWERS.is_wrong("the sum of absolute values")(
    clipper(by_norm=lambda gradients, limit: [g * limit / sum(o.abs().sum() for o in gradients) for g in gradients])
)


ANSWERS.is_wrong("the five lengths are added up")(
    clipper(by_norm=lambda gradients, limit: [g * min(1, limit / sum(o.norm() for o in gradients)) for g in gradients])
)
ANSWERS.is_wrong("are handed back themselves")(
    clipper(
        by_norm=lambda gradients, limit: (
            gradients if length(gradients) <= limit else [g * limit / length(gradients) for g in gradients]
        )
    )
)


@ANSWERS.is_wrong("nothing is clipped")
def clip_gradients(gradients, limit, by_norm=False):
    for gradient in gradients:
        gradient.clamp(-limit, limit)
    return gradients


@ANSWERS.is_wrong("changes its argument `gradients`")
def clip_gradients(gradients, limit, by_norm=False):
    for gradient in gradients:
        gradient.clamp_(-limit, limit)
    return gradients


@ANSWERS.is_wrong("is None: is the `return` missing?")
def clip_gradients(gradients, limit, by_norm=False):
    clipped = [gradient.clamp(-limit, limit) for gradient in gradients]


@ANSWERS.is_wrong("that is clipping by norm")
def clip_gradients(gradients, limit, by_norm=False):
    return course_clip(gradients, limit, True)


@ANSWERS.is_right
def clip_gradients(gradients, limit, by_norm=False):
    if by_norm:
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        return [g * torch.clamp(limit / norm, max=1.0) for g in gradients]
    return [torch.minimum(torch.maximum(g, torch.tensor(-limit)), torch.tensor(limit)) for g in gradients]


@ANSWERS.is_right
def clip_gradients(gradients, limit, by_norm=False):
    copies = [gradient.clone() for gradient in gradients]
    if not by_norm:
        for copy in copies:
            copy.clamp_(min=-limit, max=limit)
        return copies
    norm = torch.stack([copy.norm() for copy in copies]).norm().item()
    if norm <= limit:
        return copies
    return tuple(copy * (limit / norm) for copy in copies)


# ------------------------------------------------------------------------------------------- adagrad_update


def adagrad(grow=lambda m, g: m + g * g, move=lambda p, g, m, old, rate: p - rate * g / torch.sqrt(m + 1e-8)):
    def adagrad_update(parameters, gradients, memory, learning_rate):
        grown = [grow(m, g) for m, g in zip(memory, gradients)]
        triples = zip(parameters, gradients, grown, memory)
        return [move(p, g, m, old, learning_rate) for p, g, m, old in triples], grown

    return adagrad_update


ANSWERS.is_wrong("the memory forgets what was before")(adagrad(grow=lambda m, g: g * g))
ANSWERS.is_wrong("the memory does not change")(adagrad(grow=lambda m, g: m.clone()))
ANSWERS.is_wrong("the gradients are added as they are")(adagrad(grow=lambda m, g: m + g))
ANSWERS.is_wrong("the absolute values are added")(adagrad(grow=lambda m, g: m + g.abs()))
ANSWERS.is_wrong("that memory fades (it is RMSprop's)")(adagrad(grow=lambda m, g: 0.9 * m + 0.1 * g * g))
ANSWERS.is_wrong("the memory is kept as a root")(adagrad(grow=lambda m, g: (m + g * g).sqrt()))
ANSWERS.is_wrong("the parameters do not move")(adagrad(move=lambda p, g, m, old, rate: p.clone()))
ANSWERS.is_wrong("the step goes up the slope")(adagrad(move=lambda p, g, m, old, rate: p + rate * g / m.sqrt()))
ANSWERS.is_wrong("that is the plain step")(adagrad(move=lambda p, g, m, old, rate: p - rate * g))
ANSWERS.is_wrong("the square root is missing: divide")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / (m + 1e-8))
)
ANSWERS.is_wrong("the step uses the old memory")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / (old + 1e-8).sqrt())
)
ANSWERS.is_wrong("the learning rate is 0.1 whatever is asked for: use")(
    adagrad(move=lambda p, g, m, old, rate: p - 0.1 * g / (m + 1e-8).sqrt())
)
ANSWERS.is_wrong("the learning rate is missing")(adagrad(move=lambda p, g, m, old, rate: p - g / (m + 1e-8).sqrt()))
ANSWERS.is_wrong("that is the step alone")(adagrad(move=lambda p, g, m, old, rate: -rate * g / (m + 1e-8).sqrt()))
ANSWERS.is_wrong("the gradient itself is missing")(
    adagrad(move=lambda p, g, m, old, rate: p - rate / (m + 1e-8).sqrt())
)
ANSWERS.is_wrong("add 1e-8 to the memory under the root")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / m.sqrt())
)
ANSWERS.is_wrong("every step is the learning rate itself")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / (g * g + 1e-8).sqrt())
)


@ANSWERS.is_wrong("changes its argument `parameters`")
def adagrad_update(parameters, gradients, memory, learning_rate):
    for p, g, m in zip(parameters, gradients, memory):
        m += g * g
        p -= learning_rate * g / (m + 1e-8).sqrt()
    return parameters, memory


@ANSWERS.is_wrong("returned the wrong way round")
def adagrad_update(parameters, gradients, memory, learning_rate):
    return course_update(parameters, gradients, memory, learning_rate)[::-1]


@ANSWERS.is_wrong("return two tuples, the new parameters and the new memory; you return 5 things")
def adagrad_update(parameters, gradients, memory, learning_rate):
    return course_update(parameters, gradients, memory, learning_rate)[0]


@ANSWERS.is_right
def adagrad_update(parameters, gradients, memory, learning_rate):
    new, grown = [], []
    for p, g, m in zip(parameters, gradients, memory):
        m = m + g.square()
        new.append(p - learning_rate * g / (m.sqrt() + 1e-10))
        grown.append(m)
    return new, grown


@ANSWERS.is_right
def adagrad_update(parameters, gradients, memory, learning_rate):
    grown = tuple(torch.addcmul(m, g, g) for m, g in zip(memory, gradients))
    steps = [g * (m + 1e-8).rsqrt() for m, g in zip(grown, gradients)]
    return tuple(torch.add(p, step, alpha=-learning_rate) for p, step in zip(parameters, steps)), grown


# ---------------------------------------------------------------------------------------------- sample_text


def sampler(
    shares=lambda logits, t: torch.softmax(logits / t, 0), carry=True, feed=True, start=None, pick=None, extra=0
):
    def sample_text(parameters, hidden, token, length, temperature, symbols):
        text = ""
        hidden = hidden if start is None else start(hidden)
        for _ in range(max(0, length + (extra if length else 0))):
            new, logits = course_step(token, hidden, parameters)
            if pick is not None:
                drawn = pick(logits)
            elif temperature == 0:
                drawn = int(logits.argmax())
            else:
                drawn = int(torch.multinomial(shares(logits, temperature), 1))
            text += symbols[drawn]
            hidden = new if carry else hidden
            token = drawn if feed else token
        return text

    return sample_text


ANSWERS.is_wrong("every step starts from the first state: go on with the new state")(sampler(carry=False))
ANSWERS.is_wrong("every step reads the first token again")(sampler(feed=False))
ANSWERS.is_wrong("you start from a state of zeros")(sampler(start=torch.zeros_like))
ANSWERS.is_wrong("the text should have 40 characters, and has 39")(sampler(extra=-1))
ANSWERS.is_wrong("the temperature works the wrong way round")(sampler(lambda logits, t: torch.softmax(logits * t, 0)))
ANSWERS.is_wrong("the temperature has no effect")(sampler(lambda logits, t: torch.softmax(logits, 0)))
ANSWERS.is_wrong("the temperature has no effect")(sampler(lambda logits, t: torch.softmax(logits, 0) / t))
ANSWERS.is_wrong("the softmax is taken twice")(
    sampler(lambda logits, t: torch.softmax(torch.softmax(logits, 0) / t, 0))
)
ANSWERS.is_wrong("every character is equally likely")(sampler(lambda logits, t: torch.ones_like(logits)))
ANSWERS.is_wrong("is there a minus too many?")(sampler(lambda logits, t: torch.softmax(-logits / t, 0)))
ANSWERS.is_wrong("the same character comes every time: draw")(sampler(pick=lambda logits: int(logits.argmax())))


@ANSWERS.is_wrong("at temperature 0 nothing can be drawn")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    text = ""
    for _ in range(length):
        hidden, logits = course_step(token, hidden, parameters)
        token = torch.multinomial(torch.softmax(logits / temperature, 0), 1).item()
        text += symbols[token]
    return text


@ANSWERS.is_wrong("the text begins with what comes after it")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    return symbols[token] + course_sample(parameters, hidden, token, length, temperature, symbols)


@ANSWERS.is_wrong("your text is one character late")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    text = ""
    for _ in range(length):
        text += symbols[token]
        hidden, logits = course_step(token, hidden, parameters)
        token = int(
            logits.argmax() if temperature == 0 else torch.multinomial(torch.softmax(logits / temperature, 0), 1)
        )
    return text


@ANSWERS.is_wrong("`sample_text` gives a list")
def sample_text(*given):
    return list(course_sample(*given))


@ANSWERS.is_right
def sample_text(parameters, hidden, token, length, temperature, symbols):
    written = []
    while len(written) < length:
        hidden, logits = course_step(token, hidden, parameters)
        if temperature > 0:
            noise = -torch.log(-torch.log(torch.rand_like(logits)))
            logits = logits / temperature + noise
        token = torch.argmax(logits).item()
        written.append(token)
    return "".join(symbols[token] for token in written)


@ANSWERS.is_right
def sample_text(parameters, hidden, token, length, temperature, symbols):
    Wxh, Whh, Why, bh, by = parameters
    characters = []
    for _ in range(length):
        hidden = torch.tanh(Wxh[:, token] + Whh @ hidden + bh)
        weights = torch.softmax((Why @ hidden + by) / max(temperature, 1e-6), 0)
        token = torch.multinomial(weights, 1)[0]
        characters.append(symbols[token])
    return "".join(characters)


# ---------------------------------------------------------------------------------------------------- train


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

"""The peer of the preset of the hundred lines: the same network in numpy alone, its gradient written out by hand.

After the published description of min-char-rnn (Karpathy, "The Unreasonable Effectiveness of Recurrent Neural
Networks", 2015): one-hot vectors, a loop over 25 characters, the loss as their sum, each number of the gradient clipped
to ±5, Adagrad. A state is a column; several texts at once are several columns, where the original has one.
"""

import numpy as np

CLIP = 5.0
SMALL = 1e-8  # keeps Adagrad from dividing by zero


class NumpyRNN:
    """Wxh, Whh, Why, bh and by by name, and Adagrad's sums of squares beside them."""

    def __init__(self, weights: dict[str, np.ndarray]):
        """Take over the weights: (hidden, vocab), (hidden, hidden), (vocab, hidden), (hidden, 1), (vocab, 1)."""
        self.weights = weights
        self.squares = {name: np.zeros_like(weight) for name, weight in weights.items()}

    def step(
        self, inputs: np.ndarray, targets: np.ndarray, hidden: np.ndarray, learning_rate: float
    ) -> tuple[float, np.ndarray]:
        """Train on ids of shape (time, batch) from a state (hidden, batch); return the loss and the last state."""
        loss, gradients, hidden = self.differentiate(inputs, targets, hidden)
        for name, gradient in gradients.items():
            np.clip(gradient, -CLIP, CLIP, out=gradient)
            self.squares[name] += gradient * gradient
            self.weights[name] -= learning_rate * gradient / np.sqrt(self.squares[name] + SMALL)
        return loss, hidden

    def differentiate(
        self, inputs: np.ndarray, targets: np.ndarray, hidden: np.ndarray
    ) -> tuple[float, dict[str, np.ndarray], np.ndarray]:
        """Return the loss in nats, summed over time and averaged over the batch, its gradients, and the last state."""
        Wxh, Whh, Why, bh, by = (self.weights[name] for name in ("Wxh", "Whh", "Why", "bh", "by"))
        steps, columns = range(len(inputs)), np.arange(inputs.shape[1])
        one_hot, probabilities, states, loss = {}, {}, {-1: hidden}, 0.0
        for t in steps:
            one_hot[t] = np.zeros((Wxh.shape[1], len(columns)), Wxh.dtype)
            one_hot[t][inputs[t], columns] = 1
            states[t] = np.tanh(Wxh @ one_hot[t] + Whh @ states[t - 1] + bh)  # (hidden, batch)
            exponentials = np.exp(Why @ states[t] + by)  # (vocab, batch)
            probabilities[t] = exponentials / exponentials.sum(axis=0)
            loss -= np.log(probabilities[t][targets[t], columns]).mean()

        gradients = {name: np.zeros_like(weight) for name, weight in self.weights.items()}
        from_next = np.zeros_like(hidden)  # what the step behind sends back to this state
        for t in reversed(steps):
            to_logits = probabilities[t].copy()
            to_logits[targets[t], columns] -= 1
            to_logits /= len(columns)
            gradients["Why"] += to_logits @ states[t].T
            gradients["by"] += to_logits.sum(axis=1, keepdims=True)
            to_sums = (1 - states[t] ** 2) * (Why.T @ to_logits + from_next)  # back through tanh
            gradients["Wxh"] += to_sums @ one_hot[t].T
            gradients["Whh"] += to_sums @ states[t - 1].T
            gradients["bh"] += to_sums.sum(axis=1, keepdims=True)
            from_next = Whh.T @ to_sums
        return loss, gradients, states[steps[-1]]

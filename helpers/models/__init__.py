"""Language models. All follow one protocol: `logits, state = model(tokens, state=None)`.

`tokens` has shape (batch, time), `logits` (batch, time, vocab_size); `state` is whatever the model carries on.
"""

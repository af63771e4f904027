"""What learners hand in for `apply_temperature` of lesson 06."""

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


for line, function in {
    "multiplied by the temperature": lambda logits, temperature: logits * temperature,
    "the probabilities are divided": lambda logits, temperature: logits.softmax(-1) / temperature,
    "those are probabilities: return logits": lambda logits, temperature: (logits / temperature).softmax(-1),
    "probabilities to a power": lambda logits, temperature: logits.softmax(-1) ** (1 / temperature),
    "by the square of the temperature": lambda logits, temperature: logits / temperature / temperature,
    "signs of the logits are turned around": lambda logits, temperature: -logits / temperature,
    "has no effect": lambda logits, temperature: logits - temperature,
    "those are the probabilities of temperature 1": lambda logits, temperature: logits.softmax(-1),
    "a temperature above 1 changes nothing": lambda logits, temperature: logits / min(temperature, 1),
    "a temperature below 1 changes nothing": lambda logits, temperature: logits / max(temperature, 1),
    "raised to a power": lambda logits, temperature: logits ** (1 / temperature),
    "`//` leaves out": lambda logits, temperature: logits // temperature,
    "e is taken to the power of the scaled": lambda logits, temperature: (logits / temperature).exp(),
    "those are probabilities, and over the rows": lambda logits, temperature: (logits / temperature).softmax(0),
    "a temperature of 1 should change nothing": lambda logits, temperature: (
        logits / temperature * (1 + (temperature == 1))
    ),
}.items():
    wrong("apply_temperature", line, function)
for function in (
    lambda logits, temperature: logits * (1 / temperature),
    lambda logits, temperature: logits.log_softmax(-1) / temperature,
    lambda logits, temperature: (logits - logits.max(-1, keepdim=True).values).div(temperature),
):
    right("apply_temperature", function)

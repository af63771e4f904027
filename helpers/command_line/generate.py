"""`python -m helpers.generate DIR`: let a trained model write, character after character, in the terminal."""

import argparse
import secrets
import sys

import torch

from helpers.command_line.report import choose_prime
from helpers.command_line.run_settings import SEEDS
from helpers.course.console import DONE, INTERRUPTED, Parser, run_command
from helpers.ground.vocabulary import Vocabulary
from helpers.models.trained import load_trained
from helpers.sampling.generation import generate


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; `helpers.course.console` lists the exit codes."""
    options = _parser().parse_args(arguments)
    return run_command(lambda: write(options))


def write(options: argparse.Namespace) -> int:
    """Print a text that grows while it is written, or several once all are written; return the exit code."""
    model, vocabulary, notes = load_trained(options.model)
    trained_with = notes.get("settings") or {}
    default = trained_with.get("prime") or _any_start(vocabulary)
    prime = choose_prime(options.prime, default, vocabulary, lower=trained_with.get("lower", False))
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    if not -SEEDS <= seed < SEEDS:
        raise ValueError(f"seed must be at least {-SEEDS} and below {SEEDS}, not {seed}")
    names = ("length", "temperature", "top_k", "top_p", "min_p", "typical_p", "no_repeat_ngram", "stop", "count")
    settings = {name: getattr(options, name) for name in names}
    settings |= {"generator": torch.Generator().manual_seed(seed)}
    if options.count is None:
        started = []  # the prime is printed with the first character, when nothing can be refused any more

        def show(new: str) -> None:
            print(new if started else prime + new, end="", flush=True)
            started.append(True)

        text = generate(model, vocabulary, prime, callback=show, **settings)
        print("" if started else text)
        texts = [text]
    else:
        texts = generate(model, vocabulary, prime, **settings)
        print("\n\n".join(f"--- {number} ---\n{text}" for number, text in enumerate(texts, 1)))
    if options.seed is None:
        print(f"(--seed {seed} writes this again)", file=sys.stderr)
    longest = max(len(text) - len(prime) for text in texts)
    return INTERRUPTED if options.stop is None and longest < options.length else DONE


def _any_start(vocabulary: Vocabulary) -> str:
    return next((symbol for symbol in ("\n", " ") if symbol in vocabulary), vocabulary.symbols[0])


def _parser() -> Parser:
    parser = Parser(
        prog="python -m helpers.generate",
        usage="python -m helpers.generate MODEL [--option value ...]",
        description="Let a trained model write.",
        epilog='examples: python -m helpers.generate tales --prime "There was " --length 500\n'
        '          python -m helpers.generate runs/book --prime "Anna" --top-k 5 --seed 1',
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="folder of a run, checkpoint, or a name: tales, python-docs")
    add("--prime", metavar="TEXT", help="what the text goes on from (default: as in training)")
    add("--length", type=int, default=500, metavar="N", help="characters to write (default: 500)")
    add("--temperature", type=float, default=0.8, metavar="X", help="0 takes the likeliest (default: 0.8)")
    add("--top-k", type=int, metavar="N", help="draw from the N likeliest characters")
    add("--top-p", type=float, metavar="X", help="from the likeliest that together have probability X")
    add("--min-p", type=float, metavar="X", help="from those at least X times as likely as the likeliest")
    add("--typical-p", type=float, metavar="X", help="from the most typical that together have X")
    add("--no-repeat-ngram", type=int, metavar="N", help="never repeat a passage of N characters")
    add("--stop", metavar="TEXT", help="end where this was written")
    add("--count", type=int, metavar="N", help="write so many texts at once")
    add("--seed", type=int, metavar="N", help="writes the same text each time (default: no seed)")
    return parser

"""`python -m helpers.corpora`: list the texts of the course, bring one, or write one as plain text."""

import argparse
import os
import sys
from pathlib import Path

from helpers.corpora.corpus import Corpus
from helpers.corpora.listing import table
from helpers.corpora.loading import load_corpus
from helpers.corpora.registry import REGISTRY, Published
from helpers.course.console import DONE, EXIT_CODES, run_command
from helpers.ground.files import write_whole


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; `helpers.course.console` lists the exit codes."""
    options = _parser().parse_args(arguments)
    return run_command(lambda: _print_answer(options))


def _print_answer(options: argparse.Namespace) -> int:
    print({"list": _list, "fetch": _fetch, "export": _export}[options.command or "list"](options))
    return DONE


def _list(_: argparse.Namespace) -> str:
    return table()


def _fetch(options: argparse.Namespace) -> str:
    corpus = load_corpus(options.name)
    place = f"is in {corpus.path}" if corpus.path else "needs no download"
    return f"{corpus.name} {place}: {len(corpus.text):,} characters, {len(set(corpus.text))} different"


def _export(options: argparse.Namespace) -> str:
    corpus = load_corpus(options.name, **_reading(options))
    texts = _texts_by_file(corpus, options)
    if not options.force and (there := [path for path in texts if path.exists()]):
        raise FileExistsError(f"{there[0]} is there already: name another file, or add --force to replace it")
    for path, text in texts.items():
        write_whole(path, text)
    return "\n".join(f"wrote {len(text):,} characters to {path}" for path, text in texts.items())


def _reading(options: argparse.Namespace) -> dict[str, object]:
    names = ("repeats", "length", "seed", "lower", "keep", "nfc", "raw", "encoding")
    return {name: getattr(options, name) for name in names}


def _texts_by_file(corpus: Corpus, options: argparse.Namespace) -> dict[Path, str]:
    """Return what to write where: one text into a file, or every split into a folder under its usual name."""
    split, goal = options.split, Path(options.file)
    if split and split not in corpus.splits:
        raise ValueError(f"{corpus.name} has {_splits(corpus)}, not {split!r}")
    text = corpus.splits[split] if split else corpus.text
    if not (goal.is_dir() or options.file.endswith(("/", os.sep))):
        return {goal: text}
    entry = REGISTRY.get(corpus.name)
    if not isinstance(entry, Published):
        return {goal / "input.txt": text}
    wanted = [split] if split else list(corpus.splits)
    return {goal / entry.files[name]: corpus.splits[name] for name in wanted}


def _splits(corpus: Corpus) -> str:
    return f"the splits {', '.join(corpus.splits)}" if corpus.splits else "no splits of its own"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.corpora",
        description="List the texts of the course, bring one from the network, or write one as\nplain text.",
        epilog=f"{EXIT_CODES}\n"
        "examples: python -m helpers.corpora fetch tinyshakespeare\n"
        "          python -m helpers.corpora export tales input.txt --length 200000\n"
        "          python -m helpers.corpora export wikitext-2 data/wikitext-2/",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("list", help="the table of all texts (also without a command)")
    fetch = commands.add_parser("fetch", help="bring a text and keep it")
    fetch.add_argument("name", help="of a corpus, or an address")
    export = commands.add_parser("export", help="write a text to a file, or its splits into a folder")
    export.add_argument("name", help="of a corpus, a file or an address")
    export.add_argument("file", help="to write; a folder takes input.txt, or each split under its usual name")
    export.add_argument("--split", help="only this split: train, validation or test")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    export.add_argument("--lower", action="store_true", help="make all letters small")
    export.add_argument("--keep", metavar="CHARACTERS", help="remove all others (a newline is $'\\n' in a shell)")
    export.add_argument("--nfc", action="store_true", help="compose letters and accents (Unicode NFC)")
    export.add_argument("--raw", action="store_true", help="leave the separators of pushkin as published")
    export.add_argument("--encoding", help="of the file, if it is not UTF-8")
    export.add_argument("--repeats", type=int, help="of the alphabet")
    export.add_argument("--length", type=int, help="characters of tales")
    export.add_argument("--seed", type=int, help="of tales")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""Every fork that a grammar can come to: each use of a table under every combination of the facts that it asks for."""

from collections.abc import Iterator

from helpers.tales.grammar import Fork, Grammar
from helpers.tales.notation import Begin, End, Option, Remember, Text, Use


def every_fork(grammar: Grammar, use: Use) -> Iterator[tuple[dict[str, str], Fork]]:
    """Yield the forks of a table, one for each combination of values of the facts on which they depend."""
    domains = domains_of(grammar)
    undecided = [{}]
    while undecided:
        facts = undecided.pop()
        try:
            yield facts, grammar.make_fork(use, facts)
        except KeyError as missing:  # a fact that is not decided yet
            undecided += [facts | {missing.args[0]: value} for value in domains[missing.args[0]]]


def uses_of(grammar: Grammar) -> list[Use]:
    """Return every way in which a table is used, each once."""
    steps = [step for options in grammar.tables.values() for option in options for step in option.steps]
    return [Use("tale"), *dict.fromkeys(step for step in steps if isinstance(step, Use))]


def domains_of(grammar: Grammar) -> dict[str, list[str]]:
    """Return all values that each fact can take."""
    domains: dict[str, list[str]] = {}
    options = [option for options in grammar.tables.values() for option in options]
    for option in options:
        for step in option.steps:
            if isinstance(step, Remember):
                domains.setdefault(step.name, []).append(step.value)
    for option in options:  # tables that are chosen by a fact need the values from above
        for step, inner, after in zip(option.steps, option.steps[1:], option.steps[2:], strict=False):
            if isinstance(step, Begin):
                assert isinstance(after, End)
                for table in tables_of(inner, domains, grammar):
                    domains.setdefault(step.fact, []).extend(words_of(table, grammar))
    return {name: list(dict.fromkeys(values)) for name, values in domains.items()}


def tables_of(use: Use, domains: dict[str, list[str]], grammar: Grammar) -> list[tuple[Option, ...]]:
    """Return the tables that a use can mean."""
    head, _, fact = use.table.partition("{")
    if not fact:
        return [grammar.tables[head]]
    return [options for name, options in grammar.tables.items() if name.startswith(head)]


def words_of(table: tuple[Option, ...], grammar: Grammar) -> list[str]:
    """Return all that a table of words can write."""
    words = []
    for option in table:
        tails = [""]
        for step in option.steps:
            if isinstance(step, Text):
                tails = [tail + step.text for tail in tails]
            elif isinstance(step, Use):
                tails = [tail + word for tail in tails for word in words_of(grammar.tables[step.table], grammar)]
        words += tails
    return words

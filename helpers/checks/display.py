"""How a verdict looks: one line of plain text, and the same line with a coloured edge in Jupyter."""

import html
import re
from typing import NamedTuple

from IPython.display import display

from helpers.course.records import SIGNS

_GREY = "#888888"
_COLOURS = {"right": "#009E73", "wrong": "#D55E00", "blank": "#0072B2", "course's version": "#0072B2"}


def _look(verdict: str) -> tuple[str, str]:
    """Return sign and colour of a verdict; the sign alone is enough for those who do not see the colour."""
    return SIGNS.get(verdict, SIGNS["not tried yet"]), _COLOURS.get(verdict, _GREY)


class Report(NamedTuple):
    """One line about one exercise."""

    exercise: str
    verdict: str
    message: str

    def __repr__(self) -> str:
        return f"{_look(self.verdict)[0]} {self.exercise}: {self.message}"

    def _repr_html_(self) -> str:
        sign, colour = _look(self.verdict)
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 2px 10px">'
            f"<b>{sign} {html.escape(self.exercise)}</b>: {_with_code(self.message)}</div>"
        )


class Progress(NamedTuple):
    """The table of a lesson: each exercise and its last verdict."""

    lesson: str
    verdicts: dict[str, str]

    def summary(self) -> str:
        done = sum(verdict == "right" for verdict in self.verdicts.values())
        return f"{done} of {len(self.verdicts)} right in {self.lesson}."

    def __repr__(self) -> str:
        width = max(map(len, self.verdicts))
        rows = [f"{_look(verdict)[0]} {name:<{width}}  {verdict}" for name, verdict in self.verdicts.items()]
        return "\n".join([*rows, self.summary()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="color: {_look(verdict)[1]}">{_look(verdict)[0]}</td>'
            f'<td style="text-align: left"><code>{html.escape(name)}</code></td>'
            f'<td style="text-align: left">{html.escape(verdict)}</td></tr>'
            for name, verdict in self.verdicts.items()
        )
        return f"<table>{rows}</table><p>{html.escape(self.summary())}</p>"


def show_report(report: Report | Progress) -> None:
    """Display a report: HTML in Jupyter, plain text elsewhere."""
    display(report)


def show_printed(printed: str, limit: int = 5) -> None:
    """Show what the learner's code printed during a check: each different line once, and not more than a few."""
    lines = list(dict.fromkeys(line for line in printed.splitlines() if line.strip()))
    if lines:
        left = len(lines) - limit
        more = f"\n  … and {left} more line{'s' if left > 1 else ''}" if left > 0 else ""
        print("printed by your code:\n  " + "\n  ".join(line[:120] for line in lines[:limit]) + more)


def _with_code(message: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(message))

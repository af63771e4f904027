"""The settings of a run as a flat TOML file: a name, an equals sign and a value a line."""

import difflib
import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from helpers.command_line.run_settings import RunSettings, check_value
from helpers.ground.files import write_whole

_HEADING = "# The settings of a run. To repeat it: python -m helpers.train --config THIS_FILE\n"


def write_settings(path: str | Path, settings: RunSettings) -> Path:
    """Write all settings, whole or not at all. Raises OSError where the disk refuses."""
    lines = [f"{name} = {_show(value)}\n" for name, value in settings.written().items()]
    return write_whole(path, _HEADING + "".join(lines))


def read_settings(path: str | Path) -> dict[str, Any]:
    """Read settings by name, all of them or some; names may have dashes, as on the command line.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no TOML, or holds a setting that there is not, or a value of another kind.
    """
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        return {name.replace("-", "_"): _check(name.replace("-", "_"), value) for name, value in found.items()}
    except ValueError as error:  # of tomllib, of UTF-8 and of our own
        raise ValueError(f"{path}: {error}") from None


def _check(name: str, value: Any) -> Any:
    if name == "preset":
        if not isinstance(value, str):
            raise ValueError(f"preset must be a text in quotes, not {value!r}")
        return value
    known = [one.name for one in fields(RunSettings)]
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise ValueError(f"there is no setting {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    return check_value(name, value)


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's form of a text is TOML's, but for one character that TOML wants escaped
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)

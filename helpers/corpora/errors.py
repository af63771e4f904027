"""The one error of a text that cannot be had."""


class CorpusUnavailable(OSError):
    """A text is neither on this disk nor to be had from the network; `reason` says why, the message what to do."""

    def __init__(self, name: str, reason: str, remedy: str):
        super().__init__(
            f"{name} cannot be had: {reason}. {remedy} "
            'Or load a text that needs no download: load_corpus("tales"), load_corpus("python-docs").'
        )
        self.name, self.reason = name, reason


def disk_problem(error: OSError, folder: object) -> str:
    """Return what hinders writing, and the way out of it."""
    return f"{folder} cannot be written to ({error.strerror or error}); set COURSE_DATA to another folder, with room"

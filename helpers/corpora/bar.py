"""A progress bar of text, in the form that pooch fills."""

from tqdm.std import tqdm


class DownloadBar:
    """A bar that appears with the first bytes: where nothing comes, there is nothing to show."""

    def __init__(self, label: str, shown: bool):
        self.label, self.shown = label, shown
        self.total = 0  # set by pooch to what the server announces, 0 if it does not
        self._bar: tqdm | None = None

    def update(self, count: int) -> None:
        """Move on by so many bytes."""
        if self._bar is None:
            show = {"unit": "B", "unit_scale": True, "disable": not self.shown}
            self._bar = tqdm(desc=self.label, total=self.total or None, **show)
        self._bar.update(count)

    def reset(self) -> None:
        """Count anew, as pooch does at the end to count the file once more; the clock goes on, for a true speed."""
        if self._bar is not None:
            self._bar.n = self._bar.last_print_n = 0

    def close(self, whole: bool = True) -> None:
        """Leave the bar where it is if the file came whole, else take it away: half a bar says nothing."""
        if self._bar is not None:
            self._bar.leave = whole
            self._bar.close()

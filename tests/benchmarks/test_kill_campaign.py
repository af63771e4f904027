"""What a campaign of kills notices, on runs that are only pretended."""

import signal

import pytest
import torch
from torch import nn

from benchmarks.kill_campaign import Campaign, Ending
from helpers.ground.checkpoints import save_checkpoint
from helpers.ground.vocabulary import Vocabulary

KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else None
LAST_STEP = 10
pytestmark = pytest.mark.skipif(KILLED is None, reason="Windows has no SIGKILL")


def save(folder, step, weight=1.0):
    """Write the last checkpoint of a run that stands at a step."""
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, weight)
    nn.init.zeros_(model.bias)
    save_checkpoint(folder / "last.safetensors", model, Vocabulary("ab"), step=step)


def end(folder, weight=1.0):
    """Do the last step, as a run does that nobody kills."""
    save(folder, LAST_STEP, weight)
    return 0


def killed(step=None, leaves=None):
    """Return a run that is killed: its last checkpoint is of a step, and what it leaves is half of a file."""

    def run(folder):
        folder.mkdir(exist_ok=True)
        if step is not None:
            save(folder, step)
        if leaves is not None:
            (folder / leaves).write_bytes(b"half")
        return KILLED

    return run


def campaign(tmp_path, *deeds, kills):
    """Run a campaign whose uninterrupted run ends well, and whose first killed run does these deeds one by one."""
    given = iter([end, *deeds])
    outcome = Campaign(lambda folder, kind, seconds: Ending(next(given)(folder), 1.0), kills, seed=0).run(
        tmp_path, ["kind"]
    )
    assert list(given) == [], "all deeds were done"
    return outcome


def test_a_run_that_ends_as_if_never_killed_is_good(tmp_path):
    outcome = campaign(tmp_path, killed(), killed(3), killed(3), end, kills=3)
    assert (outcome.lost, outcome.different) == ([], [])
    assert (outcome.kills, outcome.resumed, outcome.runs, outcome.amid_a_write) == (3, 3, 1, 0)


def test_each_write_that_was_cut_counts_once(tmp_path):
    def clear_and_end(folder):
        (folder / ".last.safetensors.x1").unlink()
        return end(folder)

    outcome = campaign(tmp_path, killed(3, ".last.safetensors.x1"), killed(), clear_and_end, kills=2)
    assert outcome.amid_a_write == 1, "the second kill came before the run had removed the leftover of the first"
    assert outcome.different == []


def test_a_lost_checkpoint_is_noticed(tmp_path):
    (line,) = campaign(tmp_path / "back", killed(5), killed(4), end, kills=2).lost
    assert line == "run 1: the last checkpoint went back from step 5 to 4"
    (line,) = campaign(tmp_path / "half", killed(5, "best.safetensors"), end, kills=1).lost
    assert line.startswith("run 1 after step 0: ValueError")

    def remove_and_die(folder):
        (folder / "last.safetensors").unlink()
        return KILLED

    (line,) = campaign(tmp_path / "gone", killed(5), remove_and_die, end, kills=2).lost
    assert line == "run 1 after step 5: KeyError('last')"


def test_another_end_is_noticed(tmp_path):
    outcome = campaign(tmp_path, killed(5), lambda folder: end(folder, weight=torch.pi), kills=1)
    assert outcome.different == ["run 1: last.safetensors"]
    outcome = campaign(tmp_path / "half", killed(5, ".last.safetensors.x1"), end, kills=1)
    assert outcome.different == ["run 1: .last.safetensors.x1"]


@pytest.mark.parametrize("code", [1, KILLED], ids=["an error", "it hangs until it is killed"])
def test_a_run_that_cannot_go_on_is_noticed(tmp_path, code):
    outcome = campaign(tmp_path, killed(5), lambda folder: code, kills=1)
    assert outcome.lost == [f"run 1 could not go on from step 5: exit code {code} after 1.0 s"]
    assert outcome.kills == 1


def test_nothing_can_be_said_where_the_uninterrupted_run_fails(tmp_path):
    with pytest.raises(RuntimeError, match=r"uninterrupted run on kind: exit code 1 after 2\.0 s no room left"):
        Campaign(lambda *_: Ending(1, 2.0, "no room\nleft"), 1, seed=0).run(tmp_path, ["kind"])

"""Training runs killed with SIGKILL at random moments; `python -m benchmarks kills` does it 50 times."""

import os

import pytest

from benchmarks import command_kills, kills

pytestmark = pytest.mark.slow


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither SIGKILL nor a server of forks")
@pytest.mark.parametrize(("module", "count"), [(kills, 3), (command_kills, 2)], ids=["fit", "command line"])
def test_no_kill_loses_a_checkpoint_or_changes_a_bit(module, count):
    outcome = module.run_campaign(count, seed=1)
    assert outcome.lost == []
    assert outcome.different == []
    assert outcome.kills == outcome.resumed == count
    assert outcome.runs >= 1

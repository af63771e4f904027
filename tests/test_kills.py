"""Training runs killed with SIGKILL at random moments; `python -m benchmarks kills` does it 50 times."""

from benchmarks.kills import run_campaign


def test_no_kill_loses_a_checkpoint_or_changes_a_bit():
    outcome = run_campaign(3, seed=1)
    assert outcome.lost == []
    assert outcome.different == []
    assert outcome.kills == outcome.resumed == 3
    assert outcome.runs >= 1

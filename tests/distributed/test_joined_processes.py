"""Several processes that train together: the same losses as one, and what is left when one of them dies."""

import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import torch

from helpers import distributed
from helpers.distributed import launch as distributed_launch
from helpers.distributed.rows import Share
from helpers.ground.checkpoints import read_checkpoint
from helpers.text.batching import StreamBatches, WindowBatches
from helpers.training import fit
from tests import runs
from tests.distributed import distributed_run
from tools.lesson import ROOT

not_on_windows = pytest.mark.skipif(os.name == "nt", reason="several processes are not supported on Windows")
LIMIT = 60.0  # seconds after which a run counts as hung


def launch(folder, size=2, check=True, **options):
    """Run in processes of a server that has imported torch already; return their exit codes, and what they said."""
    folder.mkdir(exist_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", "tests.distributed.distributed_run"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [(rank, size, port, str(folder), options) for rank in range(size)]
    processes = [context.Process(target=distributed_run.run_as, args=own, daemon=True) for own in arguments]
    end = time.monotonic() + LIMIT
    for process in processes:
        process.start()
    for process in processes:
        process.join(max(end - time.monotonic(), 0))
        process.kill()
    said = [(folder / f"said_by_{rank}.txt").read_text() for rank in range(size)]
    codes = [process.exitcode for process in processes]
    assert not check or codes == [0] * size, said
    return codes, said


def left_by(folder, rank=0, size=2):
    return json.loads((folder / f"{rank}_of_{size}.json").read_text())


def numbers(history):
    return {name: values for name, values in history.items() if isinstance(values, list)}


@not_on_windows
@pytest.mark.parametrize("kind", ["streams", "windows"])
def test_two_processes_with_half_the_rows_train_as_one_with_all(kind, tmp_path, capsys):
    threads = torch.get_num_threads()
    distributed_run.train(tmp_path, kind=kind)
    torch.set_num_threads(threads)
    assert capsys.readouterr().out == "process 0 speaks\n"
    if kind == "streams":  # once as at a terminal, where everything is imported anew
        (tmp_path / "two").mkdir()
        distributed_launch.launch(
            "tests.distributed.distributed_run", str(tmp_path / "two"), json.dumps({"kind": kind})
        )
    else:
        _, said = launch(tmp_path / "two", kind=kind)
        assert said == ["process 0 speaks\n", ""]
    one, first, second = left_by(tmp_path, size=1), left_by(tmp_path / "two"), left_by(tmp_path / "two", rank=1)
    assert len(one["history"]["train_loss"]) == 50
    assert max(one["history"]["gradient_norm"][:20]) > 0.5, "nothing is clipped, so its order does not show"
    for name, values in numbers(one["history"]).items():
        assert first["history"][name] == pytest.approx(values, rel=1e-5, abs=1e-5), name
        assert second["history"][name] == first["history"][name]
    assert first["weights"] == second["weights"], "to the last bit"
    assert first["next random number"] != second["next random number"], "their dropout would be the same"


@pytest.mark.slow
@not_on_windows
def test_torchrun_ends_with_one_line_and_a_good_checkpoint_when_a_process_is_killed(tmp_path):
    options = {"dropout": 0.3, "kind": "windows", "every": 4}
    launch(tmp_path / "whole", **options)
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    command += ["-m", "tests.distributed.distributed_run", str(folder), json.dumps(options | {"deeds": {"33": "kill"}})]
    variables = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode != 0
    (line,) = re.findall("^ProcessLost.*", done.stderr, re.MULTILINE)
    last = folder / "last.safetensors"
    reason = "another process of the run has ended"
    assert line == f"ProcessLost: training stopped at step 33: {reason}. The last good checkpoint is {last}, of step 30"
    assert read_checkpoint(last).notes["step"] == 30

    codes, said = launch(folder, size=3, check=False, resume=True, batch=9, **options)
    assert codes == [1, 1, 1]
    line = f"ValueError: {last} belongs to a run of 2 processes, and these are 3: go on with `torchrun"
    assert all(text.startswith(line) for text in said)
    with pytest.raises(ValueError, match="belongs to a run of 2 processes, and this is 1: go on with"):
        distributed_run.train(folder, resume=True, **options)

    launch(folder, resume=True, **options)
    for rank in (0, 1):
        assert left_by(folder, rank) == left_by(tmp_path / "whole", rank), (
            "as if nothing had happened, dropout included"
        )


@not_on_windows
def test_a_resumed_run_over_streams_carries_the_state_of_each_process(tmp_path):
    options = {"dropout": 0.3, "every": 4}
    launch(tmp_path / "whole", **options)
    folder = tmp_path / "stopped"
    _, said = launch(folder, deeds={"17": "term"}, **options)
    last = folder / "last.safetensors"
    told = f"Stopped at step 18 of 50. The last checkpoint is {last}, of step 18.\n"
    assert said == [told, ""], "asked in step 17, all stop after the next"
    assert left_by(folder, 1)["history"]["ended"] == "interrupted"
    launch(folder, resume=True, **options)
    for rank in (0, 1):
        assert left_by(folder, rank) == left_by(tmp_path / "whole", rank)


@not_on_windows
def test_processes_that_see_different_folders_do_not_go_on(tmp_path):
    launch(tmp_path, apart=True, steps=10)
    codes, said = launch(tmp_path, check=False, apart=True, steps=10, resume=True)
    assert codes == [1, 1]
    assert [text.split("\n")[0] for text in said] == [
        "ValueError: the processes found different checkpoints: all of them must see the same checkpoint_folder"
    ] * 2


@pytest.mark.slow
@not_on_windows
def test_a_process_that_is_silent_counts_as_lost(tmp_path):
    codes, said = launch(tmp_path, check=False, seconds=3, every=4, deeds={"12": "sleep"})
    assert codes[0] == 1
    assert "step 12: another process has been silent for 3 s. The last good checkpoint is" in said[0]
    assert ", of step 10\n" in said[0]


@not_on_windows
def test_divergence_ends_all_at_the_same_step(tmp_path):
    codes, said = launch(tmp_path, check=False, rate=3e37)
    assert codes == [1, 1]
    lines = [re.search("^TrainingDiverged: .*", text, re.MULTILINE)[0] for text in said]
    assert lines[0] == lines[1]


def test_shares_are_the_whole_batch():
    whole = list(StreamBatches(runs.TOKENS, 6, batch_size=4))
    for size in (1, 2, 3, 4, 5):
        shares = [list(Share(whole, rank, size)) for rank in range(size)]
        parts = [share for share in shares if share]
        assert len(parts) == min(size, 4)
        for number, batch in enumerate(whole):
            for side in (0, 1):
                assert torch.equal(torch.cat([part[number][side] for part in parts]), batch[side])


def test_a_share_of_streams_carries_its_state_and_draws_no_order_of_its_own():
    share = Share(StreamBatches(runs.TOKENS, 6, batch_size=4), 1, 2, even=True)
    assert share.carries_state
    assert len(share) == len(list(share))
    orders = [list(Share(runs.shuffled_windows(), rank, 2)) for rank in (0, 1)]
    for first, second, (inputs, _) in zip(*orders, runs.shuffled_windows(), strict=True):
        assert torch.equal(torch.cat([first[0], second[0]]), inputs)


def test_what_cannot_be_shared_is_refused():
    with pytest.raises(
        ValueError, match=r"a batch of 3 rows cannot be divided evenly among 2 processes: .* multiple of 2"
    ):
        Share(runs.streams(), 0, 2, even=True)
    with pytest.raises(ValueError, match="a batch of 3 rows cannot be divided evenly"):
        Share(list(runs.streams()), 0, 2, even=True)
    with pytest.raises(ValueError, match="must draw the same order of windows"):
        Share(WindowBatches(runs.TOKENS, 6, batch_size=4, shuffle=True), 0, 2)
    with pytest.raises(ValueError, match="share StreamBatches, WindowBatches or a list, and these are DataLoader"):
        Share(runs.loader(), 0, 2)


def test_without_torchrun_there_is_one_process_and_nothing_changes():
    before = signal.getsignal(signal.SIGTERM)
    with distributed.join() as processes:
        assert (processes.rank, processes.size, processes.first) == (0, 1, True)
        assert signal.getsignal(signal.SIGTERM) is before
        history = fit(runs.new_model(), runs.new_batches(), steps=3, progress=False, processes=processes)
    assert history.ended == "all steps"


@not_on_windows
def test_a_launch_that_fails_or_hangs_says_so():
    with pytest.raises(RuntimeError, match=r"2 processes of helpers.nothing ended with an error"):
        distributed_launch.launch("helpers.nothing")
    with pytest.raises(RuntimeError, match=r"2 processes of helpers.nothing: stopped after 0.2 s"):
        distributed_launch.launch("helpers.nothing", seconds=0.2)


def test_windows_is_refused_in_one_line(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr("os.name", "nt")
    with pytest.raises(RuntimeError, match="not supported on Windows"), distributed.join():
        pass

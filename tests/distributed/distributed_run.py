"""A small training run for test_joined_processes: `FOLDER OPTIONS_AS_JSON`, alone or started by torchrun."""

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import torch

from helpers import distributed
from helpers.ground.vocabulary import Vocabulary
from helpers.models.stacked_rnn import StackedRNN
from helpers.text.batching import StreamBatches, WindowBatches
from helpers.training import ProcessLost, TrainingDiverged, fit

VOCABULARY = Vocabulary("abcdefg")


def make_batches(kind: str, batch_size: int) -> StreamBatches | WindowBatches:
    """Return 12 batches a pass, over random text."""
    tokens = torch.randint(7, (900,), generator=torch.Generator().manual_seed(3))
    if kind == "streams":
        return StreamBatches(tokens, 10, batch_size=batch_size)
    generator = torch.Generator().manual_seed(4)
    return WindowBatches(tokens, 10, batch_size=batch_size, stride=7, shuffle=True, generator=generator)


def make_model(processes, dropout: float) -> StackedRNN:
    """Return a model whose first weights differ between processes, so that `fit` has to make them equal."""
    torch.manual_seed(processes.rank)
    model = StackedRNN(7, 6, 12, 2, dropout)
    model.output.weight.data.mul_(20)  # gradients longer than the limit: to clip before averaging would show
    torch.manual_seed(0)
    return model


def disturb(model, rank: int, deeds: dict[str, str]) -> None:
    """In the forward pass of some steps, do in process 1 what `deeds` says: kill, term or sleep."""
    passes = []

    def before(module, _):
        passes.append(module.training)
        deed = deeds.get(str(sum(passes))) if module.training and rank == 1 else None
        if deed == "sleep":
            time.sleep(7)
        elif deed:
            os.kill(os.getpid(), {"kill": signal.SIGKILL, "term": signal.SIGTERM}[deed])

    model.register_forward_pre_hook(before)


def train(
    folder, *, kind="streams", steps=50, batch=8, dropout=0.0, every=1, resume=False, seconds=20, rate=0.02, deeds=None,
    apart=False,
):  # fmt: skip
    """Train, and leave in the folder what each process has at the end."""
    torch.set_num_threads(1)
    with distributed.join(seconds) as processes:
        model = make_model(processes, dropout)
        disturb(model, processes.rank, deeds or {})
        history = fit(
            model,
            make_batches(kind, batch),
            steps=steps,
            val_batches=StreamBatches(torch.arange(200) % 7, 9, batch_size=3),  # 3 rows: one process has one, one two
            optimizer=torch.optim.Adam(model.parameters(), lr=rate),
            clip_norm=0.5,
            evaluate_every=every,
            save_every=5,
            vocabulary=VOCABULARY,
            checkpoint_folder=Path(folder) / (str(processes.rank) if apart else ""),
            resume=resume,
            callback=lambda progress: print(f"process {processes.rank} speaks") if progress.step == 5 else None,
            progress=False,
            processes=processes,
        )
        left = {"history": vars(history), "weights": [one.tolist() for one in model.parameters()]}
        left["next random number"] = torch.rand(1).item()
        (Path(folder) / f"{processes.rank}_of_{processes.size}.json").write_text(json.dumps(left))
    if threads := gloo_threads():
        raise RuntimeError(f"{threads} of gloo's threads outlive the group, and may abort the process at its exit")


def gloo_threads() -> int:
    """Count the threads of gloo in this process, where the system tells."""
    return sum("gloo" in path.read_text() for path in Path("/proc/self/task").glob("*/comm"))


def run(folder: str, **options) -> None:
    """Train, and end with one line where something went wrong."""
    try:
        train(folder, **options)
    except (ProcessLost, TrainingDiverged, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}\n")


def run_as(rank: int, size: int, port: int, folder: str, options: dict) -> None:
    """Do what torchrun does for one of its processes, and run; what is printed goes into a file of the folder."""
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(size)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    with (Path(folder) / f"said_by_{rank}.txt").open("w", buffering=1) as file:
        sys.stdout = sys.stderr = file
        try:
            run(folder, **options)
        except SystemExit as error:
            print(error.code)
            raise SystemExit(1) from None
        except BaseException:
            traceback.print_exc()
            raise


if __name__ == "__main__":
    run(sys.argv[1], **json.loads(sys.argv[2]) if sys.argv[2:] else {})

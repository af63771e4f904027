"""The checkpoints of a training run, in one folder: written now and then, and read to go on."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from helpers.ground.checkpoints import read_checkpoint, refuse_another, write_checkpoint
from helpers.ground.files import remove_leftovers
from helpers.ground.nested import to_device
from helpers.ground.vocabulary import Vocabulary
from helpers.training.divergence import refuse_broken_weights
from helpers.training.history import History
from helpers.training.plan import Plan
from helpers.training.randomness import random_states, set_random_states
from helpers.training.resumable import differences
from helpers.training.run import Run
from helpers.training.score import Tally


class Keeper:
    """Writes and reads the checkpoints of one run; without a folder it does nothing.

    Of several processes the first writes, with what the others hand over, and each reads its own part.

    `saved` is the last checkpoint that this run has written or started from, and `saved_step` its step.
    """

    def __init__(self, folder: str | Path | None, plan: Plan, vocabulary: Vocabulary | None):
        self.folder = None if folder is None else Path(folder)
        self.plan, self.vocabulary = plan, vocabulary
        self.saved: Path | None = None
        self.saved_step = 0
        if self.folder is not None:
            self.fixed = plan.describe()  # now, while the learning rates are those that the optimizer came with
            remove_leftovers(self.folder, "*.safetensors")

    def path(self, name: str) -> Path:
        """Return where the checkpoint of this name lies."""
        return self.folder / f"{name}.safetensors"

    def save(self, name: str, run: Run) -> None:
        """Write a checkpoint, whole or not at all.

        Raises:
            OSError: the disk refuses.
            FloatingPointError: a weight holds NaN or infinity; the checkpoint before stays, it is the last good one.
        """
        if self.folder is None:
            return
        refuse_broken_weights(self.plan.model)
        own = {
            "position": {name: value for name, value in vars(run).items() if name not in ("tally", "history")},
            "tally": asdict(run.tally),
            "random": random_states(self.plan.generators),
        }
        others = self.plan.processes.gather(own)
        if self.plan.processes.first:
            nest = {
                "fixed": self.fixed,
                "position": own["position"],
                "tally": own["tally"],
                "history": asdict(run.history),
                "optimizer": self.plan.optimizer.state_dict(),
                "random": own["random"],
            }
            nest |= {"others": others} if others else {}
            write_checkpoint(self.path(name), self.plan.model, self.vocabulary, self._notes(run), nest)
        self.saved, self.saved_step = self.path(name), run.step

    def _notes(self, run: Run) -> dict[str, Any]:
        losses = {name: values[-1] for name, values in vars(run.history).items() if name.endswith("_loss") and values}
        return {"step": run.step, "epoch": run.epoch} | losses | {"settings": self.fixed["settings"]}

    def resume(self, resume: bool | str | Path) -> Run:
        """Return the run to go on with, all set to where it stood: a new one, unless there is one to resume.

        Args:
            resume: True for the folder's last checkpoint, if there is one; a path for that checkpoint.

        Raises:
            FileNotFoundError: there is no checkpoint at that path.
            ValueError: it is of another model, another vocabulary, other settings or another number of processes.
                All is then as it was.
        """
        if not resume or (resume is True and not self.path("last").exists()):
            return Run()
        path = self.path("last") if resume is True else Path(resume)
        checkpoint = read_checkpoint(path)
        refuse_another(checkpoint, self.plan.model, self.vocabulary)
        stored = checkpoint.run
        if stored is None:
            raise ValueError(f"{path} holds weights, but no run to go on with: load it with load_checkpoint")
        self._refuse_another_number(path, len(stored.get("others", [])) + 1)
        if found := differences(stored["fixed"], self.fixed):
            more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
            raise ValueError(
                f"{path} belongs to a run with other settings: {'; '.join(found[:3])}{more}. Give the settings of "
                "that run, or another checkpoint_folder, or resume=False to start anew"
            )
        self.plan.model.load_state_dict(checkpoint.weights)
        self.plan.optimizer.load_state_dict(stored["optimizer"])
        self.plan.set_learning_rates(1.0)
        rank = self.plan.processes.rank
        own = stored["others"][rank - 1] if rank else stored
        set_random_states(self.plan.generators, own["random"])
        run = Run(**own["position"], tally=Tally(**own["tally"]), history=History(**stored["history"]))
        run.state = to_device(run.state, self.plan.device)
        self.saved, self.saved_step = path, run.step
        return run

    def _refuse_another_number(self, path: Path, stored: int) -> None:
        if stored != (now := self.plan.processes.size):
            how = f"with `torchrun --nproc-per-node {stored}`" if stored > 1 else "without torchrun"
            raise ValueError(
                f"{path} belongs to a run of {_count(stored)}, and {'this is' if now == 1 else 'these are'} {now}: "
                f"go on {how}, or start anew in another folder"
            )


def _count(processes: int) -> str:
    return "one process" if processes == 1 else f"{processes} processes"

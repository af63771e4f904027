"""The training loop."""

import math

import torch
from torch.nn.utils import clip_grads_with_norm_, get_total_norm
from tqdm.std import tqdm  # text, never a widget: executions of notebooks hang on widgets now and then

from helpers.ground.nested import detach
from helpers.training.divergence import refuse_broken_number
from helpers.training.evaluation import evaluate
from helpers.training.interrupts import deferred_interrupt
from helpers.training.keeper import Keeper
from helpers.training.plan import Plan
from helpers.training.run import Progress, Run, walk
from helpers.training.score import Tally, sequence_loss


def train(plan: Plan, run: Run, keeper: Keeper, *, progress: bool) -> None:
    """Go on from where `run` stands until its last step, an early stop or Ctrl-C; say which in `history.ended`.

    Raises:
        FloatingPointError: NaN or infinity in the loss, the gradient or the weights.
    """
    plan.model.train()
    processes = plan.processes
    bar = tqdm(total=plan.total_steps, initial=run.step, disable=not (progress and processes.first), leave=False)
    with bar, deferred_interrupt() as interrupt:
        for inputs, targets in walk(processes.share(plan.train_batches, even=True), run, plan.generators):
            bar.set_description(_name_epoch(plan, run), refresh=run.batch == 1)
            run.step += 1
            _update(plan, run, inputs.to(plan.device), targets.to(plan.device))
            bar.update()

            if run.step % plan.evaluate_every == 0 or run.step == plan.total_steps:
                _record(plan, run)
                bar.set_postfix_str(_show_losses(run))
                if run.history.val_loss and run.history.since_best() == 0:
                    keeper.save("best", run)
            if plan.keep_epochs and run.batch == plan.epoch_steps:
                keeper.save(f"epoch_{run.epoch:03}", run)
            stop = processes.anyone(interrupt.requested)
            if run.step % plan.save_every == 0 or run.history.ended or stop:
                keeper.save("last", run)
            if stop:
                run.history.ended = run.history.ended or "interrupted"
            if run.history.ended:
                break


def _update(plan: Plan, run: Run, inputs: torch.Tensor, targets: torch.Tensor) -> None:
    """Take one step, unless its numbers are broken."""
    plan.set_learning_rates(plan.schedule(run.step, plan.total_steps))
    logits, state = plan.model(inputs, run.state)
    loss = sequence_loss(logits, targets)
    plan.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    parameters = [parameter for parameter in plan.model.parameters() if parameter.grad is not None]
    gradients = [parameter.grad for parameter in parameters]
    mean_loss = plan.processes.average(gradients, loss.item())
    norm = get_total_norm(gradients)
    refuse_broken_number("the loss", mean_loss)
    refuse_broken_number("the norm of the gradient", norm.item())
    if plan.clip_norm is not None:
        clip_grads_with_norm_(parameters, plan.clip_norm, norm)
    plan.optimizer.step()

    run.state = detach(state) if plan.carries_state else None
    run.tally.add(loss.item(), logits, targets)
    run.gradient_norm = max(run.gradient_norm, norm.item())


def _record(plan: Plan, run: Run) -> None:
    """Add an entry to the history, show it to the callback, and see whether the run ends here."""
    val = None
    if plan.val_batches is not None:
        val = evaluate(plan.model, plan.val_batches, plan.processes)
        refuse_broken_number("the validation loss", val.loss)
    train = plan.processes.total(run.tally).score()
    run.history.add(run.step, train, val, plan.optimizer.param_groups[0]["lr"], run.gradient_norm)
    run.tally, run.gradient_norm = Tally(), 0.0
    if plan.callback is not None and plan.processes.first:
        with tqdm.external_write_mode():  # what it prints does not run into the bar
            plan.callback(Progress(run.step, plan.total_steps, run.epoch, plan.model, run.history))
    if run.step == plan.total_steps:
        run.history.ended = "all steps"
    elif plan.patience is not None and run.history.since_best() >= plan.patience:
        run.history.ended = "early stop"


def _name_epoch(plan: Plan, run: Run) -> str:
    return f"epoch {run.epoch}" + (f"/{math.ceil(plan.total_steps / plan.epoch_steps)}" if plan.epoch_steps else "")


def _show_losses(run: Run) -> str:
    history = run.history
    return f"train {history.train_loss[-1]:.3f}" + (f", val {history.val_loss[-1]:.3f}" if history.val_loss else "")

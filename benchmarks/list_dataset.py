"""The peer of `sliding_windows`: the data set of many a tutorial, which keeps every window as two lists of integers."""

import torch
from torch.utils.data import Dataset


class ListDataset(Dataset):
    """All windows of a text, each cut out beforehand: a list of input ids and a list of target ids."""

    def __init__(self, ids: list[int], sequence_length: int, stride: int):
        self.inputs: list[list[int]] = []
        self.targets: list[list[int]] = []
        for start in range(0, len(ids) - sequence_length, stride):
            self.inputs.append(ids[start : start + sequence_length])
            self.targets.append(ids[start + 1 : start + sequence_length + 1])

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return input and target of one window, each of shape (sequence_length,)."""
        return torch.tensor(self.inputs[index]), torch.tensor(self.targets[index])

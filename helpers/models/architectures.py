"""The models by the name of their architecture, as checkpoints and presets write it."""

from helpers.models.attention_lstm import CharAttentionLSTM
from helpers.models.gru import CharGRU
from helpers.models.lstm import CharLSTM
from helpers.models.stacked_rnn import StackedRNN
from helpers.models.vanilla_rnn import CharRNN

ARCHITECTURES = {one.architecture: one for one in (CharRNN, StackedRNN, CharLSTM, CharGRU, CharAttentionLSTM)}

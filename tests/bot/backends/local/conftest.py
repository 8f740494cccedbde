"""Models this small are quickest with one thread."""

import torch

torch.set_num_threads(1)

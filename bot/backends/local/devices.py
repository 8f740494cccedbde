"""Where models of this machine run, and in what numbers."""

# torch is typed in part only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch

from bot.errors import ModelUnloadable


def devices() -> tuple[str, ...]:
    """What this machine has, the fastest first."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cuda = ("cuda", *(f"cuda:{number}" for number in range(count))) if count else ()
    mps = ("mps",) if torch.backends.mps.is_available() else ()
    return (*cuda, *mps, "cpu")


def device_for(wish: str, name: str = "") -> torch.device:
    """The device asked for; "auto" takes the fastest that is there.

    Raises:
        ModelUnloadable: this machine has no such device; ``name`` is the model that it was wanted for.
    """
    known = devices()
    if wish == "auto":
        return torch.device(known[0])
    if wish not in known:
        facts = {"device": wish, "known": ", ".join(known)}
        raise ModelUnloadable(model=f"local/{name}", cause="no_device", **facts)
    return torch.device(wish)


def dtype_for(wish: str, device: torch.device, parameters: int) -> torch.dtype:
    """The number format asked for; "auto" takes bfloat16 where it is fast, and float32 for small models.

    On a processor without bfloat16 instructions, bfloat16 is slower than float32.
    """
    if wish == "int8":
        return torch.bfloat16
    if wish != "auto":
        return getattr(torch, wish)
    if device.type == "cpu" and (
        parameters < 100_000_000 or not torch.ops.mkldnn._is_mkldnn_bf16_supported()
    ):
        return torch.float32
    return torch.bfloat16

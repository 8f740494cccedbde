"""Saying by machine-readable means how much of a work a model made.

The values of ``ai-disclosure`` follow the W3C AI content disclosure proposal;
the URIs are IPTC's Digital Source Types (cv.iptc.org/newscodes/digitalsourcetype).
"""

from __future__ import annotations

from typing import Literal

Disclosure = Literal["none", "ai-assisted", "ai-generated"]

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"

SOURCE_TYPES: dict[Disclosure, str] = {
    "none": _IPTC + "humanEdits",
    "ai-assisted": _IPTC + "compositeWithTrainedAlgorithmicMedia",
    "ai-generated": _IPTC + "trainedAlgorithmicMedia",
}
"""The IPTC digital source type of each disclosure value."""

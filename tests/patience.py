"""How long tests wait: a busy machine decides nothing, only what hangs is given up.

The limit of a whole test stands in ``pyproject.toml`` and is longer.  Where time itself is
tested, the fixture ``jumping_clock`` keeps how long the machine takes out of it.
"""

PATIENCE = 600.0
"""Seconds until whatever is waited for is taken never to come."""

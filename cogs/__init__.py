"""What members see and press.  Cogs talk to Discord and to the services, and decide nothing themselves."""

from __future__ import annotations

import pkgutil

EXTENSIONS: tuple[str, ...] = tuple(
    f"cogs.{module.name}" for module in pkgutil.iter_modules(__path__) if not module.ispkg
)
"""Every module beside this one: a cog is added by adding its file."""

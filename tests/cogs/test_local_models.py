"""Models of this machine in Discord: whoever meets one that cannot be loaded reads why, in their language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.backends.local.backend import LocalBackend
from bot.backends.local.examine import examine
from bot.errors import ModelUnloadable
from bot.explain import cause
from bot.settings import Settings
from tests.cogs.world import open_world, private
from tests.servers.folders import make, tiny


async def test_a_member_reads_the_cause_that_the_doctor_tells(settings: Settings, tmp_path: Path) -> None:
    folder = make(tmp_path, tiny(tmp_path), "lfs_pointer")
    with pytest.raises(ModelUnloadable) as known:
        examine(str(folder))
    named = settings.model_copy(update={"model": "local/lfs_pointer"})
    backend = LocalBackend([str(folder)], nice=0)
    async with open_world(named, backends=[backend]) as world:
        world.locales[world.ben.id] = "zh-CN"
        for who, lang in ((world.ana, "en"), (world.ben, "zh")):
            said = private(await who.slash(world.general, "poem", topic="first snow"))
            assert cause(known.value, lang) in said and "`model:`" in said  # type: ignore[arg-type]
            assert str(tmp_path) not in said

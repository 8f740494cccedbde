"""Files that are attached, opened and sent along; channels, roles and members chosen in forms."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from bot.rehearsal import files
from bot.rehearsal.events import Form, Opened, Wrong
from bot.rehearsal.files import safe_name, show, upload
from bot.rehearsal.trouble import NoSuch
from bot.settings import Settings
from tests.bot.rehearsal.stage import shown, stage, wrongs


def kept(opened: Opened) -> str:
    """What is in a file, which nobody else may read."""
    path = Path(opened.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    return path.read_text(encoding="utf-8")


async def test_files_of_messages_are_opened_by_number_and_by_name(settings: Settings, tmp_path: Path) -> None:
    poem, song = tmp_path / "poem.txt", tmp_path / "a song; $(of) frogs.txt"
    poem.write_text("the old pond", encoding="utf-8")
    song.write_text("kero kero", encoding="utf-8")
    async with stage(settings) as rehearsal:
        await rehearsal.fine(f'@ana attach "{song}"\n@ana attach "{poem}" "mine"')
        opened = [one for one in await rehearsal.fine("@ben open 1") if isinstance(one, Opened)]
        assert opened[0].name == "poem.txt" and not opened[0].shown
        assert kept(opened[0]) == "the old pond"
        again = [one for one in await rehearsal.fine('@ben open "a song"') if isinstance(one, Opened)]
        assert kept(again[0]) == "kero kero"
        assert not re.search(r"[;$]", Path(again[0].path).name)
        (wrong,) = wrongs(await rehearsal.play("@ben open 7"))
        assert isinstance(wrong, Wrong) and "poem.txt" in wrong.problem
        folder = Path(opened[0].path).parents[1]
    assert not folder.exists()


async def test_a_file_of_the_bot_is_opened_and_sent_back_with_a_command(
    settings: Settings, tmp_path: Path
) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@mod /settings style text:plain   @mod /settings export")
        (opened,) = [one for one in await rehearsal.fine("@mod open 1") if isinstance(one, Opened)]
        copy = tmp_path / "house settings.json"
        copy.write_text(kept(opened), encoding="utf-8")
        await rehearsal.fine(f'@mod /settings import file:"{copy}"')
        assert shown(rehearsal.events)[-1].private


@pytest.mark.parametrize(("size", "told"), [(None, "no file"), (files.LARGEST_FILE + 1, "larger than 10 MB")])
async def test_a_file_that_cannot_be_sent_is_told(
    settings: Settings, tmp_path: Path, size: int | None, told: str
) -> None:
    file = tmp_path / "big.json"
    if size is not None:
        with file.open("wb") as held:
            held.truncate(size)
    async with stage(settings) as rehearsal:
        (wrong,) = wrongs(await rehearsal.play(f'@mod /settings import file:"{file}"'))
        assert isinstance(wrong, Wrong) and told in wrong.problem and not wrong.bot


@pytest.mark.parametrize("name", ["", "\0", "x" * 5_000, "~nobody-of-that-name/x"])
def test_what_is_no_name_of_a_file_is_no_error_of_ours(name: str) -> None:
    assert not files.is_file(name)
    with pytest.raises(NoSuch):
        upload(name)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.txt", ".bashrc", "con.txt", "a\nb.txt", "", "…", "诗" * 300]
)  # fmt: skip
def test_names_are_safe(tmp_path: Path, name: str) -> None:
    safe = safe_name(name)
    path = tmp_path / safe
    path.write_text("x", encoding="utf-8")
    assert path.parent == tmp_path and path.resolve().parent == tmp_path.resolve()
    assert not safe.startswith((".", " ")) and len(safe) <= 81 and "\n" not in safe
    assert safe_name("雪 (第2稿).png") == "雪 (第2稿).png"


def test_only_what_is_looked_at_is_opened_and_only_where_there_is_a_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(files.subprocess, "Popen", lambda call, **_: started.append(call))
    monkeypatch.setattr(files.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(files.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not show(tmp_path / "ink.png")
    monkeypatch.setenv("DISPLAY", ":0")
    assert show(tmp_path / "ink.PNG")
    assert (
        not show(tmp_path / "poem.desktop") and not show(tmp_path / "poem.sh") and not show(tmp_path / "poem")
    )
    assert started == [["/usr/bin/xdg-open", tmp_path / "ink.PNG"]]


async def test_channels_and_roles_are_chosen_in_a_form_and_stay_when_nobody_changes_them(
    settings: Settings,
) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine('role "The Poets" ana ben\n@mod /settings panel')
        (form,) = [one for one in await rehearsal.fine("@mod press 3") if isinstance(one, Form)]
        assert form.waits and "The Poets" in form.choices[form.fields[0]]
        await rehearsal.fine(
            f'@mod fill "{form.title}" "{form.fields[0]}":"The Poets"   expect private "@The Poets"'
        )

        await rehearsal.fine('@mod select "Another page" "Gallery and notices"')
        (form,) = [one for one in await rehearsal.fine("@mod press 1") if isinstance(one, Form)]
        assert {"gallery", "cellar", "general"} <= set(form.choices[form.fields[0]])
        await rehearsal.fine(
            f'@mod fill "{form.title}" "{form.fields[0]}":"#gallery"   expect private "#gallery"'
        )
        await rehearsal.fine(
            f'@mod press 1   @mod fill "{form.title}" "{form.fields[0]}":""   expect private "#"'
        )
        wrong = await rehearsal.play(f'@mod press 1   @mod fill "{form.title}" "{form.fields[0]}":"#galery"')
        assert any("did you mean “gallery”" in one.problem for one in wrong if isinstance(one, Wrong))

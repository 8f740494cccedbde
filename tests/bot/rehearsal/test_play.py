"""Every kind of line, against the real bot with a scripted model."""

import re
from pathlib import Path

import pytest

from bot.i18n.text import texts
from bot.ids import LANGUAGES, Lang
from bot.rehearsal.events import Changed, Deleted, Did, Expected, Form, Passed, Posted, Told, Wrong
from bot.settings import Settings
from tests.bot.rehearsal.stage import shown, stage, wrongs


async def test_a_poem_is_written_taken_again_revised_and_credited(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine('@ana /poem topic:"first snow" form:haiku')
        last = shown(rehearsal.events)[-1]
        assert (last.author, last.channel, last.private) == ("Renga", "#general", False)
        assert "for @ana by scripted/scripted" in last.text
        assert last.buttons[0] == "Another take"
        await rehearsal.fine('@ana press 1   expect "2/2"')
        events = await rehearsal.fine('@ana fill "revise" instruction:"darker"   expect "3/3"')
        assert [type(event) for event in events][:3] == [Did, Form, Did]
        await rehearsal.fine('@ana press more   @ana select more credits   expect private "100 %"')


async def test_labels_options_and_commands_are_known_in_both_languages(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine('@ben /诗 题材:初雪   expect "初雪"   @ben press "再来一稿"   expect "2/2"')
        await rehearsal.fine('@ana right-click last "这是谁写的？"   expect private "100 %"')


async def test_people_read_in_their_own_language(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana /poem topic:rain   @ben press publish   expect private 只有作者")
        await rehearsal.fine("in dm   @ben /poem topic:rain   expect 为   in #general")
        await rehearsal.fine('guild "墨与纸" locale:zh-CN   member 安   channel 大厅   @安 /poem topic:雨')
        assert "再来一稿" in shown(rehearsal.events)[-1].buttons


async def test_somebody_elses_text_is_revised_with_their_consent(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana: the old pond")
        events = await rehearsal.fine(
            '@ben right-click last "Revise this" instruction:"darker"   expect "Only @ana decides"'
        )
        assert [event.who for event in events if isinstance(event, Did)] == ["ben", "ben"]
        await rehearsal.fine("@ben press accept")
        assert shown(rehearsal.events)[-1].private
        await rehearsal.fine("@ana press accept   expect the rest by scripted/scripted")


async def test_a_message_is_found_by_what_it_holds(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana /poem topic:snow   @ben: nice!")
        await rehearsal.fine(
            '@ben right-click "for @ana by" "Who wrote this?"   expect private "（AI）写了 100%"'
        )
        await rehearsal.fine('@ben right-click last "Who wrote this?"   expect no private "100%"')


async def test_publishing_shows_in_the_gallery(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@mod /settings gallery channel:#gallery   @ana /poem topic:snow")
        await rehearsal.fine('@ana fill "Publish" title:"White" licence:"CC BY 4.0"')
        await rehearsal.fine('expect private "#gallery"   in #gallery   expect "White"   expect "CC BY 4.0"')


async def test_the_bot_is_told_of_permissions(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        assert wrongs(await rehearsal.play("@ana /settings show"))  # not even shown to her
        await rehearsal.fine("@mod /settings show   expect private #general")


async def test_plain_messages_are_posted_edited_and_deleted(settings: Settings, tmp_path: Path) -> None:
    async with stage(settings) as rehearsal:
        assert [type(event) for event in await rehearsal.fine("@ana: one")] == [Did, Posted]
        assert [type(event) for event in await rehearsal.fine("@ana edit last two")] == [Did, Changed]
        assert [type(event) for event in await rehearsal.fine("@ana delete last")] == [Did, Deleted]
        poem = tmp_path / "poem.txt"
        poem.write_text("the old pond", encoding="utf-8")
        await rehearsal.fine(f'@ana attach "{poem}" "mine"   expect "poem.txt"   expect mine')


async def test_places(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine(
            'thread "The lighthouse"   @ana: in the thread\nin #general   @ana: outside\n'
            'expect no "in the thread"   in thread "The lighthouse"   expect "in the thread"'
        )
        await rehearsal.fine("in dm\n@ana: to you alone\nexpect alone")
        await rehearsal.fine('@ben: hello\nexpect no "alone"\nin #general   expect no alone')


async def test_a_channel_can_be_age_restricted(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        guild = rehearsal.world.env.bot.guilds[0]
        assert {channel.name for channel in guild.text_channels if channel.is_nsfw()} == {"cellar"}


async def test_time_passes(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        before = rehearsal.world.now()
        events = await rehearsal.fine("@ana /poem topic:snow   @ana /usage   expect private 1 of\nwait 25h")
        assert (rehearsal.world.now() - before).total_seconds() >= 25 * 3600
        assert events[-1] == Passed("wait", 25 * 3600)
        await rehearsal.fine('@ana /usage   expect private "0 of"   expect no private "1 of"')


async def test_what_is_periodic_runs_when_time_passes(settings: Settings, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    for file in settings.prompts_folder().rglob("*.toml"):
        copy = prompts / file.relative_to(settings.prompts_folder())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    own = settings.model_copy(update={"prompts": prompts})
    async with stage(own) as rehearsal:
        text = (prompts / "poem.toml").read_text(encoding="utf-8")
        (prompts / "dirge.toml").write_text(
            text.replace('"Poem"', '"Dirge"').replace('"诗"', '"挽歌"'), "utf-8"
        )
        assert wrongs(await rehearsal.play("@ana /dirge topic:snow"))
        await rehearsal.fine("wait 1m   @ana /dirge topic:snow   expect snow")


async def test_buttons_work_after_a_restart(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        events = await rehearsal.fine('@ana /poem topic:"first snow"   restart   expect "first snow"')
        assert Passed("restart") in events
        bot = rehearsal.world.env.bot
        await rehearsal.fine('restart   @ana press "Another take"   expect "2/2"')
        assert rehearsal.world.env.bot is not bot


async def test_help_and_show(settings: Settings) -> None:
    async with stage(settings, lang="zh") as rehearsal:
        (told,) = await rehearsal.fine("help")
        assert isinstance(told, Told) and "按钮，按名称或编号" in told.text
        await rehearsal.fine("@ana: one   ")
        await rehearsal.fine("@ana: two")
        (told,) = await rehearsal.fine("show")
        assert isinstance(told, Told) and [seen.text for seen in told.seen] == ["one", "two"]


async def test_expectations(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana /poem topic:snow form:nonsense")
        events = await rehearsal.play("expect private nonsense   expect private haiku   expect no nonsense")
        assert [event.met for event in events if isinstance(event, Expected)] == [True, False, False]
        # What was private to ana is not seen by ben, and not by her for a new act.
        await rehearsal.fine("@ben: hm   \nexpect no nonsense")
        await rehearsal.fine("@ana: hm   \nexpect no private nonsense")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("@eve: hello", "no member is called “eve” here; there is: ana, ben, mod"),
        ("in #nowhere", "no channel is called “nowhere” here; there is: gallery, cellar, general"),
        ('in thread "x"', "no thread is called “x” here; there is: none"),
        ("@ana /dance", "no command is called “/dance” here; there is: "),
        ("@ana /poem topic:x colour:red", "no option is called “colour” here; there is: topic, "),
        (
            "@ana /poem topic:x language:French",
            "no choice is called “French” here; there is: English, Chinese",
        ),
        ("@ana /poem topic:x seed:many", "seed must be a number, not “many”"),
        ("@ana /poem topic:x private:perhaps", "private must be yes or no, not “perhaps”"),
        ("@ana press Dance", "no button is called “Dance” here; there is: none"),
        ("@ana select Language x", "no menu is called “Language” here; there is: none"),
        ('@ana right-click last "Who wrote this?"', "no message is called “last” here; there is: none"),
        ("@ana delete last", "no message is called “last” here; there is: none"),
        ("@ana attach nothing.txt", "there is no file “nothing.txt” that can be read"),
        ("member eve fly", "no permission is called “fly” here; there is: manage_guild, manage_messages, …"),
        ("member ana", "ana is there already"),
        ("channel general", "#general is there already"),
        ("expect something", "nobody has done anything yet"),
        ("@ana /poem", "topic"),
    ],
)
async def test_what_cannot_be_done_is_told(settings: Settings, line: str, problem: str) -> None:
    async with stage(settings) as rehearsal:
        (wrong,) = [event for event in await rehearsal.play(line) if isinstance(event, Wrong)]
        assert problem in wrong.problem
        assert not wrong.bot


async def test_an_empty_world_says_what_to_make(settings: Settings) -> None:
    async with stage(settings, scene="") as rehearsal:
        assert await rehearsal.play("channel general") == [
            Wrong("there is no server yet: guild “Ink and Paper” makes one")
        ]
        events = await rehearsal.play("guild Ink   member ana   @ana: hello")
        assert events[-1] == Wrong("there is no channel yet: channel general makes one")


async def test_a_form_that_is_not_shown_and_a_field_that_is_not_there(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana /poem topic:snow")
        (wrong,) = wrongs(await rehearsal.play("@ana fill More title:x"))
        assert wrong == Wrong("that shows no form")
        (wrong,) = wrongs(await rehearsal.play("@ana fill Publish colour:x"))
        assert wrong == Wrong("no field is called “colour” here; there is: Title, Licence")


async def test_the_bot_may_be_down_for_hours_and_somebody_may_leave(settings: Settings) -> None:
    async with stage(settings) as held:
        await held.fine("@ben: here  for a while")
        before = held.world.now()
        await held.fine("restart 5h")
        assert (held.world.now() - before).total_seconds() >= 5 * 3600
        guild = held.world.here().handle
        ben = held.world.member("ben").id
        assert ben in guild.member_ids()
        await held.fine("@ben leave")
        assert ben not in guild.member_ids()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_buttons_that_the_help_names_are_there(lang: Lang) -> None:
    known = {text for key, text in texts(lang).items() if key.startswith(("button.", "modal.form-check"))}
    for part in ("banner", "help"):
        told = texts(lang)[f"rehearsal.{part}"]
        named = re.findall(r'(?:press|fill) "([^"]+)"', told)
        assert named and all({name, f"{name}…"} & known for name in named), named


async def test_a_form_that_a_command_opened_is_filled_in_by_its_title(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine(
            '@ana /form check form:haiku   expect "Your poem"\n'
            '@ana fill "Check a poem" poem:"An old silent pond\\nA frog jumps into the pond\\nSplash!"\n'
            'expect private "1 syllable, 4 too few"   expect no "Your poem"'
        )
        # It is shown once: what was sent off is not there to be filled in again, nor for somebody else.
        assert wrongs(await rehearsal.play('@ana fill "Check a poem" poem:"snow"'))
        await rehearsal.fine("@ana /form check form:haiku")
        assert wrongs(await rehearsal.play('@ben fill "Check a poem" poem:"snow"'))

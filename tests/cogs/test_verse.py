"""/form: a member's own poem checked, and the check of what a model wrote."""

from __future__ import annotations

from tests.cogs.world import World, private

HAIKU = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again"


async def check(world: World, form: str, poem: str) -> str:
    asked = await world.ana.slash(world.general, "form check", form=form)
    assert asked.modal is not None
    return private(await world.ana.submit_modal(asked, {"form": form, "poem": poem}))


async def test_a_members_poem_is_checked_line_by_line_for_them_alone(world: World) -> None:
    told = await check(world, "haiku", HAIKU)
    assert "5-7-5 ✓" in told
    told = await check(world, "haiku", HAIKU.replace("old ", "very old "))
    assert "5-7-5 ✗" in told
    assert "too many or too few" not in told and ("too few" in told or "too many" in told)


async def test_in_chinese(world: World) -> None:
    world.locales[world.ana.id] = "zh-CN"
    told = await check(world, "俳句", HAIKU.replace("again", "now"))
    assert "4 个音节，少了 1 个" in told


async def test_a_form_described_and_one_that_is_none(world: World) -> None:
    told = await check(world, "AABB", "the cat\nthe hat\nthe dog\nthe log")
    assert "AABB ✓" in told
    refused = await world.ana.slash(world.general, "form check", form="nothing 🌸")
    assert "nothing" in private(refused)


async def test_nothing_in_a_poem_pings_or_formats(world: World) -> None:
    told = await check(world, "haiku", "@everyone **old** pond\n[x](https://x.example)\n`frog`")
    assert "@everyone" not in told.replace("@\u200beveryone", "")
    assert "[x](https" not in told


async def test_the_forms_are_listed_and_offered(world: World) -> None:
    assert "Haiku" in private(await world.ana.slash(world.general, "form list"))
    offered = await world.ana.autocomplete(world.general, "form check", "form", "sonn")
    assert {choice["value"] for choice in offered} >= {"sonnet-shakespearean", "sonnet-petrarchan"}


async def test_the_usual_forms_are_offered_before_anything_is_typed_in_both_languages(world: World) -> None:
    async def offered(typed: str) -> list[str]:
        return [
            one["value"] for one in await world.ana.autocomplete(world.general, "form check", "form", typed)
        ]

    assert {"haiku", "limerick", "free"} <= set(await offered(""))
    assert await offered("ABAB, 8 6 8 6") == ["ABAB, 8 6 8 6"], "a description is understood"
    assert await offered("ABAB, 8 6 8") == []
    world.locales[world.ana.id] = "zh-CN"
    assert {"wujue", "qilv"} <= set(await offered(""))
    assert await offered("如梦") == ["ci-rumengling"]


async def test_the_list_is_by_language_and_says_how_to_describe_one(world: World) -> None:
    told = private(await world.ana.slash(world.general, "form list"))
    assert told.index("__In English__") < told.index("Villanelle") < told.index("__In Chinese__")
    assert "、如梦令、" in told
    assert "Free verse" in told and "`ABAB, 8 6 8 6`" in told


async def test_a_mistake_in_a_description_is_told_before_a_poem_is_typed(world: World) -> None:
    for command in ("form check", "poem"):
        options = {"form": "ABAB, 8 6 8"} | ({"topic": "snow"} if command == "poem" else {})
        refused = await world.ana.slash(world.general, command, **options)
        assert "4 lines, but 3 numbers" in private(refused)


async def test_a_poem_in_the_wrong_language_is_told_so_and_free_verse_is_no_mistake(world: World) -> None:
    told = await check(world, "sonnet-shakespearean", "白日依山尽\n黄河入海流")
    assert "the text is in Chinese" in told and "syllables" not in told
    assert "asks for nothing that can be counted" in await check(world, "free", HAIKU)


async def test_an_acrostic_is_checked_by_the_word_it_is_to_spell(world: World) -> None:
    asked = await world.ana.slash(world.general, "form check", form="acrostic")
    assert asked.modal is not None
    fields = [row["components"][0]["custom_id"] for row in asked.modal["components"]]
    assert fields == ["form", "word", "poem"]
    poem = "Snow falls\nNow and then\nOver the\nWindow"
    for word, sign in (("snow", "✓"), ("rain", "✗")):
        asked = await world.ana.slash(world.general, "form check", form="acrostic")
        sent = await world.ana.submit_modal(asked, {"form": "acrostic", "word": word, "poem": poem})
        assert private(sent).startswith(f"**Acrostic {sign}**"), word


async def test_a_published_work_carries_its_mark_and_an_edited_one_is_checked_again(world: World) -> None:
    world.model.say(HAIKU)
    poem = await world.poem(form="haiku")
    asked = await world.ana.click(poem, label="Edit")
    await world.ana.submit_modal(asked, {"text": HAIKU.replace("old ", "very old ")})
    assert "\n-# Haiku 5-7-5 ✗ · ✗ 1 line fails: 1\n" in world.last().content
    asked = await world.ana.click(world.last(), label="Publish")
    await world.ana.submit_modal(asked, {"title": "Pond"})
    assert world.text(world.last()).startswith("## Pond") and "-# Haiku 5-7-5 ✗" in world.text(world.last())


async def test_the_mark_of_a_sonnet_is_whole(world: World) -> None:
    world.model.say("\n".join(["So long lives this, and this gives life to thee"] * 14))
    poem = await world.poem(form="sonnet-shakespearean")
    assert "\n-# Shakespearean sonnet ABAB CDCD EFEF GG " in poem.content
    assert " · iambic pentameter 14/14" in poem.content


async def test_what_a_model_wrote_carries_its_mark(world: World) -> None:
    world.model.say(HAIKU)
    await world.ana.slash(world.general, "poem", topic="pond", form="haiku")
    shown = [message.content for message in world.env.backend.messages[world.general.id].values()]
    assert any("Haiku 5-7-5 ✓" in text for text in shown)
    world.model.say("one two three")
    await world.ana.slash(world.general, "poem", topic="pond", form="haiku")
    shown = [message.content for message in world.env.backend.messages[world.general.id].values()]
    assert any("Haiku 5-7-5 ✗" in text for text in shown)


async def test_a_message_is_checked_by_right_click_with_its_poem_filled_in(world: World) -> None:
    said = await world.ben.send(world.general, HAIKU)
    asked = await world.on_message(world.ana, said, "check")
    assert asked.modal is not None
    fields = [row["components"][0] for row in asked.modal["components"]]
    assert fields[1]["value"] == HAIKU
    await world.restart()
    told = private(await world.ana.submit_modal(asked, {"form": "haiku", "poem": HAIKU}))
    assert "5-7-5 ✓" in told


async def test_a_work_is_checked_by_right_click_and_by_its_button_by_the_form_it_was_written_to(
    world: World,
) -> None:
    world.model.say(HAIKU)
    poem = await world.poem(form="haiku")
    for told in (
        private(await world.on_message(world.ben, poem, "check")),
        private(await world.more(world.ben, poem, "Whole report")),
    ):
        assert "**5-7-5 ✓**" in told
        assert "✓ A frog jumps into the pond · 7\n" in told
        assert "3 lines in 1 stanza · 13 words, 12 different" in told


async def test_the_whole_report_in_chinese_after_a_restart(world: World) -> None:
    world.locales[world.ana.id] = "zh-CN"
    world.model.say("白日依山盡，黃河入海流。\n欲窮千里目，更上一層樓。")
    poem = await world.poem(topic="登楼", form="五绝")
    await world.restart()
    told = private(await world.more(world.ana, poem, "report"))
    assert "完整报告" not in told and "白日依山盡 · 5" in told and "20 字" in told
    assert "白日依山盡" in told and "平仄" in told


async def test_a_long_report_comes_in_parts_and_one_without_a_form_says_so(world: World) -> None:
    world.model.say("one line alone")
    poem = await world.poem()
    assert "none that can be checked" in private(await world.more(world.ana, poem, "Whole report"))
    verse = "\n".join(["So long as men can breathe or eyes can see so long lives this"] * 30)
    told = await check(world, "blank-verse", verse)
    assert told.count("So long as men") == 30 and len(told) > 2_000


async def test_a_very_long_report_is_a_file_and_what_fails_stands_before_it(world: World) -> None:
    verse = "\n".join(["So long as men can breathe or eyes can see", "and breathe"] * 60)
    asked = await world.ana.slash(world.general, "form check", form="blank-verse")
    sent = await world.ana.submit_modal(asked, {"form": "blank-verse", "poem": verse})
    (message,) = [one for one in (sent.response, *sent.followups) if one is not None and one.attachments]
    assert message.attachments[0].filename == "report.txt" and len(message.content) <= 2_000
    assert "✗ and breathe\n-# 2 · stress x/\n-# ✗ 2 syllables, 8 too few" in message.content
    assert "✓ So long" not in message.content and message.content.endswith("is in the file")
    whole = bytes(world.env.backend.cdn.get(message.attachments[0].url)).decode()
    assert whole.count("\n") > 120 and "**" not in whole and "-#" not in whole


async def test_a_poem_is_written_to_a_form_that_is_described(world: World) -> None:
    world.model.say("the cat\nthe hat\nthe dog\nthe log")
    await world.ana.slash(world.general, "poem", topic="cat", form="aabb,  2")
    shown = [message.content for message in world.env.backend.messages[world.general.id].values()]
    assert any("\n-# AABB 2 ✓\n" in text for text in shown), shown
    told = world.model.requests[0].messages[-1].text
    assert "The form: aabb, 2." in told and "1: 2 syllables" in told


async def test_the_rhyme_book_is_the_members_choice(world: World) -> None:
    poem = "白日依山尽\n黄河入海流\n欲穷千里目\n更上一层楼"
    asked = await world.ana.slash(world.general, "form check", form="五绝", book="xinyun")
    fields = {"form": "五绝", "book": "中华新韵", "poem": poem}
    assert "中华新韵" in private(await world.ana.submit_modal(asked, fields))
    asked = await world.ana.slash(world.general, "form check", form="五绝", book="xinyun")
    wrong = await world.ana.submit_modal(asked, fields | {"book": "my own"})
    assert "my own" in private(wrong)

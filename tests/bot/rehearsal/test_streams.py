"""Text is seen as it comes, and can be stopped while it comes."""

import asyncio

from bot.rehearsal.events import Changed, Did, Event, Posted, Wrong
from bot.settings import Settings
from tests.bot.rehearsal.stage import Flowing, shown, stage, wrongs
from tests.patience import PATIENCE


async def test_a_text_is_seen_before_it_is_complete(settings: Settings) -> None:
    model = Flowing()
    async with stage(settings, backends=[model]) as rehearsal:
        texts: set[str] = set()

        def seen(event: Event) -> None:
            if isinstance(event, Posted | Changed) and "frog" in event.message.text:
                texts.add(event.message.text)
                # Unseen, it would never end.
                model.enough = len(texts) >= 3

        rehearsal.on_event = seen
        async with asyncio.timeout(PATIENCE):
            await rehearsal.fine("@ana /poem topic:pond   expect The sound of water.")
        assert len([text for text in texts if "water" not in text]) >= 3


async def test_stop_is_pressed_meanwhile(settings: Settings) -> None:
    async with stage(settings, backends=[Flowing()]) as rehearsal:
        async with asyncio.timeout(PATIENCE):
            events = await rehearsal.fine("@ana /poem topic:pond\nmeanwhile @ana press stop\nexpect old pond")
        assert [event.what for event in events if isinstance(event, Did)] == ["/poem topic:pond", "[Stop]"]
        assert "Another take" in shown(events)[-1].buttons
        assert "water" not in shown(events)[-1].text


async def test_somebody_else_cannot_stop_it(settings: Settings) -> None:
    model = Flowing()
    async with stage(settings, backends=[model]) as rehearsal:

        def seen(event: Event) -> None:
            model.enough |= isinstance(event, Did) and event.who == "ben"

        rehearsal.on_event = seen
        async with asyncio.timeout(PATIENCE):
            await rehearsal.fine("@ana /poem topic:pond\nmeanwhile @ben press stop\nexpect water")


async def test_interrupting_is_pressing_stop(settings: Settings) -> None:
    async with stage(settings, backends=[Flowing()]) as rehearsal:
        rehearsal.on_event = lambda event: rehearsal.player.interrupt() if isinstance(event, Posted) else None
        async with asyncio.timeout(PATIENCE):
            await rehearsal.fine("@ana /poem topic:pond   expect old pond   expect no water")


async def test_what_is_never_there_meanwhile_is_told(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        events = await rehearsal.play("@ana: hello\nmeanwhile @ana press Stop")
        assert events[-1] == Wrong("“Stop” was not there while the bot was at work")


async def test_a_text_shown_only_for_a_moment_was_seen(settings: Settings) -> None:
    model = Flowing()
    async with stage(settings, backends=[model]) as rehearsal:

        def seen(event: Event) -> None:
            model.enough |= isinstance(event, Changed) and "frog" in event.message.text

        rehearsal.on_event = seen
        await rehearsal.fine("@ana /poem topic:pond   @ana fill edit text:nothing   expect no frog")
        model.enough = False
        # The second take shows frogs while it comes; then it is stopped, and looks like this take no more.
        async with asyncio.timeout(PATIENCE):
            await rehearsal.fine('@ana press "another take"')
        assert wrongs(await rehearsal.play("expect no frog"))
        assert not wrongs(await rehearsal.play("@ana press ◀   expect no frog"))

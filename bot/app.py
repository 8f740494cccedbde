"""Puts the bot together: opens what it needs, in order, and closes it in reverse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from bot.backends.base import Backend
from bot.backends.judges import Judge, build_judge
from bot.backends.registry import build
from bot.backends.router import Router
from bot.house.book import HouseBook
from bot.house.model import DEFAULT, House
from bot.moderation.compiled import compile_rules
from bot.moderation.looks import get_ready
from bot.prompting.catalogue import Catalogue
from bot.services.anchoring import Anchoring
from bot.services.asking import Asker
from bot.services.books_writer import ChapterWriter
from bot.services.compose import Composer
from bot.services.credits_desk import CreditsDesk
from bot.services.dispatch import Dispatch
from bot.services.filters import Filters, GuildFilters
from bot.services.forming import Formed
from bot.services.forms import FormDesk, shape_faults
from bot.services.house_desk import HouseDesk
from bot.services.ink import InkDesk
from bot.services.judging_critic import Critic
from bot.services.judging_distinct import Distinct
from bot.services.judging_facts import FactDesk
from bot.services.judging_votes import VoteDesk
from bot.services.moderation_book import RuleBook
from bot.services.moderation_desk import RuleDesk
from bot.services.moderation_report import Reports
from bot.services.moderation_undo import RuleHistory
from bot.services.moderation_watch import Watch
from bot.services.ports import Notes
from bot.services.privacy import Privacy
from bot.services.publish import Publisher
from bot.services.publish_asked import PublishingDesk
from bot.services.recovery import Recovery
from bot.services.review import ReviewDesk
from bot.services.review_resume import Resumer
from bot.services.revise import Reviser
from bot.services.scribe import Scribe
from bot.services.stories import Outcome, StoryTable
from bot.services.stories_clock import StoryClock
from bot.services.stories_privacy import LeavingStories
from bot.services.stories_review import HeldTurns
from bot.services.stories_time import StoryTime
from bot.services.stories_writer import StoryWriter
from bot.services.supervisor import Supervisor
from bot.services.usage import Usage
from bot.settings import Settings
from bot.storage.books import SqlPlans
from bot.storage.lessons import beside
from bot.storage.store import Store, open_store
from bot.storage.stories import SqlStories
from bot.works import WorkStore

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything a cog may ask for."""

    settings: Settings
    catalogue: Catalogue
    router: Router
    works: WorkStore
    notes: Notes
    composer: Composer
    reviser: Reviser
    publisher: Publisher
    publishing: PublishingDesk
    credits: CreditsDesk
    forms: FormDesk
    ink: InkDesk
    facts: FactDesk
    critic: Critic
    votes: VoteDesk
    usage: Usage
    desk: HouseDesk
    filters: Filters
    rules: RuleDesk
    rule_history: RuleHistory
    reviews: ReviewDesk
    resumer: Resumer
    watch: Watch
    reports: Reports
    privacy: Privacy
    dispatch: Dispatch
    stories: StoryTable
    story_writer: StoryWriter
    chapters: ChapterWriter
    plans: SqlPlans
    story_time: StoryTime
    story_clock: StoryClock
    supervisor: Supervisor
    recovery: Recovery
    store: Store
    clock: Clock
    simulated: bool
    """Whether time is that of a simulated world: this is a rehearsal."""

    async def begin(self) -> None:
        """Once Discord can be reached: recover what was cut off, once, and start the periodic tasks."""
        await self.recovery.begin()


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    backends: Sequence[Backend] | None = None,
    filters: Filters | None = None,
    judge: Judge | None = None,
    clock: Clock = _now,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[App]:
    """Open the store and the backends, and build the services over them.

    ``backends`` replaces those of the settings, each is closed at the end; ``clock``
    and ``sleep`` are those of a simulated world, where there is one.

    Raises:
        RengaError: a setting, a prompt file or the database is not as it must be.
    """
    async with AsyncExitStack() as stack:
        catalogue = Catalogue.load(settings.prompts_folder(), shape_faults)
        store = await stack.enter_async_context(open_store(settings.database, clock=clock))
        lessons = beside(settings.database)
        router = build(settings, lessons) if backends is None else Router(backends, default=settings.model)
        stack.push_async_callback(router.aclose)
        book = HouseBook(store.house, _defaults(settings))
        usage = Usage(store.usage, book, clock)
        judge = judge or build_judge(settings)
        if judge is not None:
            stack.push_async_callback(judge.aclose)
        rules = RuleBook(store.rules, store.reviews, partial(compile_rules, judge=judge))
        await asyncio.to_thread(get_ready)
        for guild in await rules.open():
            await book.refresh(guild)
        watch = Watch(
            store=store.rules,
            book=rules,
            houses=book,
            outbox=store.outbox,
            clock=clock,
            log=store.moderation,
        )
        stack.push_async_callback(watch.aclose)
        judges = filters or GuildFilters(
            rules, book, watch, clock, members=store.members, secrets=settings.secrets()
        )
        reviews = ReviewDesk(
            store=store.reviews,
            log=store.moderation,
            outbox=store.outbox,
            houses=book,
            book=rules,
            clock=clock,
        )
        stack.push_async_callback(reviews.aclose)
        forms, ink, distinct = FormDesk(catalogue), InkDesk(store.judging), Distinct(store.judging)
        credits = CreditsDesk(store.works, store.ledger)
        formed = Formed(router)
        scribe = Scribe(
            works=store.works,
            backend=formed,
            allowances=usage,
            filters=judges,
            clock=clock,
            distinct=distinct,
        )
        asker = Asker(catalogue, book, store.members, deadline=settings.deadline)
        supervisor = Supervisor(sleep)
        stack.push_async_callback(supervisor.aclose)
        dispatch = Dispatch(works=store.works, outbox=store.outbox, usage=store.usage, clock=clock)
        supervisor.add("outbox", 15.0, dispatch.run_once)
        supervisor.add("unshown", 15.0, dispatch.catch_up)
        supervisor.add("settings", 5.0, book.refresh_all)
        supervisor.add("rules", 5.0, rules.refresh_all)
        supervisor.add("judged texts", 10.0, watch.flush)
        supervisor.add("reviews", 30.0, reviews.sweep)
        reports = Reports(
            rules=store.rules,
            moderation=store.moderation,
            outbox=store.outbox,
            notes=store.notes,
            houses=book,
            book=rules,
            clock=clock,
        )
        supervisor.add("filter reports", 900.0, reports.run)
        anchoring = Anchoring(
            chains=store.ledger, outbox=store.outbox, notes=store.notes, houses=book, clock=clock
        )
        supervisor.add("heads of chains", 900.0, anchoring.run)
        supervisor.add("judged texts kept", 3_600.0, watch.tidy)
        supervisor.add("moderation logs kept", 3_600.0, reviews.tidy)
        supervisor.add("messages kept", 3_600.0, store.outbox.expire)
        supervisor.add("requests kept", 3_600.0, store.usage.expire)

        async def reload() -> None:
            await asyncio.to_thread(catalogue.reload_if_changed)

        supervisor.add("prompts", 10.0, reload)
        composer = Composer(
            catalogue=catalogue,
            works=store.works,
            asker=asker,
            scribe=scribe,
            allowances=usage,
            filters=judges,
        )
        reviser = Reviser(
            catalogue=catalogue,
            works=store.works,
            members=store.members,
            asker=asker,
            scribe=scribe,
            allowances=usage,
            filters=judges,
            clock=clock,
        )
        resumer = Resumer(composer=composer, reviser=reviser, works=store.works, dispatch=dispatch)
        resumer.attend(reviews)
        table = StoryTable(store=SqlStories(store.database), filters=judges, clock=clock)
        table.most_open = settings.member_stories
        HeldTurns(table, reviews).attend()
        story_time = StoryTime(table, members=store.members, notes=store.notes, clock=clock)
        story_clock = StoryClock(table.store, story_time.ring, clock=clock, sleep=sleep)
        stack.push_async_callback(story_clock.aclose)
        supervisor.add("stories", 60.0, story_time.alive)

        privacy = Privacy(LeavingStories(store.privacy, table))
        privacy.remembers(watch.forget)
        privacy.remembers(lambda member, guild: router.forget())
        publisher = Publisher(
            works=store.works,
            ledger=store.ledger,
            outbox=store.outbox,
            book=book,
            filters=judges,
            clock=clock,
        )
        publishing = PublishingDesk(works=store.works, publisher=publisher, clock=clock)
        supervisor.add("questions to authors", 300.0, publishing.sweep)

        rule_desk = RuleDesk(store.rules, rules, watch, clock, judge=judge.name if judge else None)

        async def after(outcome: Outcome) -> None:
            for row in outcome.outgoing:
                await dispatch.deliver(row)
            story_clock.wake()

        table.after, table.wake = after, story_clock.wake
        recovery = Recovery(
            dispatch=dispatch, story_time=story_time, story_clock=story_clock, supervisor=supervisor
        )
        await recovery.look_back()
        yield App(
            settings=settings,
            catalogue=catalogue,
            router=router,
            works=store.works,
            notes=store.notes,
            composer=composer,
            reviser=reviser,
            publisher=publisher,
            publishing=publishing,
            credits=credits,
            forms=forms,
            ink=ink,
            facts=FactDesk(works=store.works, credits=credits, forms=forms, distinct=distinct, ink=ink),
            critic=Critic(
                catalogue=catalogue,
                asker=asker,
                router=router,
                allowances=usage,
                spending=store.usage,
                filters=judges,
            ),
            votes=VoteDesk(works=store.works, store=store.judging, composer=composer, clock=clock),
            usage=usage,
            desk=HouseDesk(store.house, store.members, book, clock),
            filters=judges,
            rules=rule_desk,
            rule_history=RuleHistory(
                store=store.rules, moderation=store.moderation, desk=rule_desk, book=rules, clock=clock
            ),
            reviews=reviews,
            resumer=resumer,
            watch=watch,
            reports=reports,
            privacy=privacy,
            dispatch=dispatch,
            stories=table,
            story_writer=StoryWriter(
                table,
                info=router.info,
                catalogue=catalogue,
                asker=asker,
                backend=formed,
                allowances=usage,
                usage=store.usage,
                filters=judges,
                clock=clock,
            ),
            chapters=ChapterWriter(
                table,
                catalogue=catalogue,
                asker=asker,
                backend=router,
                allowances=usage,
                usage=store.usage,
                filters=judges,
                clock=clock,
            ),
            plans=SqlPlans(store.database),
            story_time=story_time,
            story_clock=story_clock,
            supervisor=supervisor,
            recovery=recovery,
            store=store,
            clock=clock,
            simulated=clock is not _now,
        )


def _defaults(settings: Settings) -> House:
    return replace(
        DEFAULT,
        model=settings.model,
        member_requests=settings.member_requests,
        member_tokens=settings.member_tokens,
        guild_requests=settings.guild_requests,
        guild_tokens=settings.guild_tokens,
    )

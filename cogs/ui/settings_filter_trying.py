"""Commands of /filter that try and explain, and that look back."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.client import Renga
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import MemberId
from bot.moderation.rules import Kind
from bot.moderation.verdict import Action, Verdict
from bot.services.moderation_desk import TRIED
from cogs.ui.reply import acknowledge, tell
from cogs.ui.review_look import for_moderators
from cogs.ui.settings_filter_group import KIND_CHOICES, FilterCommands, filters, named, options, typed_rule
from cogs.ui.settings_keeper import require_reviewer
from cogs.ui.settings_rule_texts import attempt_text, kept_text, lines_text, log_text, verdict_text
from cogs.ui.split import MESSAGE_LIMIT
from cogs.ui.studio import quickly
from cogs.ui.where import lang_read, member_of, place_of, space_of

_WANTED = [
    app_commands.Choice(name=say("moderation.must_block"), value="block"),
    app_commands.Choice(name=say("moderation.must_allow"), value="allow"),
]


class Trying(FilterCommands):
    """Rules as moderators try them, and what came of them."""

    @filters.command(**named("test"))
    @options(text="text/tested")
    async def test(self, interaction: discord.Interaction[Renga], text: str) -> None:
        """Say what the rules, those in shadow too, make of a text."""
        await self.begin(interaction)
        verdict, titles = await self._explained(interaction, text)
        await tell(interaction, verdict_text(verdict, titles, lang_read(interaction)))

    async def _explained(
        self, interaction: discord.Interaction[Renga], text: str
    ) -> tuple[Verdict, dict[str, str]]:
        """What every rule says of a text here, and the titles of rules."""
        place, book = place_of(interaction), self.app.desk.book
        rating = book.rating((await book.of(place)).house, place)
        return await self.desk.explain(place, text, rating)

    @filters.command(**named("try"))
    @options(rule="rule", words="words", kind="kind", last="last")
    @app_commands.choices(kind=KIND_CHOICES)
    async def attempt(
        self,
        interaction: discord.Interaction[Renga],
        rule: int = 0,
        words: str = "",
        kind: str = "words",
        last: app_commands.Range[int, 1, TRIED] = TRIED,
    ) -> None:
        """Run a rule, or words that are none yet, over what was said here; nothing is changed."""
        await self.begin(interaction)
        guild = space_of(interaction)
        if rule:
            _, draft = await self.desk.rule(guild, rule)
        else:
            draft = typed_rule(Kind(kind), Action.BLOCK, words)
        tried = await self.desk.attempt(guild, draft, limit=last)
        await tell(interaction, attempt_text(tried, lang_read(interaction)))

    @attempt.autocomplete("rule")
    async def _rules_to_try(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[int]]:
        return self.matching(interaction, typed)

    @filters.command(**named("must"))
    @options(wanted="must", text="text/line")
    @app_commands.choices(wanted=_WANTED)
    async def must(self, interaction: discord.Interaction[Renga], wanted: str, text: str) -> None:
        """Keep a line that the rules must block, or must let pass."""
        await self.begin(interaction)
        interaction.extras["input"] = text
        stored = await self.desk.add_line(
            space_of(interaction), text, wanted=wanted == "block", by=member_of(interaction)
        )
        verdict, titles = await self._explained(interaction, stored.text)
        await tell(interaction, kept_text(stored, verdict, titles, lang_read(interaction)))

    @filters.command(**named("lines"))
    @options(remove="remove")
    async def lines(self, interaction: discord.Interaction[Renga], remove: int = 0) -> None:
        """Show the lines that rules are tried on, or take one away."""
        await self.begin(interaction)
        if remove:
            await self.desk.remove_line(space_of(interaction), remove, by=member_of(interaction))
        await self._lines(interaction)

    @filters.command(**named("queue"))
    async def queue(self, interaction: discord.Interaction[Renga]) -> None:
        """Show the oldest text that waits for a moderator, and how many do."""
        await quickly(require_reviewer(interaction))
        await acknowledge(interaction, private=True)
        await self.show_queue(interaction)

    async def show_queue(self, interaction: discord.Interaction[Renga]) -> None:
        """Show what waits first."""
        lang = lang_read(interaction)
        waiting = await self.app.reviews.waiting(space_of(interaction))
        if not waiting:
            await tell(interaction, translate("moderation.queue_empty", lang))
            return
        frame = for_moderators(waiting[0], lang)
        head = translate("moderation.queue", lang, count=len(waiting))
        await tell(
            interaction, f"{head}\n{frame.content}"[:MESSAGE_LIMIT], view=frame.view, files=frame.files
        )

    @filters.command(**named("log"))
    @options(member="member")
    async def log(self, interaction: discord.Interaction[Renga], member: discord.User | None = None) -> None:
        """Show who did what, to whom, by which rule."""
        await self.begin(interaction)
        entries = await self.app.store.moderation.entries(
            space_of(interaction), member=MemberId(member.id) if member is not None else None
        )
        await tell(interaction, log_text(entries, lang_read(interaction)))

    async def _lines(self, interaction: discord.Interaction[Renga]) -> None:
        guild = space_of(interaction)
        lines, broken = await self.desk.lines(guild), await self.desk.broken(guild)
        await tell(interaction, lines_text(lines, broken, lang_read(interaction)))

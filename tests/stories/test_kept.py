"""What the database keeps of stories is read again, also what an older Renga wrote."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.services.stories_codec import event_from, event_text, kind_of, story_from, story_text
from bot.stories import events as ev
from bot.stories.model import Terms
from tests.stories.circle import ANN, BEN, NOON, Circle

LATER = ("tally", "invited", "removed")
"""What stories did not have at first."""


def test_a_story_of_an_older_renga_goes_on() -> None:
    circle = Circle(BEN)
    circle.order(3)
    kept = json.loads(story_text(circle.story))
    for name in LATER:
        del kept[name]
    for name in ("held", "nudges"):
        del kept["current"][name]
    story = story_from(json.dumps(kept))
    assert story.words == circle.story.words == 30 and story.current == circle.story.current
    circle.story = story
    circle.writes(BEN, 5)
    assert circle.story.words == 35 and story_from(story_text(circle.story)) == circle.story


def test_an_event_keeps_what_it_says_and_not_what_is_unknown_here() -> None:
    for event in (
        ev.Arrange(by=ANN, terms=Terms(longest=99, ground_rules="“Be kind.”\n<@1>")),
        ev.WasDown(since=NOON - timedelta(hours=1)),
        ev.AddLore(by=ANN, name="玛拉", text="她的眼睛是绿的。", keys=("玛拉",), turn=2),
    ):
        assert event_from(kind_of(event), event_text(event)) == event
    assert event_from("Join", '{"by": 2, "moderator": false, "invited": true}') == ev.Join(by=BEN)

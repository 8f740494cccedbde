"""Reads the lines of a rehearsal.

    # comment
    guild "Ink and Paper" locale:zh-CN        member ana locale:zh-CN      member mod manage_guild
    channel general      channel cellar nsfw  in #general                  in thread "The lighthouse"
    in dm                thread "The lighthouse"
    @ana /poem topic:"first snow" form:haiku  @ana: a plain message        @ana attach poem.txt "mine"
    @ana press "Another take"                 @ana fill "Revise…" instruction:"darker"
    @ben right-click last "Who wrote this?"   @mod select "Language" "中文"
    @ana edit last "new words"                @ana delete last             meanwhile @ana press "Stop"
    wait 2h      restart      restart 5h      expect "text"   expect no "text"   expect private "text"
    @ben leave   show

Several lines may stand in one, two or more spaces apart, when each begins with
one of the words above; what somebody says goes on to the end of the line.
Text goes in "…" or “…”, where ``\\n`` is a line break; words without quotes
belong together as far as nothing else can be meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from bot.rehearsal import lines
from bot.rehearsal.lines import ACTS, USAGE, Line
from bot.rehearsal.trouble import ScriptError
from bot.rehearsal.words import Word, past_spaces, words

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "秒": 1, "分": 60, "时": 3600, "天": 86400}

_SAID = re.compile(r"@([^\s:：]+)[:：][^\S\n]*(.*)", re.DOTALL)


def parse(text: str, *, who: str = "") -> list[tuple[int, Line]]:
    """Read a whole script into (line number, line).

    Raises:
        ScriptError: at the first line that cannot be read.
    """
    found: list[tuple[int, Line]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        found += [(number, one) for one in parse_line(line, number, who=who)]
    return found


def parse_line(text: str, number: int = 1, *, who: str = "") -> list[Line]:
    """Read one line of text; ``who`` acts where nobody is named.

    Raises:
        ScriptError: it cannot be read.
    """
    found: list[Line] = []
    at = 0
    while (at := past_spaces(text, at)) < len(text) and text[at] != "#":
        if said := _SAID.match(text, at):
            return [*found, lines.Say(said[1], said[2].rstrip().replace("\\n", "\n"))]
        read, at = words(text, at, number)
        found.append(_Reader(read, number, who).line())
    return found


class _Reader:
    """Makes a line of its words."""

    def __init__(self, words: list[Word], number: int, who: str) -> None:
        self._number = number
        self._who = who
        self._words = words
        self._head = words[0]

    def line(self) -> Line:
        """The line that these words say."""
        meanwhile = self._takes("meanwhile")
        if meanwhile and not self._words:
            self._expected("meanwhile")
        first = self._words[0]
        if not first.quoted and len(first.text) > 1 and first.text.startswith("@"):
            self._who = self._words.pop(0).text[1:]
            if not self._words:
                self._wrong("rehearsal.say_what", self._head)
        self._head = self._words[0]
        if meanwhile and self._head.text != "press":
            self._expected("meanwhile")
        if not self._head.quoted and self._head.text.startswith("/"):
            return self._slash()
        verb = self._words.pop(0).text
        verb = {"rightclick": "right-click"}.get(verb, verb)
        if verb not in USAGE or self._head.quoted:
            self._wrong("rehearsal.no_such_line", self._head, given=verb)
        if verb in ACTS:
            if not self._who:
                self._wrong("rehearsal.say_who", self._head)
            return self._act(verb, meanwhile=meanwhile)
        return self._scene(verb)

    def _act(self, verb: str, *, meanwhile: bool) -> Line:
        """What somebody does."""
        match verb:
            case "press":
                return lines.Press(self._who, self._text(verb), meanwhile)
            case "fill":
                fields = self._named(together=True)
                return lines.Fill(self._who, self._text(verb), fields)
            case "right-click":
                fields = self._named(together=True)
                target = self._one(verb)
                return lines.RightClick(self._who, target, self._text(verb), fields)
            case "select":
                menu = self._one(verb)
                options = tuple(self._one(verb) for _ in range(max(1, len(self._words))))
                return lines.Select(self._who, menu, options)
            case "open":
                return lines.Open(self._who, self._text(verb))
            case "leave":
                return self._end(verb, lines.Leave(self._who))
            case "attach":
                path = self._one(verb)
                return lines.Attach(self._who, path, self._text(verb) if self._words else "")
            case _:
                if not self._takes("last"):
                    self._expected(verb)
                if verb == "edit":
                    return lines.Rewrite(self._who, self._text(verb))
                return self._end(verb, lines.Rewrite(self._who, None))

    def _scene(self, verb: str) -> Line:
        """Places, people, time, and what is expected."""
        named = self._named()
        match verb:
            case "guild":
                return lines.Guild(self._text(verb), self._only(named, "locale"))
            case "member":
                name = self._one(verb).removeprefix("@")
                permissions = tuple(self._one(verb) for _ in range(len(self._words)))
                return lines.Join(name, permissions, self._only(named, "locale"))
            case "channel":
                name, nsfw = self._one(verb).removeprefix("#"), self._takes("nsfw")
                made = lines.Channel(name, nsfw, self._only(named, "category"))
                return self._end(verb, made)
            case "thread":
                return lines.Thread(self._text(verb))
            case "role":
                name = self._one(verb)
                members = tuple(self._one(verb).removeprefix("@") for _ in range(len(self._words)))
                return lines.Role(name, members)
            case "in":
                if self._takes("dm"):
                    return self._end(verb, lines.Enter("dm"))
                if self._takes("thread"):
                    return lines.Enter("thread", self._text(verb))
                name = self._one(verb)
                if len(name) < 2 or not name.startswith("#"):
                    self._expected(verb)
                return self._end(verb, lines.Enter("channel", name[1:]))
            case "wait":
                return lines.Wait(self._seconds(self._text(verb)))
            case "expect":
                absent, private = self._takes("no"), self._takes("private")
                absent = absent or self._takes("no")
                return lines.Expect(self._text(verb), absent, private)
            case "restart":
                if self._words and not self._words[0].quoted and self._words[0].text[:1].isdecimal():
                    return lines.Restart(self._seconds(self._text(verb)))
                return self._end(verb, lines.Restart())
            case "show":
                return self._end(verb, lines.Show())
            case _:
                return self._end(verb, lines.Help())

    def _slash(self) -> lines.Slash:
        path = [self._words.pop(0).text[1:]]
        while self._words and not self._words[0].key and not self._words[0].quoted:
            path.append(self._words.pop(0).text)
        options: dict[str, str] = {}
        last = self._head
        for word in self._words:
            if word.key:
                options[word.key] = word.text
                last = word
            elif options and not word.quoted and not last.quoted:
                # topic:first snow, as it is typed in Discord
                options[last.key] += f" {word.text}"
            else:
                self._wrong("rehearsal.no_option", word, given=word.text)
        if not path[0]:
            self._wrong("rehearsal.say_what", self._head)
        return lines.Slash(self._who or self._nobody(), " ".join(path), options)

    def _nobody(self) -> NoReturn:
        self._wrong("rehearsal.say_who", self._head)

    def _takes(self, word: str) -> bool:
        """Whether the next word is this one, which is then read."""
        if self._words and self._words[0] == Word(word, self._words[0].column):
            self._words.pop(0)
            return True
        return False

    def _one(self, verb: str) -> str:
        """The next word."""
        if not self._words or self._words[0].key:
            self._expected(verb)
        return self._words.pop(0).text

    def _text(self, verb: str) -> str:
        """All that is left, as one text: quoted, or a few plain words."""
        words, self._words = self._words, []
        if not words or any(word.key or (word.quoted and len(words) > 1) for word in words):
            self._expected(verb)
        return " ".join(word.text for word in words)

    def _named(self, *, together: bool = False) -> dict[str, str]:
        """Everything with a key; ``together``: plain words that follow belong to it."""
        named: dict[str, str] = {}
        plain: list[Word] = []
        last: Word | None = None
        for word in self._words:
            if word.key:
                named[word.key] = word.text
                last = word
            elif together and last is not None and not word.quoted and not last.quoted:
                named[last.key] += f" {word.text}"
            else:
                plain.append(word)
        self._words = plain
        return named

    def _only(self, named: Mapping[str, str], key: str) -> str:
        if set(named) - {key}:
            self._wrong("rehearsal.no_option", self._head, given=next(iter(set(named) - {key})))
        return named.get(key, "")

    def _end(self, verb: str, line: Line) -> Line:
        if self._words:
            self._expected(verb)
        return line

    def _seconds(self, text: str) -> float:
        total, at = 0.0, 0
        for found in re.finditer(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([smhd秒分时天])", text):
            if found.start() != at:
                break
            total, at = total + float(found[1]) * _UNITS[found[2]], found.end()
        if not total or at != len(text):
            self._wrong("rehearsal.no_length", self._head, text=text)
        return total

    def _expected(self, verb: str) -> NoReturn:
        word = self._words[0] if self._words else self._head
        self._wrong("rehearsal.expected", word, usage=USAGE[verb])

    def _wrong(self, key: str, word: Word, **facts: object) -> NoReturn:
        raise ScriptError(self._number, word.column, key, **facts)

"""Words as a tokenizer cuts them, in a tree: which tokens lead to a word that fits.

A word's *profile* is its stresses (``010``).  Whether a word fits a place in a line depends on its
profile alone, so each node keeps the profiles of all words below it as bits of one number, and
"which tokens may come" is a comparison of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.forms.guide.words import Spoken


@dataclass(slots=True, eq=False)
class Profiles:
    """Numbers the profiles met, up to sixty-three; rarer ones are left out."""

    bits: dict[str, int] = field(default_factory=dict[str, int])

    def bit(self, stress: str) -> int:
        """The bit of a profile; 0 when there is no room for another."""
        if stress not in self.bits and len(self.bits) < 63:
            self.bits[stress] = 1 << len(self.bits)
        return self.bits.get(stress, 0)


@dataclass(slots=True, eq=False)
class Node:
    """A token on the way to words.

    Attributes:
        next: the tokens that may follow.
        below: profiles of the words that end here or further on.
        word: the word that ends here, if one does.
    """

    next: dict[int, Node] = field(default_factory=dict[int, "Node"])
    below: int = 0
    word: Spoken | None = None


@dataclass(slots=True, eq=False)
class Trie:
    """The words as they are written in one position of a line (at its start, or within)."""

    profiles: Profiles
    root: Node = field(default_factory=Node)
    paths: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    _starting: dict[int, npt.NDArray[np.int64]] = field(
        default_factory=dict[int, npt.NDArray[np.int64]], init=False
    )
    tokens: npt.NDArray[np.int64] = field(init=False)
    belows: npt.NDArray[np.uint64] = field(init=False)
    owns: npt.NDArray[np.uint64] = field(init=False)
    """The profiles of the words that are one token, as ``tokens`` are ordered; 0 for a mere piece."""

    def add(self, spoken: Spoken, ids: Iterable[int]) -> None:
        """Take in a word; the first of two that are written alike stays."""
        bit, path = self.profiles.bit(spoken.stress), tuple(ids)
        if not bit or not path or spoken.word in self.paths:
            return
        node = self.root
        node.below |= bit
        for id in path:
            node = node.next.setdefault(id, Node())
            node.below |= bit
        if node.word is None:
            node.word = spoken
            self.paths[spoken.word] = path

    def close(self) -> None:
        """All words are in: lay out the first tokens for quick comparison."""
        self.tokens = np.fromiter(self.root.next, np.int64, len(self.root.next))
        self.belows = np.fromiter(
            (node.below for node in self.root.next.values()), np.uint64, len(self.root.next)
        )
        owns = (node.word.stress if node.word else None for node in self.root.next.values())
        bits = (self.profiles.bit(stress) if stress is not None else 0 for stress in owns)
        self.owns = np.fromiter(bits, np.uint64, len(self.root.next))

    def starting(self, bits: int) -> npt.NDArray[np.int64]:
        """First tokens of words with one of these profiles; few sets of profiles are asked for, and often."""
        if bits not in self._starting:
            self._starting[bits] = self.tokens[(self.belows & np.uint64(bits)) != 0]
        return self._starting[bits]

    def only_begun(self, bits: int, choice: Choice, chosen: int) -> npt.NDArray[np.int64]:
        """Tokens that are words and may come only for longer ones that begin so: *the* for *theft*.

        Args:
            bits: the profiles that any word may have.
            choice, chosen: the profiles that some words may have besides.
        """
        begun = (self.owns != 0) & ((self.owns & np.uint64(bits)) == 0)
        ways = zip(self.tokens[begun], self.belows[begun] & np.uint64(bits), strict=True)
        return np.array(
            [
                token
                for token, below in ways
                if not choice.whole(int(token)) & chosen and (below or choice.first(int(token)) & chosen)
            ],
            np.int64,
        )


class Choice:
    """Some of a trie's words, such as those that rhyme: profiles below each node on the way to them."""

    def __init__(self, trie: Trie, words: Iterable[Spoken]) -> None:
        self.words = frozenset(spoken.word for spoken in words if spoken.word in trie.paths)
        self.bits = 0
        self._below: dict[int, int] = {}
        self._first: dict[int, int] = {}
        self._whole: dict[int, int] = {}
        for spoken in words:
            path = trie.paths.get(spoken.word)
            if path is None:
                continue
            bit = trie.profiles.bit(spoken.stress)
            self.bits |= bit
            self._first[path[0]] = self._first.get(path[0], 0) | bit
            if len(path) == 1:
                self._whole[path[0]] = bit
            node = trie.root
            for id in path:
                node = node.next[id]
                self._below[id_of(node)] = self._below.get(id_of(node), 0) | bit
        self._tokens = np.fromiter(self._first, np.int64, len(self._first))
        self._bits = np.fromiter(self._first.values(), np.uint64, len(self._first))

    def below(self, node: Node) -> int:
        """Profiles of the chosen words below a node."""
        return self._below.get(id_of(node), 0)

    def first(self, token: int) -> int:
        """Profiles of the chosen words that begin with this token."""
        return self._first.get(token, 0)

    def whole(self, token: int) -> int:
        """The profile of the chosen word that is this token; 0 if none is."""
        return self._whole.get(token, 0)

    def starting(self, bits: int) -> npt.NDArray[np.int64]:
        """First tokens of chosen words with one of these profiles."""
        return self._tokens[(self._bits & np.uint64(bits)) != 0]


def id_of(node: Node) -> int:
    """A node as a key; tries live as long as their vocabulary."""
    return id(node)

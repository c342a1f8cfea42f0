"""Which providers, models and plans a text names, by the record's own names and reviewed nicknames."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

Run = tuple[bool, str]  # letters or digits, and whether something stands between them and the run before

_RUN = re.compile(r"[a-z]+|[0-9]+")
_GAPS = frozenset((" ", "-", ".", "_", "/", "\u00a0", "\u2010", "\u2011"))
# A name that goes on is another model's: "GPT-4o" is not the one of "GPT-4o-mini".
_GOES_ON = re.compile(r"[-.]?[A-Za-z0-9_]")
_ANOTHER = re.compile(
    r"[\s-](?:mini|nano|pro|turbo|flash|lite|max|ultra|preview|distill\w*|realtime|haiku|sonnet|opus"
    r"|thinking|instant|coder|reasoner|embedding|audio|large(?! language))\b",
    re.I,
)
# Named only to say what another model is like.
_COMPARED = re.compile(
    r"(?:[\s-](?:class|level|like|style|style|competitive|equivalent|rivall?ing|beating|killer|based|powered)\b)",
    re.I,
)
_MODEL_LIKE = re.compile(r"\b[A-Z][A-Za-z]*(?:-[A-Z]?[A-Za-z]+)?-?\d+(?:\.\d+)*[A-Za-z]*(?:-[\w.]+)*")


@dataclass(frozen=True, slots=True)
class Nickname:
    """What a provider (`of`: maker, host), a model or a plan is called, in [begin, end)."""

    provider: str
    words: str
    of: str
    model: str = ""
    begin: date = date.min
    end: date = date.max


class Option(NamedTuple):
    """A model, or a plan, that a name may mean."""

    provider: str
    model: str
    is_plan: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A name in a text at [start, end): a provider, a model (`options`), or a model that we do not know."""

    start: int
    end: int
    provider: str = ""
    options: tuple[Option, ...] = ()
    is_model: bool = False
    is_host: bool = False  # of others' models
    is_plan: bool = False  # a nickname of a plan, which may be a word like any other


@dataclass(slots=True)
class _Node:
    further: dict[Run, _Node] = field(default_factory=dict)
    options: set[Option] = field(default_factory=set)


class Names:
    """The names of the record, and what they are called."""

    def __init__(self, known: Iterable[Option], nicknames: Collection[Nickname]) -> None:
        sellers = [n for n in nicknames if not n.model]
        self._sellers = {n.words: n.provider for n in sellers}
        self._brands = {n.words.casefold(): n.provider for n in sellers if n.of == "maker"}
        self._makers = set(self._brands.values())
        self._hosts = {n.provider for n in sellers if n.of == "host"}
        self._nicknames = [n for n in nicknames if n.model]
        self._seller, self._nickname = _words(self._sellers), _words(n.words for n in self._nicknames)
        self._root = _Node()
        for option in known:
            for runs in _spellings(option.model):
                self._add(runs, option)

    def _add(self, runs: tuple[Run, ...], option: Option) -> None:
        node = self._root
        for run in runs:
            node = node.further.setdefault(run, _Node())
        node.options.add(option)

    def providers_in(self, text: str) -> Iterator[Hit]:
        """Where a text names providers, as the table spells them."""
        for match in self._seller.finditer(text):
            id = self._sellers[match[0]]
            yield Hit(match.start(), match.end(), id, is_host=id in self._hosts)

    def find(self, text: str, day: date, providers: Collection[str] = ()) -> list[Hit]:
        """Every name, in order, none in another, as it was meant on a day.

        A nickname of a model counts only where its provider is named, or among `providers`, named before.
        """
        named = list(self.providers_in(text))
        here = {hit.provider for hit in named} | set(providers)
        models = list(self._models(text))
        models += self._by_nickname(text, day, here)
        models += [Hit(m.start(), m.end(), is_model=True) for m in _MODEL_LIKE.finditer(text)]
        found: list[Hit] = []
        for hit in [*models, *named]:  # what is listed first holds its place
            at = bisect(found, hit.start, key=lambda h: h.start)
            if not (at and found[at - 1].end > hit.start) and not (
                at < len(found) and found[at].start < hit.end
            ):
                found.insert(at, hit)
        return [h for h in found if not _COMPARED.match(text, h.end)]

    def _models(self, text: str) -> Iterator[Hit]:
        runs = list(_RUN.finditer(_lower(text)))
        at = 0
        while at < len(runs):
            last, options = self._longest(text, runs, at)
            if last < 0 or (runs[at].start() and text[runs[at].start() - 1].isalnum()):
                at += 1
                continue
            start, end = runs[at].start(), runs[last].end()
            yield _hit(text, start, end, options)
            at = last + 1

    def _longest(self, text: str, runs: list[re.Match[str]], at: int) -> tuple[int, set[Option]]:
        node, last, options = self._root, -1, set[Option]()
        for place in range(at, len(runs)):
            gap = text[runs[place - 1].end() : runs[place].start()] if place > at else ""
            if gap and gap not in _GAPS:
                break
            run = runs[place][0]
            further = node.further.get((bool(gap), run)) or (not gap and node.further.get((True, run)))
            if not further:
                break
            node = further
            if node.options:
                last, options = place, node.options
        return last, options

    def _by_nickname(self, text: str, day: date, providers: Collection[str]) -> Iterator[Hit]:
        held = [n for n in self._nicknames if n.provider in providers and n.begin <= day < n.end]
        for match in self._nickname.finditer(text) if held else ():
            meant = [n for n in held if n.words == match[0]]
            if meant:
                options = {Option(n.provider, n.model, n.of == "plan") for n in meant}
                yield _hit(text, match.start(), match.end(), options, is_plan=meant[0].of == "plan")

    def choose(
        self, hit: Hit, near: Collection[str], before: Sequence[str] = (), *, is_plan: bool = False
    ) -> Option:
        """Which model or plan a name means; empty where none is sure.

        Of several sellers it is the one named near it, the nearest first; else who makes it; else the one
        named last before.
        """
        fitting = sorted((o for o in hit.options if o.is_plan == is_plan), key=lambda o: len(o.model))
        options = {o.provider: o for o in reversed(fitting)}
        made = [id for id, o in options.items() if self._maker(o.model) == id]
        made = made or [id for id in options if id in self._makers]
        sure = [*near, *(made if len(made) == 1 else ()), *reversed(before)]
        sure += options if len(options) == 1 else ()
        return next((options[id] for id in sure if id in options), Option("", ""))

    def _maker(self, model: str) -> str:
        first = _RUN.match(model)
        return self._brands.get(first[0], "") if first else ""


def _words(words: Iterable[str]) -> re.Pattern[str]:
    shown = "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{shown})(?!\w)" if shown else r"(?!)")


def _hit(text: str, start: int, end: int, options: Iterable[Option], *, is_plan: bool = False) -> Hit:
    """A known model, or one that we do not know where its name goes on."""
    goes_on = _GOES_ON.match(text, end) or _ANOTHER.match(text, end)
    if goes_on and not _COMPARED.match(text, end):
        rest = re.compile(r"[\w.-]*\w").match(text, goes_on.end() - 1)
        return Hit(start, rest.end() if rest else goes_on.end(), is_model=True, is_plan=is_plan)
    return Hit(start, end, options=tuple(sorted(options)), is_model=True, is_plan=is_plan)


def _lower(text: str) -> str:
    """In lower case, each character still in its place."""
    lower = text.lower()
    return (
        lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


def _spellings(model: str) -> Iterator[tuple[Run, ...]]:
    """A name as runs of letters and digits; none for one that may be a word: "command", "4"."""
    runs: list[Run] = []
    end = -1
    for match in _RUN.finditer(_lower(model)):
        runs.append((bool(runs) and match.start() > end, match[0]))
        end = match.end()
    letters = any(run.isalpha() for _, run in runs)
    if letters and (len(runs) > 1) and sum(len(run) for _, run in runs) > 1:
        yield tuple(runs)
        if runs[0][1] == "claude" and len(runs) > 2:
            yield from _turned(runs)


def _turned(runs: list[Run]) -> Iterator[tuple[Run, ...]]:
    """ "Claude 3.5 Sonnet" is called "Claude Sonnet 3.5" and "Sonnet 3.5" too."""
    rest = [(True, run) for _, run in runs[1:]]
    words = [run for run in rest if run[1].isalpha()]
    numbers = [run for run in rest if run[1].isdigit()]
    if len(words) == 1 and numbers:
        yield (runs[0], *words, *numbers)
        yield (runs[0], *numbers, *words)
        first, *rest = words[0][1], *numbers
        yield ((False, first), *rest)

"""What is metered: the closed list of meters, the units they count, and how a page's words name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MILLION = 1_000_000
_LONGEST = 50_000  # characters in which a unit is looked for
_SHORT = 1000  # characters of what is worth remembering


@dataclass(frozen=True, slots=True)
class Unit:
    """`count` of a `thing` for one price; an empty thing was counted but not named ("$3 / 1M")."""

    thing: str  # token, character, image, request, search, page, second, seat_month, token_hour
    count: int = 1


def _tokens() -> dict[str, Unit]:
    stems = ["input", "output", "output_reasoning", "citation"]
    stems += ["cache_read", "cache_write", "cache_write_1h"]
    stems += ["training", "tuned_input", "tuned_output", "tuned_cache_read"]  # fine-tuning, and what it made
    for kind in ("text", "audio", "image", "video"):
        stems += [f"input_{kind}", f"output_{kind}", f"cache_{kind}_read", f"cache_{kind}_write"]
    return {f"{stem}_mtok": Unit("token", MILLION) for stem in stems}


PER_MTOK = Unit("token", MILLION)

# The names of genai-prices' units where it has one; the rest follow its pattern.
METERS: dict[str, Unit] = _tokens() | {
    "cache_storage_mtok_hours": Unit("token_hour", MILLION),
    "input_mchars": Unit("character", MILLION),
    "output_mchars": Unit("character", MILLION),
    "input_images": Unit("image"),
    "output_images": Unit("image"),
    "input_audio_minutes": Unit("second", 60),
    "input_audio_hours": Unit("second", 3600),
    "output_audio_minutes": Unit("second", 60),
    "output_video_seconds": Unit("second"),
    "training_hours": Unit("second", 3600),
    "input_document_kpages": Unit("page", 1000),
    "requests_kcount": Unit("request", 1000),
    "web_searches_kcount": Unit("search", 1000),
    "rerank_searches_kcount": Unit("search", 1000),
    "seat_month": Unit("seat_month"),
}

_SCALES = {"": 1, "k": 1000, "thousand": 1000, "千": 1000, "m": MILLION, "million": MILLION}
_SCALES |= {"mn": MILLION, "百万": MILLION, "万": 10_000, "b": 1000 * MILLION, "billion": 1000 * MILLION}
_THINGS = {
    "token": r"tokens?|toks?",
    "character": r"characters?|chars?|字符",
    "image": r"images?|pictures?|张",
    "request": r"requests?|api calls?|calls?|次请求|次",
    "search": r"(?:web |search )?(?:searches|search|queries|query)",
    "page": r"pages?|页",
    "second": r"seconds?|secs?|s|秒",
    "minute": r"minutes?|mins?|分钟",
    "hour": r"hours?|hrs?|hr|h|小时",
    "seat_month": r"(?:seats?|users?|members?|person)\s*(?:/|per)\s*(?:months?|mo)"
    r"|(?:months?|mo)\s*(?:/|per)\s*(?:seats?|users?|members?|person)|months?|mo|月",
}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_NOUN = "|".join(
    f"(?P<{thing}>{words})" for thing, words in sorted(_THINGS.items(), key=lambda t: -len(t[1]))
)
_BETWEEN = (
    r"(?:(?:input|output|cached|uncached|prompt|completion|text|audio|image|video|generated|reasoning)\s+)*"
)
_SCALE = r"(?P<scale>百万|万|千|million|billion|thousand|mn|m|k|b)?"
_COUNT = r"(?P<count>[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,9}|one|an|a)?"
_MTOK = r"(?P<mtok>[mk])[\s-]?t(?:ok(?:en)?s?)?"
_END = r"(?![a-z0-9])"
# After a price: "/ 1M tokens", "per MTok", "/1K", "per image". A bare count needs its scale: never "/ 1".
SUFFIX = re.compile(
    rf"(?:/|per\b|每)\s*(?:{_BETWEEN}{_MTOK}|{_COUNT}\s*{_SCALE}\s*{_BETWEEN}(?:{_NOUN})"
    rf"|1?\s*(?P<bare>百万|million|[mk])){_END}",
    re.I,
)
# In lower case, where both are quick: they begin with a letter or sign that can be looked for.
_SUFFIX = re.compile(SUFFIX.pattern)
# In a heading also without "per": "1M INPUT TOKENS", "MTok", "百万tokens". "200K tokens" is no unit.
_IN_WORDS = re.compile(
    r"[1mk百](?<![\w.,].)(?:(?<=[mk])[\s-]?tok(?:en)?s?"
    r"|(?:(?<=1)\s*(?:百万|million|[mk])|(?<=百)万|(?<=m)illion|(?<=[mk]))"
    rf"\s*{_BETWEEN}(?:tokens?|toks?|characters?|chars?)){_END}"
)


def unit_of(match: re.Match[str]) -> Unit:
    """The unit that SUFFIX found."""
    said = match.groupdict()
    if said["mtok"]:
        return Unit("token", _SCALES[said["mtok"].lower()])
    if said["bare"]:
        return Unit("", _SCALES[said["bare"].lower()])
    thing = next(name for name in _THINGS if said[name])
    count = said["count"] or "1"
    many = (int(count.replace(",", "")) if count[0].isdigit() else 1) * _SCALES[(said["scale"] or "").lower()]
    return Unit("second", many * _SECONDS[thing]) if thing in _SECONDS else Unit(thing, many)


def units_in(text: str) -> frozenset[Unit]:
    """Every unit that a heading or a sentence names."""
    return _units_known(text) if len(text) < _SHORT else _units(text)


def _units(text: str) -> frozenset[Unit]:
    # Runs of blanks would cost the pattern their cube.
    text = " ".join(text[:_LONGEST].lower().replace("／", "/").split())
    found = {unit_of(m) for m in _SUFFIX.finditer(text)}
    for match in _IN_WORDS.finditer(text):
        scale = MILLION if re.search(r"m|百万", match[0].split("tok")[0]) else 1000
        found.add(Unit("character" if "char" in match[0] else "token", scale))
    named = {unit.count for unit in found if unit.thing}
    return frozenset(u for u in found if u.thing or u.count not in named)


_units_known = lru_cache(maxsize=4096)(_units)


def read_unit(text: str) -> Unit | None:
    """The one unit that a text names; None where it names none or several."""
    found = units_in(text)
    return next(iter(found)) if len(found) == 1 else None


_NOT_A_PRICE = re.compile(
    r"additional|per tool|\bcount\b|limit|\bmax|length|window|tokens per|rpm|tpm|saving|multiplier|speed"
    r"|modalit|%|阶梯|长度|上限|范围"
)
_KIND = (("audio", r"audio|speech|音频|语音"), ("image", r"image|图片|图像"), ("video", r"video|视频"))
_TEXT = re.compile(r"\btext\b|文本")
_WRITE = re.compile(r"writ|creat|写入|创建")
_ONE_HOUR = re.compile(r"\b1[\s-]?h(?:ou)?r?s?\b")
_CACHE = re.compile(r"cach|缓存|快取|キャッシュ|캐시")
_IN = r"|\A\W*{0}(?: price)?\W*\Z|\A\W*{0}\s*\(?(?:[$€/]|per\b|price)"  # "$/M in"
_IN += r"|(?:/|per)\s*1?\s*m\s+{0}\Z"
_INPUT = re.compile(
    r"input|prompt|输入|輸入|入力|입력|\bentrées?\b|\beingabe|\bentradas?\b" + _IN.format("in")
)
_OUTPUT = re.compile(
    r"output|completion|输出|輸出|出力|출력|\bsorties?\b|\bausgabe|\bsalidas?\b|\bsaídas?\b"
    + _IN.format("out")
)
_THOUGHT = re.compile(r"(?<!non-)(?<!non )(?<!非)(?:thinking|思考)")
_THOUGHT_TOO = re.compile(r"includ|incl\.|含|non[- ]thinking|非思考|\+")


def is_of_thinking(text: str) -> bool:
    """Whether a heading says that a price holds only where the model thinks first."""
    said = text.casefold()
    return bool(_THOUGHT.search(said)) and not _THOUGHT_TOO.search(said)


def kinds_in(text: str) -> list[str]:
    """The modalities that a text names, "text" first."""
    said = text.casefold()
    kinds = [name for name, words in _KIND if re.search(words, said)]
    return ["text", *kinds] if _TEXT.search(said) else kinds


def of_kind(meter: str, kind: str) -> str:
    """The meter of one modality: of audio, cache_read_mtok is cache_audio_read_mtok."""
    head, _, tail = meter.removesuffix("_mtok").partition("_")
    made = "_".join(filter(None, (head, kind, tail, "mtok")))
    return made if made in METERS else meter


def tuned(meter: str) -> str:
    """The meter of a fine-tuned model: input_mtok is tuned_input_mtok."""
    return f"tuned_{meter}" if f"tuned_{meter}" in METERS else meter


@lru_cache(maxsize=4096)
def meter_of(text: str) -> str | None:
    """The token meter that a heading or label names, in English or Chinese; None where it names none."""
    said = " ".join(text[:500].casefold().split())
    if _NOT_A_PRICE.search(said):
        return None
    kinds = kinds_in(said)
    stem = _stem(said)
    if stem is None or (len(kinds) > 1 and "text" not in kinds):
        return None
    if stem == "cache_write" and _ONE_HOUR.search(said):
        return "cache_write_1h_mtok"
    meter = f"{stem}_mtok" if not kinds or "text" in kinds else of_kind(f"{stem}_mtok", kinds[0])
    return meter if meter in METERS else None


def _stem(said: str) -> str | None:
    cache = _CACHE.search(said)
    missed = re.search(r"miss|uncached|non-cached|未命中", said)
    if cache and re.search(r"storage|存储|per hour", said):
        return None  # priced per hour: asked for by name
    if (cache or re.search(r"\b(?:5m|1h)\b", said)) and _WRITE.search(said):
        return "cache_write"
    wants_output = _OUTPUT.search(said)
    if cache and not missed:
        return None if wants_output else "cache_read"
    wants_input = _INPUT.search(said) or (cache and missed)
    if bool(wants_input) == bool(wants_output):
        return None
    return "input" if wants_input else "output"

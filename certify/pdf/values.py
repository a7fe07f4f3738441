"""Times, sizes, facts and people as words. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from certify.foundation.clock import parse_rfc3339
from certify.foundation.messages import Language
from certify.foundation.sizes import in_decimal_units
from certify.pdf.words import Words
from certify.statement.model import Fact, Person, Stamp

JAPAN = timezone(timedelta(hours=9), "JST")

# first days: 元号法 and the cabinet orders made under it
_ERAS = ((date(2019, 5, 1), "reiwa"), (date(1989, 1, 8), "heisei"), (date(1926, 12, 25), "showa"))


def _era(words: Words, day: date) -> dict[str, str] | None:
    for first_day, name in _ERAS:
        if day >= first_day:
            year = day.year - first_day.year + 1
            return {"era": words.say(f"era.{name}"), "year": words.say("first-year") if year == 1 else str(year)}
    return None


def _both(words: Words, era: str | None, iso: str) -> tuple[str, str]:
    """The reader's own way of writing a time first, the other one second, empty where there is none."""
    if era is None:
        return iso, ""
    return (era, iso) if words.language is Language.JAPANESE else (iso, era)


def day_in_japan(words: Words, stamp: Stamp) -> str:
    """The day in Japan, in the Japanese era and as ISO 8601. Raises ValueError for a stamp that is not RFC 3339."""
    day = parse_rfc3339(stamp.at).astimezone(JAPAN).date()
    era = _era(words, day)
    written = words.say("era-day", month=day.month, day=day.day, **era) if era else None
    first, second = _both(words, written, day.isoformat())
    return f"{first} ({second})" if second else first


def _moment(words: Words, moment: datetime) -> tuple[str, str]:
    era = _era(words, moment.date())
    clock = {"hour": moment.hour, "minute": f"{moment.minute:02}", "second": f"{moment.second:02}"}
    written = words.say("era-moment", month=moment.month, day=moment.day, **clock, **era) if era else None
    return _both(words, written, moment.isoformat())


def _parts(words: Words, value: Stamp) -> list[str]:
    first, second = _moment(words, parse_rfc3339(value.at).astimezone(JAPAN))
    return [part for part in (first, second, words.name("time-source", value.source)) if part]


def stamp(words: Words, value: Stamp) -> str:
    """A moment in Japan (JST), in the Japanese era and as ISO 8601, and the clock that it comes from.

    Raises ValueError for a time that is not RFC 3339.
    """
    first, *others = _parts(words, value)
    return " ".join([first, *(f"({part})" for part in others)])


def period(words: Words, first: Stamp, last: Stamp) -> str:
    """From when until when, each in the reader's own way only: the whole of each stands elsewhere on the paper."""
    start, end = (_moment(words, parse_rfc3339(value.at).astimezone(JAPAN))[0] for value in (first, last))
    return words.say("period", start=start, end=end)


def stamp_in_lines(words: Words, value: Stamp) -> str:
    """The same, one part below the other, for a narrow column."""
    return "\n".join(_parts(words, value))


def number(value: int) -> str:
    """Digits in groups of three."""
    return f"{value:,}"


def size(words: Words, count: int) -> str:
    """Bytes exactly, and rounded down to tenths of a decimal unit, as drives are labelled."""
    if count < 1000:
        return words.say("bytes", count=number(count))
    return words.say("bytes-rounded", count=number(count), rounded=in_decimal_units(count))


def duration(words: Words, milliseconds: int) -> str:
    """Hours, minutes and seconds; tenths below a minute."""
    if milliseconds < 100:
        return words.say("duration.moment")
    if milliseconds < 60_000:
        return words.say("duration.seconds", seconds=f"{milliseconds // 1000}.{milliseconds % 1000 // 100}")
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return words.say("duration.hours", hours=number(hours), minutes=minutes, seconds=seconds)
    return words.say("duration.minutes", minutes=minutes, seconds=seconds)


def ppm(parts: int) -> str:
    """Parts per million as per cent, rounded down: a share or a probability is never said to be more than it is."""
    whole, rest = divmod(parts, 10_000)
    digits = f"{rest:04}".rstrip("0")
    return f"{whole}.{digits} %" if digits else f"{whole} %"


def at_least(parts: int) -> str:
    """A probability as per cent, rounded down to tenths: it is a lower bound, and more digits would say more than is known."""
    return f"{parts // 10_000}.{parts % 10_000 // 1000} %"


def share(part: int, whole: int) -> str:
    """A part of a whole as per cent, rounded down."""
    return ppm(part * 1_000_000 // whole) if whole else ppm(0)


def fact(words: Words, value: Fact | None) -> str:
    """A fact; its source stands beside it unless the drive itself gave it."""
    if value is None:
        return words.say("unknown")
    if value.source == "identify":
        return value.value
    return words.say("with-source", value=value.value, source=words.code("fact-source", value.source))


def stated(words: Words, value: str | None) -> str:
    """A text that a person may have given."""
    return value if value else words.say("not-stated")


def person(value: Person) -> str:
    """Who: post and organisation before the name, as Japanese papers have it. Without a name, the id."""
    about = " ".join(part for part in (value.organisation, value.post) if part)
    return " ".join(part for part in (about, value.name or value.id) if part)


def captured(words: Words, value: str | None) -> str:
    """When the camera says that a photo was taken. Its clock is nobody's proof, and the paper says whose word it is."""
    if value is None:
        return words.say("captured-unknown")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return words.say("captured-by-camera", time=value)
    era, iso = _moment(words, moment)
    return words.say("captured-by-camera", time=f"{era} ({iso})" if iso else era)

"""Days as the ledger counts them: civil days of Asia/Shanghai, closed intervals, months by day number, working days by table.

Pure; nobody here knows what day it is. Source: domain-decided rules for days ("within n days": the start day is not counted, the last is).
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
END_OF_TIME = date(9999, 12, 31)


def day_of(microseconds: int) -> date:
    """Return the civil day in Asia/Shanghai of an instant given in microseconds UTC."""
    return instant(microseconds).date()


def instant(microseconds: int) -> datetime:
    """Return the instant (+08:00) of microseconds since 1970 UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).astimezone(SHANGHAI)


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970 UTC of an instant that names its offset."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def within(day: date, start: date, days: int) -> bool:
    """Tell whether `day` lies within `days` days after `start` (start not counted, the last day counted)."""
    return start <= day <= start + timedelta(days=days)


def add_months(day: date, months: int) -> date:
    """Return the same day number `months` later, or that month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(start: date, days: int, holidays: Collection[date], workdays: Collection[date]) -> date:
    """Return the last of `days` working days after `start`.

    `holidays` are weekdays off, `workdays` weekend days worked. The caller makes sure that the years are published.
    """
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day in workdays or (day.weekday() < 5 and day not in holidays):
            days -= 1
    return day

"""Says in Chinese and English what the exchange of files has to say; the words stand in `api/labels/exchange.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def labels() -> dict[str, Any]:
    """Give the whole catalogue: section, code, language."""
    return tomllib.loads((resources.files("api") / "labels" / "exchange.toml").read_text("utf-8"))


def say(section: str, code: str, language: str, fields: Mapping[str, str | int] | None = None) -> str:
    """Give the sentence `section.code` in `language` (`zh` or `en`), filled with `fields`."""
    sentence: str = labels()[section][code][language]
    return sentence.format_map(fields or {})

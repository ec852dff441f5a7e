"""One rule shown twice: a scene in which it refuses, and the nearest one in which it permits."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class RuleCase:
    """`refusal` raises Refused under this rule and no other; `permission` passes. Each lays out its own scene."""

    refusal: Callable[[], object]
    permission: Callable[[], object]

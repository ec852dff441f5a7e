"""The one place where a new identity is made: a key for a command that brought none."""

from uuid import UUID, uuid4  # noqa: TID251 - this is the place


def new_key() -> UUID:
    """Return a fresh random key."""
    return uuid4()

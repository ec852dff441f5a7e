"""The token is made once, shown once, and kept as a digest that only its owner may read; the password of the database likewise."""

import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from api.identity import command_key, digest, known_token
from api.runtime import kept
from api.settings import Settings, read


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read({}), data=tmp_path / "data")


def test_the_first_start_makes_a_token_and_no_later_one_shows_it(settings: Settings) -> None:
    held, token = known_token(settings)
    assert token
    assert held == digest(token)
    assert known_token(settings) == (held, None)
    (place,) = settings.data.iterdir()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert token not in place.read_text()


def test_every_installation_has_a_token_of_its_own(settings: Settings, tmp_path: Path) -> None:
    other = replace(settings, data=tmp_path / "other")
    assert known_token(settings)[0] != known_token(other)[0]


def test_a_token_that_is_set_outside_is_not_written_anywhere(settings: Settings) -> None:
    given = replace(settings, token="a-token-from-outside")  # noqa: S106 - a test's
    assert known_token(given) == (digest("a-token-from-outside"), None)
    assert not settings.data.exists()


def test_two_that_start_at_once_keep_the_same_secret(tmp_path: Path) -> None:
    place, found, barrier = tmp_path / "secret", list[str](), threading.Barrier(8)

    def start(own: str) -> None:
        barrier.wait()
        found.append(kept(place, own))

    threads = [threading.Thread(target=start, args=(f"secret {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {place.read_text()}
    assert list(tmp_path.iterdir()) == [place]


def test_a_key_is_the_accounts_own_and_does_not_show_what_was_sent() -> None:
    assert command_key("a", "k") == command_key("a", "k")
    assert len({command_key("a", "k"), command_key("b", "k"), command_key("a", "l")}) == 3

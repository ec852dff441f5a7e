"""Who builds the views is not who reads them: each has a login of its own, with the rights of its role and no others."""

import secrets
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors, sql
from psycopg.conninfo import make_conninfo

from ledger.migrations import create_login
from projections import builds
from projections.catalogue import REGISTER
from projections.items import history, item_list
from projections.reading import Pinned, Positions
from projections.rebuild import rebuild
from projections.units import units
from tests.projections.conftest import Log
from tests.projections.small_campaign import ITEMS, SmallCampaign
from tests.projections.telling import Telling

LATER = date(2025, 6, 1)


@pytest.fixture
def login(superuser: str) -> Iterator[Callable[..., str]]:
    """Give addresses of new logins with the roles that are named."""
    made: list[str] = []

    def make(*roles: str) -> str:
        name, password = f"test_{secrets.token_hex(4)}", secrets.token_hex(8)
        create_login(superuser, name, password, roles)
        made.append(name)
        return make_conninfo(superuser, user=name, password=password)

    yield make
    with psycopg.connect(superuser, autocommit=True) as admin:
        for name in made:
            admin.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


@pytest.fixture
def projector(login: Callable[..., str], log: Log) -> Iterator[Connection[Any]]:
    """A projector that has built the register of the small clean-up."""
    SmallCampaign(Telling(log)).tell().telling.done()
    with builds.connect(login("ledger_projector")) as connection:
        rebuild(connection, REGISTER)
        yield connection


@pytest.mark.usefixtures("projector")
def test_a_reader_reads_what_serves_and_can_change_none_of_it(login: Callable[..., str]) -> None:
    reader = login("ledger_reader")
    with Positions(reader) as positions, psycopg.connect(reader, autocommit=True) as connection:
        pinned = positions.pin("register", LATER)
        assert len(item_list(connection, pinned)) == 11
        assert len(units(connection, pinned)) == 4
        assert history(connection, pinned, ITEMS["甲"])
        for statement in (
            b"delete from {schema}.item_list",
            b"update {schema}.unit_list set name = ''",
            b"drop table {schema}.route",
            b"update serving.builds set serving = false",
            b"create schema mine",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(pinned.ask(statement))


@pytest.mark.usefixtures("projector")
def test_a_projector_reads_the_log_and_writes_nothing_to_it(login: Callable[..., str]) -> None:
    with builds.connect(login("ledger_projector")) as connection:
        for statement in (b"delete from log.events", b"update log.head set size = 0", b"select * from log.disclosures"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


def test_another_login_goes_on_where_the_first_projector_left(
    projector: Connection[Any], login: Callable[..., str]
) -> None:
    first = builds.serving(projector, "register")
    with builds.connect(login("ledger_projector")) as other:
        second = rebuild(other, REGISTER)
        other.execute("update serving.builds set retired_at = retired_at - interval '1 hour' where not serving")
        third = rebuild(other, REGISTER)  # drops what the first login had made
        assert first is not None
        assert [build.status for build in builds.builds(other, "register")] == ["dropped", "running", "running"]
        assert len({first.schema, second.schema, third.schema}) == 3
        assert len(item_list(other, Pinned(third, third.position, LATER))) == 11


def test_who_has_no_role_reads_nothing(projector: Connection[Any], login: Callable[..., str]) -> None:
    serving = builds.serving(projector, "register")
    assert serving is not None
    with psycopg.connect(login(), autocommit=True) as stranger:
        for statement in (b"select * from serving.builds", b"select * from {schema}.item_list"):
            with pytest.raises(errors.InsufficientPrivilege):
                stranger.execute(Pinned(serving, 1, LATER).ask(statement))

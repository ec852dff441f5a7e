"""What is set from outside is read from one table; a secret may lie in a file, is never shown, and never has a default."""

from pathlib import Path

import pytest

from api.settings import VARIABLES, SettingRefused, read

SECRET = "s3cret-enough-for-a-test"  # noqa: S105 - a test's


def test_nothing_set_is_enough_to_begin() -> None:
    settings = read({})
    assert (settings.data, settings.host, settings.port) == (Path("data"), "127.0.0.1", 8000)
    assert (settings.token, settings.database_url, settings.admin_database_url, settings.api_password) == (None,) * 4


def test_what_is_set_to_nothing_is_not_set() -> None:
    assert read(dict.fromkeys((variable.name for variable in VARIABLES), "")) == read({})


def test_a_secret_has_no_default_and_may_lie_in_a_file(tmp_path: Path) -> None:
    place = tmp_path / "secret"
    place.write_text(f"{SECRET}\n")
    for variable in VARIABLES:
        assert not (variable.secret and variable.default)
        environ = {f"{variable.name}_FILE": str(place)}
        assert (SECRET in str(_all(environ))) is variable.secret, variable.name


def _all(environ: dict[str, str]) -> list[object]:
    settings = read(environ)
    return [getattr(settings, name) for name in type(settings).__dataclass_fields__]


def test_no_secret_is_shown() -> None:
    environ = {variable.name: SECRET for variable in VARIABLES if variable.secret}
    assert SECRET in str(_all(environ))
    assert SECRET not in repr(read(environ))


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"MINGZE_PORT": "x"}, "setting-no-port"),
        ({"MINGZE_PORT": "65536"}, "setting-no-port"),
        ({"MINGZE_PORT": "-1"}, "setting-no-port"),
        ({"MINGZE_PORT": "٨"}, "setting-no-port"),
        ({"MINGZE_TOKEN": "short"}, "setting-secret-weak"),
        ({"MINGZE_API_PASSWORD": "password"}, "setting-secret-weak"),
        ({"MINGZE_HOST": "a\nb"}, "setting-unprintable"),
        ({"MINGZE_TOKEN": SECRET, "MINGZE_TOKEN_FILE": "x"}, "setting-twice"),
        ({"MINGZE_TOKEN_FILE": "no/such/file"}, "setting-file-unreadable"),
        ({"MINGZE_TOKEN_FILE": "/"}, "setting-file-unreadable"),
    ],
)
def test_what_cannot_be_used_is_refused(environ: dict[str, str], code: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        read(environ)
    assert refused.value.code == code
    assert SECRET not in str(refused.value)


def test_the_launcher_is_given_what_it_reads_and_no_more() -> None:
    environ = {"PATH": "/bin", "MINGZE_PG_PORT": "5433", "DATABASE_URL": "postgresql://h/d", "HOME": "/root"}
    settings = read({**environ, "MINGZE_TOKEN": SECRET})
    assert settings.launcher == {name: environ[name] for name in ("PATH", "MINGZE_PG_PORT", "DATABASE_URL")}

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DANCHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def test_without_any_setting_state_lies_in_the_users_data_folder(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home.is_absolute()
    assert "danchu" in settings.home.name
    assert settings.database_url == f"sqlite:///{settings.home / 'danchu.sqlite3'}"
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 8000, "INFO")
    assert settings.telegram_api == "https://api.telegram.org"
    assert settings.telegram_token is None
    assert settings.model is None
    assert not settings.home.exists(), "reading settings makes nothing"


def test_each_setting_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = {
        "DANCHU_HOME": "state",
        "DANCHU_DB": "postgresql://danchu:bimat@db/danchu",
        "DANCHU_MODEL": "some/model",
        "DANCHU_HOST": "0.0.0.0",
        "DANCHU_PORT": "9001",
        "DANCHU_TELEGRAM_TOKEN": "123456:AA_bb-cc",
        "DANCHU_TELEGRAM_API": "http://127.0.0.1:8081/",
        "DANCHU_LOG_LEVEL": "debug",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.home == tmp_path / "state"
    assert settings.spool == tmp_path / "state" / "spool"
    assert settings.database_url == values["DANCHU_DB"]
    assert settings.model == "some/model"
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "123456:AA_bb-cc"
    assert settings.telegram_api == "http://127.0.0.1:8081"
    assert settings.log_level == "DEBUG"
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "bimat" not in shown
        assert "AA_bb-cc" not in shown


def test_empty_variables_are_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DANCHU_HOME", "DANCHU_DB", "DANCHU_PORT", "DANCHU_TELEGRAM_TOKEN", "DANCHU_MODEL"):
        monkeypatch.setenv(name, "")
    assert load_settings() == Settings()
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DANCHU_PORT", "tám nghìn"),
        ("DANCHU_PORT", "65536"),
        ("DANCHU_PORT", "-1"),
        ("DANCHU_HOST", "hai tên"),
        ("DANCHU_DB", "danchu.sqlite3"),
        ("DANCHU_DB", "bimat"),
        ("DANCHU_TELEGRAM_TOKEN", "bimat"),
        ("DANCHU_TELEGRAM_TOKEN", "123:bimat bimat"),
        ("DANCHU_TELEGRAM_API", "api.telegram.org"),
        ("DANCHU_TELEGRAM_API", "ftp://bimat"),
        ("DANCHU_LOG_LEVEL", "bimat"),
        ("DANCHU_HOME", "a-file"),
        ("DANCHU_HOME", "~no-such-user-here/x"),
    ],
)
def test_a_bad_value_is_named_in_one_plain_line_and_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(name)
    assert "\n" not in message
    assert "bimat" not in message
    assert caught.value.__cause__ is None


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DANCHU_PORT=8100\nDANCHU_HOST=localhost\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("DANCHU_HOST", "127.0.0.1")
    assert (load_settings().port, load_settings().host) == (8100, "127.0.0.1")


def test_a_dotenv_file_that_is_no_text_is_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DANCHU_HOST=\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"\.env"):
        load_settings()


def test_the_example_names_every_setting_and_reads_well(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#(DANCHU_[A-Z_]+)=", example, re.M))
    assert named == {f"DANCHU_{field.upper()}" for field in Settings.model_fields}
    (tmp_path / ".env").write_text(re.sub(r"^#(DANCHU_)", r"\1", example, flags=re.M), encoding="utf-8")
    assert load_settings().telegram_api == "https://api.telegram.org"


def test_the_state_folder_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANCHU_HOME", str(tmp_path / "a" / "b"))
    made = load_settings().make_home()
    assert made == tmp_path / "a" / "b"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_state_folder_that_cannot_be_made_is_one_plain_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DANCHU_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(SettingsError, match="DANCHU_HOME"):
        load_settings().make_home()

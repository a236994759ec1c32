from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

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
    assert (settings.retention_days, settings.questions_per_minute, settings.web_per_minute) == (365, 20, 60)
    assert settings.cors_origins == settings.embed_origins == settings.trusted_proxies == ()
    assert settings.public_url is settings.telegram_webhook is settings.zalo_token is settings.zalo_webhook is None
    assert settings.zalo_api == "https://bot-api.zaloplatforms.com"
    assert (settings.zalo_oa_api, settings.zalo_oa_oauth) == ("https://openapi.zalo.me", "https://oauth.zaloapp.com")
    assert settings.log_format == "text"
    assert settings.secrets == ()
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
        "DANCHU_TELEGRAM_WEBHOOK": "https://danchu.vn/telegram",
        "DANCHU_TELEGRAM_WEBHOOK_SECRET": "kin-1",
        "DANCHU_ZALO_TOKEN": "987:kin-2",
        "DANCHU_ZALO_API": "http://127.0.0.1:8082",
        "DANCHU_ZALO_WEBHOOK": "https://danchu.vn/zalo",
        "DANCHU_ZALO_WEBHOOK_SECRET": "kin-3-dai-hon",
        "DANCHU_ZALO_OA_APP_ID": "4711",
        "DANCHU_ZALO_OA_APP_SECRET": "kin-4",
        "DANCHU_ZALO_OA_WEBHOOK_KEY": "kin-5",
        "DANCHU_ZALO_OA_REFRESH_TOKEN": "kin-6",
        "DANCHU_ZALO_OA_API": "http://127.0.0.1:8083/",
        "DANCHU_ZALO_OA_OAUTH": "http://127.0.0.1:8084/",
        "DANCHU_PUBLIC_URL": "https://danchu.vn/",
        "DANCHU_RETENTION_DAYS": "30",
        "DANCHU_QUESTIONS_PER_MINUTE": "0",
        "DANCHU_WEB_PER_MINUTE": "5",
        "DANCHU_CORS_ORIGINS": "https://A.vn, http://127.0.0.1:8080/,",
        "DANCHU_EMBED_ORIGINS": "https://b.vn",
        "DANCHU_TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8,::1",
        "DANCHU_METRICS_TOKEN": "kin-7==",
        "DANCHU_LOG_LEVEL": "debug",
        "DANCHU_LOG_FORMAT": "JSON",
    }
    assert set(values) == {f"DANCHU_{field.upper()}" for field in Settings.model_fields}
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
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert (settings.telegram_webhook, settings.zalo_webhook) == (
        "https://danchu.vn/telegram", "https://danchu.vn/zalo",
    )  # fmt: skip
    assert (settings.zalo_api, settings.zalo_oa_api, settings.zalo_oa_oauth) == (
        "http://127.0.0.1:8082", "http://127.0.0.1:8083", "http://127.0.0.1:8084",
    )  # fmt: skip
    assert settings.zalo_oa_app_id == "4711"
    assert settings.public_url == "https://danchu.vn"
    assert (settings.retention_days, settings.questions_per_minute, settings.web_per_minute) == (30, 0, 5)
    assert settings.cors_origins == ("https://a.vn", "http://127.0.0.1:8080")
    assert settings.embed_origins == ("https://b.vn",)
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")
    secrets = {"bimat", "AA_bb-cc", "kin-1", "kin-2", "kin-3-dai-hon", "kin-4", "kin-5", "kin-6", "kin-7=="}
    assert set(settings.secrets) == secrets | {"123456:AA_bb-cc", "987:kin-2"}
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert not [secret for secret in secrets if secret in shown]


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
        ("DANCHU_TELEGRAM_WEBHOOK", "http://bimat.vn/telegram"),
        ("DANCHU_TELEGRAM_WEBHOOK", "https://ten:bimat@danchu.vn/"),
        ("DANCHU_TELEGRAM_WEBHOOK", "https://danchu.vn/?bimat"),
        ("DANCHU_TELEGRAM_WEBHOOK_SECRET", "bimat bimat"),
        ("DANCHU_TELEGRAM_WEBHOOK_SECRET", "x" * 257),
        ("DANCHU_ZALO_TOKEN", "bimat/bimat"),
        ("DANCHU_ZALO_TOKEN", "bí mật bimat"),
        ("DANCHU_ZALO_API", "bimat"),
        ("DANCHU_ZALO_WEBHOOK", "danchu.vn"),
        ("DANCHU_ZALO_WEBHOOK_SECRET", "bimat"),
        ("DANCHU_ZALO_WEBHOOK_SECRET", "bimat" * 52),
        ("DANCHU_ZALO_OA_APP_ID", "bimat"),
        ("DANCHU_ZALO_OA_APP_SECRET", "bimat bimat"),
        ("DANCHU_ZALO_OA_WEBHOOK_KEY", "bimat bimat"),
        ("DANCHU_ZALO_OA_REFRESH_TOKEN", "bimat bimat"),
        ("DANCHU_ZALO_OA_API", "bimat"),
        ("DANCHU_ZALO_OA_OAUTH", "bimat"),
        ("DANCHU_PUBLIC_URL", "danchu.vn"),
        ("DANCHU_PUBLIC_URL", "https://danchu.vn/?bimat"),
        ("DANCHU_RETENTION_DAYS", "0"),
        ("DANCHU_RETENTION_DAYS", "36501"),
        ("DANCHU_QUESTIONS_PER_MINUTE", "-1"),
        ("DANCHU_WEB_PER_MINUTE", "nhiều"),
        ("DANCHU_CORS_ORIGINS", "*"),
        ("DANCHU_CORS_ORIGINS", "https://a.vn/bimat"),
        ("DANCHU_CORS_ORIGINS", "https://a.vn https://bimat.vn"),
        ("DANCHU_EMBED_ORIGINS", "https://a.vn,bimat.vn"),
        ("DANCHU_EMBED_ORIGINS", "https://a.vn;script-src"),
        ("DANCHU_TRUSTED_PROXIES", "*"),
        ("DANCHU_TRUSTED_PROXIES", "127.0.0.1,bimat"),
        ("DANCHU_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("DANCHU_METRICS_TOKEN", "bimat bimat"),
        ("DANCHU_LOG_LEVEL", "bimat"),
        ("DANCHU_LOG_FORMAT", "bimat"),
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


OA = ("ZALO_OA_APP_ID", "ZALO_OA_APP_SECRET", "ZALO_OA_WEBHOOK_KEY", "ZALO_OA_REFRESH_TOKEN")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (("TELEGRAM_WEBHOOK",), ("TELEGRAM_WEBHOOK_SECRET",)),
        (("TELEGRAM_WEBHOOK_SECRET",), ("TELEGRAM_WEBHOOK",)),
        (("ZALO_WEBHOOK",), ("ZALO_WEBHOOK_SECRET",)),
        (("ZALO_WEBHOOK_SECRET",), ("ZALO_WEBHOOK",)),
        *(((name,), tuple(other for other in OA if other != name)) for name in OA),
        *((tuple(other for other in OA if other != name), (name,)) for name in OA),
    ],
)
def test_what_belongs_together_is_all_set_or_none(
    given: tuple[str, ...], missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in given:
        monkeypatch.setenv(f"DANCHU_{name}", "https://danchu.vn/x" if name.endswith("WEBHOOK") else "47114711")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    before, after = message.split(" chưa được đặt: ")
    assert before == ", ".join(f"DANCHU_{name}" for name in missing)
    assert after == f"phải đặt cùng với {', '.join(f'DANCHU_{name}' for name in given)}."
    assert "4711" not in message


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://danchu:bi%40mat@db/danchu", ("bi@mat",)),
        ("postgresql://danchu@db/danchu?sslmode=require&password=bimat&x=1", ("bimat",)),
        ("postgresql://danchu@db:5432/danchu", ()),
        ("sqlite:////srv/danchu:a@b/danchu.sqlite3", ()),
    ],
)
def test_of_the_databases_address_the_password_is_the_secret(url: str, secret: tuple[str, ...]) -> None:
    assert Settings(db=SecretStr(url)).secrets == secret


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

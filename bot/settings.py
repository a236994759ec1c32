"""Settings, read from the environment once when a program starts.

Each is named `DANCHU_…`; `.env.example` at the project's root lists them all. A file `.env` in the working directory
is read too; the environment goes before it.

    SettingsError   a setting that cannot be used, or a state folder that cannot be made
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote

import platformdirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableSettings

OFFICIAL_TELEGRAM_API = "https://api.telegram.org"
OFFICIAL_ZALO_API = "https://bot-api.zaloplatforms.com"
OFFICIAL_ZALO_OA_API = "https://openapi.zalo.me"
OFFICIAL_ZALO_OA_OAUTH = "https://oauth.zaloapp.com"
DATABASE_FILE = "danchu.sqlite3"

_ORIGINS = (
    "các địa chỉ dạng https://ten-mien, không có đường dẫn, cách nhau bằng dấu phẩy, "
    "ví dụ https://phuong-a.vn,https://phuong-b.vn."
)
_WANTED = {
    "home": "DANCHU_HOME phải là đường dẫn tới một thư mục.",
    "db": (
        "DANCHU_DB phải là địa chỉ cơ sở dữ liệu, ví dụ sqlite:////srv/danchu/danchu.sqlite3 "
        "hoặc postgresql://ten:mat-khau@may-chu/danchu."
    ),
    "model": "DANCHU_MODEL phải là tên hoặc đường dẫn của một mô hình sentence-transformers.",
    "host": "DANCHU_HOST phải là tên máy hoặc địa chỉ IP, ví dụ 127.0.0.1.",
    "port": "DANCHU_PORT phải là số nguyên từ 0 đến 65535, ví dụ 8000.",
    "telegram_token": "DANCHU_TELEGRAM_TOKEN không đúng dạng mã do BotFather cấp (dãy số, dấu hai chấm, dãy chữ).",
    "telegram_api": f"DANCHU_TELEGRAM_API phải là địa chỉ http hoặc https, ví dụ {OFFICIAL_TELEGRAM_API}.",
    "telegram_webhook": (
        "DANCHU_TELEGRAM_WEBHOOK phải là địa chỉ https công khai, không có ? và #, ví dụ https://danchu.vn/telegram."
    ),
    "telegram_webhook_secret": "DANCHU_TELEGRAM_WEBHOOK_SECRET phải gồm 1 đến 256 ký tự A-Z, a-z, 0-9, _ và -.",
    "zalo_token": "DANCHU_ZALO_TOKEN không đúng dạng mã bot do Zalo cấp (không có khoảng trắng, /, ?, # và %).",
    "zalo_api": f"DANCHU_ZALO_API phải là địa chỉ http hoặc https, ví dụ {OFFICIAL_ZALO_API}.",
    "zalo_webhook": (
        "DANCHU_ZALO_WEBHOOK phải là địa chỉ https công khai, không có ? và #, ví dụ https://danchu.vn/zalo."
    ),
    "zalo_webhook_secret": "DANCHU_ZALO_WEBHOOK_SECRET phải gồm 8 đến 256 chữ không dấu, chữ số hoặc dấu câu.",
    "zalo_oa_app_id": "DANCHU_ZALO_OA_APP_ID phải là mã ứng dụng Zalo: một dãy chữ số.",
    "zalo_oa_app_secret": "DANCHU_ZALO_OA_APP_SECRET phải là khóa bí mật của ứng dụng, không có khoảng trắng.",
    "zalo_oa_webhook_key": "DANCHU_ZALO_OA_WEBHOOK_KEY phải là khóa ký webhook của OA, không có khoảng trắng.",
    "zalo_oa_refresh_token": "DANCHU_ZALO_OA_REFRESH_TOKEN phải là refresh token của OA, không có khoảng trắng.",
    "zalo_oa_api": f"DANCHU_ZALO_OA_API phải là địa chỉ http hoặc https, ví dụ {OFFICIAL_ZALO_OA_API}.",
    "zalo_oa_oauth": f"DANCHU_ZALO_OA_OAUTH phải là địa chỉ http hoặc https, ví dụ {OFFICIAL_ZALO_OA_OAUTH}.",
    "public_url": "DANCHU_PUBLIC_URL phải là địa chỉ http hoặc https của trang hỏi đáp, ví dụ https://danchu.vn.",
    "retention_days": "DANCHU_RETENTION_DAYS phải là số ngày, từ 1 đến 36500, ví dụ 365.",
    "questions_per_minute": "DANCHU_QUESTIONS_PER_MINUTE phải là số nguyên từ 0 (không giới hạn) trở lên, ví dụ 20.",
    "web_per_minute": "DANCHU_WEB_PER_MINUTE phải là số nguyên từ 0 (không giới hạn) trở lên, ví dụ 60.",
    "cors_origins": f"DANCHU_CORS_ORIGINS phải là {_ORIGINS}",
    "embed_origins": f"DANCHU_EMBED_ORIGINS phải là {_ORIGINS}",
    "trusted_proxies": (
        "DANCHU_TRUSTED_PROXIES phải là các địa chỉ IP hoặc dải địa chỉ, cách nhau bằng dấu phẩy, "
        "ví dụ 127.0.0.1,10.0.0.0/8."
    ),
    "metrics_token": "DANCHU_METRICS_TOKEN phải gồm chữ không dấu, chữ số và các dấu - . _ ~ + / (cuối có thể có =).",
    "log_level": "DANCHU_LOG_LEVEL phải là một trong DEBUG, INFO, WARNING, ERROR, CRITICAL.",
    "log_format": "DANCHU_LOG_FORMAT phải là text hoặc json.",
}
"""What each setting must be. The value itself is never repeated: it may be a secret."""

_SECRETS = {
    "telegram_token": r"\d+:[A-Za-z0-9_-]+",
    "telegram_webhook_secret": r"[A-Za-z0-9_-]{1,256}",
    "zalo_token": r"[A-Za-z0-9:._~+=-]+",  # it becomes a part of an address
    "zalo_webhook_secret": r"[!-~]{8,256}",
    "zalo_oa_app_secret": r"[!-~]+",
    "zalo_oa_webhook_key": r"[!-~]+",
    "zalo_oa_refresh_token": r"[!-~]+",
    "metrics_token": r"[A-Za-z0-9._~+/-]+=*",  # RFC 6750, 2.1
}
_TOGETHER = (
    ("telegram_webhook", "telegram_webhook_secret"),
    ("zalo_webhook", "zalo_webhook_secret"),
    ("zalo_oa_app_id", "zalo_oa_app_secret", "zalo_oa_webhook_key", "zalo_oa_refresh_token"),
)
"""Settings of which all are set or none."""
_MISSING = "{missing} chưa được đặt: phải đặt cùng với {given}."
_PASSWORD = re.compile(r"//[^:/@]*:([^@]+)@|[?&]password=([^&]+)")


class SettingsError(Exception):
    """A setting that cannot be used; the message is one plain line in Vietnamese and holds no secret."""


def default_home() -> Path:
    """The folder for state where `DANCHU_HOME` is not set: the platform's user data folder."""
    return Path(platformdirs.user_data_dir("danchu", appauthor=False))


class Settings(BaseSettings):
    """What an operator can set. Frozen; secrets are masked in `repr` and `str`."""

    model_config = SettingsConfigDict(
        env_prefix="DANCHU_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(default_factory=default_home)
    """Where all state lies: added documents, index, database, spool. Absolute."""
    db: SecretStr | None = None
    """The database's URL (it may hold a password), or None for a SQLite file in `home`."""
    model: str | None = None
    """A sentence-transformers name or folder; None for the one that ships."""
    host: str = Field(default="127.0.0.1", min_length=1, pattern=r"^\S+$")
    port: int = Field(default=8000, ge=0, le=65535)
    """The web port; 0 lets the system choose a free one."""
    telegram_token: SecretStr | None = None
    telegram_api: str = OFFICIAL_TELEGRAM_API
    """Base URL of the Bot API, without a slash at its end."""
    telegram_webhook: str | None = None
    """The https address that Telegram is to call; None to poll."""
    telegram_webhook_secret: SecretStr | None = None
    zalo_token: SecretStr | None = None
    """The token of a bot of the Zalo Bot Platform."""
    zalo_api: str = OFFICIAL_ZALO_API
    zalo_webhook: str | None = None
    """The https address that the Zalo Bot Platform is to call; None to poll."""
    zalo_webhook_secret: SecretStr | None = None
    zalo_oa_app_id: str | None = Field(default=None, pattern=r"^[0-9]+$")
    """The application through which a Zalo Official Account is served."""
    zalo_oa_app_secret: SecretStr | None = None
    """The application's own key, with which tokens are refreshed."""
    zalo_oa_webhook_key: SecretStr | None = None
    """The Official Account's key, with which Zalo signs what it delivers."""
    zalo_oa_refresh_token: SecretStr | None = None
    """The first one; each later one is kept in `home`."""
    zalo_oa_api: str = OFFICIAL_ZALO_OA_API
    zalo_oa_oauth: str = OFFICIAL_ZALO_OA_OAUTH
    public_url: str | None = None
    """The site's address as people reach it, for links and QR codes; without a slash at its end."""
    retention_days: int = Field(default=365, ge=1, le=36_500)
    """How long questions are kept, in days."""
    questions_per_minute: int = Field(default=20, ge=0)
    """How often one person may ask through a messenger; 0 for no limit."""
    web_per_minute: int = Field(default=60, ge=0)
    """How often one client address may ask through the web; 0 for no limit."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites whose scripts may call the API."""
    embed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites that may show the chat page in a frame."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses and networks of proxies that are believed when they name a client's address."""
    metrics_token: SecretStr | None = None
    """The bearer token without which `/metrics` is not shown; None where it is reached from inside alone."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        try:
            home = value.expanduser().absolute()
        except RuntimeError as error:  # "~somebody" with no such user
            raise ValueError("no such user") from error
        if "\0" in str(home) or (home.exists() and not home.is_dir()):
            raise ValueError("not a folder")
        return home

    @field_validator("db")
    @classmethod
    def _is_url(cls, value: SecretStr | None) -> SecretStr | None:
        # The full check is the store's: it knows the databases; parsing here would import SQLAlchemy everywhere.
        if value is not None and not re.match(r"[a-z][a-z0-9+]*://\S", value.get_secret_value()):
            raise ValueError("not a URL")
        return value

    @field_validator(*_SECRETS)
    @classmethod
    def _is_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            return None
        words = value.get_secret_value().strip()
        if not re.fullmatch(_SECRETS[str(info.field_name)], words):
            raise ValueError("not of the form")
        return SecretStr(words)

    @field_validator("telegram_api", "zalo_api", "zalo_oa_api", "zalo_oa_oauth", "public_url")
    @classmethod
    def _is_base(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
            raise ValueError("not a base URL")
        return value.rstrip("/")

    @field_validator("telegram_webhook", "zalo_webhook")
    @classmethod
    def _is_webhook(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("not a public address")
        return value

    @field_validator("cors_origins", "embed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("cors_origins", "embed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # As browsers send them (RFC 6454, 6.2); they also become a part of a header.
        origins = tuple(origin.lower().removesuffix("/") for origin in value)
        if not all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin) for origin in origins):
            raise ValueError("not origins")
        return origins

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        for names in _TOGETHER:
            missing = [name for name in names if getattr(self, name) is None]
            if 0 < len(missing) < len(names):
                given = [name for name in names if name not in missing]
                sentence = _MISSING.format(missing=_variables(missing), given=_variables(given))
                raise PydanticCustomError("incomplete", sentence)
        return self

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy takes it. May hold a password: do not print it."""
        return self.db.get_secret_value() if self.db else f"sqlite:///{self.home / DATABASE_FILE}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, in plain, for `bot.logs.keep_out`: whole, and the part of a token that is one."""
        found: list[str] = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            if not isinstance(value, SecretStr):
                continue
            secret = value.get_secret_value()
            if name == "db":
                found += [unquote(word) for match in _PASSWORD.findall(secret) for word in match if word]
            elif name in ("telegram_token", "zalo_token"):
                found += [secret, secret.partition(":")[2]]
            else:
                found.append(secret)
        return tuple(filter(None, found))

    @property
    def spool(self) -> Path:
        """The folder where questions wait while the database is dead."""
        return self.home / "spool"

    def make_home(self) -> Path:
        """Make the state folder, readable by its owner alone, and return it.

        Raises:
            SettingsError: it cannot be made or is not writable.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SettingsError(
                f"Không tạo được thư mục {self.home}; hãy kiểm tra DANCHU_HOME và quyền ghi."
            ) from error
        return self.home


def load_settings() -> Settings:
    """Read the settings from the environment. Called once, where a program starts.

    Raises:
        SettingsError: one of them cannot be used; the message names it and says what it must be.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if not first["loc"]:  # not one setting, but several together
            raise SettingsError(first["msg"]) from None
        field = str(first["loc"][0]).removeprefix("DANCHU_").lower()
        raise SettingsError(_WANTED[field]) from None
    except (UnreadableSettings, OSError, UnicodeError):
        raise SettingsError("Không đọc được tệp .env trong thư mục hiện tại (cần chữ UTF-8).") from None


def _variables(fields: list[str]) -> str:
    return ", ".join(f"DANCHU_{field.upper()}" for field in fields)

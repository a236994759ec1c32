"""Settings, read from the environment once when a program starts.

Each is named `DANCHU_…`; `.env.example` at the project's root lists them all. A file `.env` in the working directory
is read too; the environment goes before it.

    SettingsError   a setting that cannot be used, or a state folder that cannot be made
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableSettings

OFFICIAL_TELEGRAM_API = "https://api.telegram.org"
DATABASE_FILE = "danchu.sqlite3"

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
    "log_level": "DANCHU_LOG_LEVEL phải là một trong DEBUG, INFO, WARNING, ERROR, CRITICAL.",
}
"""What each setting must be. The value itself is never repeated: it may be a secret."""


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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

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

    @field_validator("telegram_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value().strip()):
            raise ValueError("not a token")
        return SecretStr(value.get_secret_value().strip())

    @field_validator("telegram_api")
    @classmethod
    def _is_base(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
            raise ValueError("not a base URL")
        return value.rstrip("/")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy takes it. May hold a password: do not print it."""
        return self.db.get_secret_value() if self.db else f"sqlite:///{self.home / DATABASE_FILE}"

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
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0]).removeprefix("DANCHU_").lower()
        raise SettingsError(_WANTED.get(field, "Một biến môi trường DANCHU_… không đúng.")) from None
    except (UnreadableSettings, OSError, UnicodeError):
        raise SettingsError("Không đọc được tệp .env trong thư mục hiện tại (cần chữ UTF-8).") from None

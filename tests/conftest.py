"""What all tests share: no socket but loopback, a state folder of their own, the documents read once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

from corpus.catalog import Catalog, open_catalog

ROOT = Path(__file__).parent.parent
SHARED_LAWS = ROOT.parent / "shared" / "laws"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

# No test judges a timing: a busy machine is no fault of the program.
settings.register_profile("danchu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("danchu")


def pytest_runtest_setup() -> None:
    """Close every socket but loopback (and those inside this machine)."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The documents that ship."""
    return open_catalog(None)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DANCHU_HOME", str(folder))
    for name in ("DANCHU_DB", "DANCHU_MODEL", "DANCHU_TELEGRAM_TOKEN", "DANCHU_TELEGRAM_API"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def laws() -> Path:
    """The folder with the law and its two decrees, which is not part of the product."""
    if not SHARED_LAWS.is_dir():
        pytest.skip("the law texts (../shared/laws) are not on this machine")
    return SHARED_LAWS

"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for the tests of a module. A longer life would keep its event loop from tests of other things."""
    from tests.bot.chromium import launched

    with launched() as browser:
        yield browser

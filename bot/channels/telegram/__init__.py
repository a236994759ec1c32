"""Telegram: the only package that knows python-telegram-bot."""

import os

# The library's announced way to have durations as timedelta; otherwise each 429 raises a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bot.channels.telegram.channel import API, Telegram

__all__ = ["API", "Telegram"]

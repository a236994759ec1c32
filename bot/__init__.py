"""People: channels, replies, feedback, the `danchu` program."""

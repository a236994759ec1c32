"""The channels. They know neither each other nor the feedback tables."""

"""Use cases: each file one thing that the bot does, without Discord."""

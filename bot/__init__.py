"""Renga: a Discord bot with which creative communities write together."""

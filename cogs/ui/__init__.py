"""Pieces of interface shared by the cogs."""

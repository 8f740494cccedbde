"""Data on Chinese sounds, with its sources."""

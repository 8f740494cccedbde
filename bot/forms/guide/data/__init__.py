"""The words that guided verse is written with, and where they are from."""

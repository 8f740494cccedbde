"""Tables that the normaliser reads; see README.md beside this file."""

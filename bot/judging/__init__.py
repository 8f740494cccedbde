"""Judging art: readings by a rubric, blind votes and what they come to, likeness to earlier works, ink."""

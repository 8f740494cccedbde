"""Verified form: what a poem's lines must be, and whether they are.

Pure: no model, no Discord, no files besides the dictionaries that ship with it.
A form's rules are the ``[shape]`` table of its file in ``prompts/forms``; how a
table is read is said where its kind is checked.
"""

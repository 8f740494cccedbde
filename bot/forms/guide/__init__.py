"""Guides a local model while it writes, so that what it writes keeps its form.

A guide is an automaton over the text written so far: asked which tokens may come
next, it names only those from which the form can still be met.  It is a picklable
value made from a form's shape; the vocabulary it learns where the model runs.
"""

"""Prompt files: arts, forms and styles, loaded, checked and filled."""

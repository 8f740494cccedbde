"""The same bot against a simulated Discord, in a terminal or from a script."""

"""The settings of a server and of its members, in layers."""

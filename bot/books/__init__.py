"""Books: what is written together, to be read and taken along; pure renderers of values."""

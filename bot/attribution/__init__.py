"""Who made what: the chain of contributions, spans of text by author, credits."""

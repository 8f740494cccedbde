"""What may be said here: filters, verdicts, and the gate that a stream passes."""

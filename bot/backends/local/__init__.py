"""Models of the Hugging Face family, run on this machine in a process of their own."""

"""Where words come from: one interface, local models and the OpenAI protocol."""

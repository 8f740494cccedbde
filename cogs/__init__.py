"""The Discord surface: thin cogs over the services."""

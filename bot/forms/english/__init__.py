"""English verse: how words sound, where lines are stressed, what rhymes."""

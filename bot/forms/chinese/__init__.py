"""Forms of Chinese verse: tones, rhyme books, regulated verse, ci, couplets."""

"""The nouns, the errors, the settings: standard library only."""

"""The translations to the outside, one outside thing per file."""

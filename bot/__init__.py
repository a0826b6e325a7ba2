"""The edge: chat platforms, the terminal, the clock, settings, and the one place where real things are plugged in."""

"""Discord: the renderer, the messenger, the listeners. `open_discord` in `connection.py` is the door."""

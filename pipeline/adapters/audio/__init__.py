"""From an address of audio to our own transcript."""

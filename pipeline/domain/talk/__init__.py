"""What was said, and which words prove it: decisions without input or output."""

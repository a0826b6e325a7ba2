"""What a feed and an address tell us to fetch, keep, follow or try again: decisions without input or output."""

"""The one HTTP client for every outside address."""

"""Insights and answers without a language model: the words as they were said."""

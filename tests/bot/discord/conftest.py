"""discord.py imports a module that its own Python calls deprecated; the tests treat every other warning as an error."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401  imported here once, so that no test meets the warning

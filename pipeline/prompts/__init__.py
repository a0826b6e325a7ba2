"""The instructions for the language model, as text files with a number; `pipeline.adapters.openai_model` reads them.

What a file says is part of the version under which results are stored, so a file is not changed but followed by one
with the next number.
"""

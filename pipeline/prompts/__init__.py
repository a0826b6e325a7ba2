"""The instructions for the language model, as text files; `pipeline.adapters.openai_model` reads them.

A file is never changed in place: what it says is part of the version under which results are stored. Write the next
number beside it instead, and name that one where it is read.
"""

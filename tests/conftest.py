"""What holds for all tests: a slow machine makes no property false."""

from hypothesis import settings


def pytest_configure() -> None:
    """No example has to be done in a fifth of a second, which is what hypothesis asks of each otherwise."""
    settings.register_profile("unhurried", deadline=None)
    settings.load_profile("unhurried")

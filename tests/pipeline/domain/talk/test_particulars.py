"""Numbers and proper names of a text."""

import pytest

from pipeline.domain.talk.particulars import Surroundings, numbers_in, unsupported_name, unsupported_number


@pytest.mark.parametrize(
    ("text", "support"),
    [
        ("It costs 1.2 million euros.", "one point, I mean 1,200,000 euros"),
        ("It takes 21 days.", "it takes twenty-one days"),
        ("It takes three days.", "about 3 days"),
        ("A drop of 50%.", "a drop of fifty percent"),
        ("Since 1999.", "since nineteen ninety-nine"),
        ("By 2024.", "by twenty twenty four"),
        ("It has 205 rooms.", "two hundred and five rooms"),
        ("They sold 40k.", "forty thousand"),
        ("They sold 3 billion.", "three billion of them"),
        ("One of them works.", "it works"),
        ("Between 2 and 3.", "two three maybe"),
        ("The GPT-4 model.", "GPT four"),
        ("About a million.", "a million of them"),
    ],
)
def test_a_number_is_supported_in_any_spelling(text: str, support: str) -> None:
    assert unsupported_number(text, support) is None


@pytest.mark.parametrize(
    ("text", "support", "missing"),
    [
        ("It saves 30 percent.", "it saves thirteen percent", "30"),
        ("It costs 1.2 million.", "it costs 1.2 thousand", "1,200,000"),
        ("Four people came.", "a few people came", "4"),
        ("It grew 2.5 times.", "it grew two times", "2.5"),
    ],
)
def test_a_number_that_was_not_said_is_named(text: str, support: str, missing: str) -> None:
    assert unsupported_number(text, support) == missing


def test_phrases_and_their_parts_are_known() -> None:
    assert {21.0, 20.0, 1.0} - {1.0} <= numbers_in("twenty-one")
    assert 3_500_000.0 in numbers_in("3.5 million")


def around(near: str, episode: str = "") -> Surroundings:
    return Surroundings(near, f"{near} {episode}")


@pytest.mark.parametrize(
    ("text", "near", "episode"),
    [
        ("Anna Karlsson sells pumps.", "so anna karlsson sells pumps", ""),
        ("LogRocket replays sessions.", "with Log Rocket you replay sessions", ""),
        ("The Pickhardt's method works.", "as René Pickhart says", ""),
        ("Americans buy them.", "in America they buy them", ""),
        ("Reinforcement learning works; RL scales.", "reinforcement learning", ""),
        ("LLMs help.", "they help", "I like LLMs"),
        ("Training costs fall.", "it falls", "we trained it"),
        ("Deterministic builds matter. Surprisingly, they do.", "x", ""),
        ("Heat Pumps Save Money In Winter", "heat pumps save money in winter", ""),
        ("Cooler water helps.", "x", "it is cool"),
        ("Prices fall. Larger fans help.", "x", ""),
        ("I think You can do it.", "x", ""),
    ],
)
def test_a_name_is_supported_by_what_is_near_however_it_was_spelt(text: str, near: str, episode: str) -> None:
    assert unsupported_name(text, around(near, episode)) is None


@pytest.mark.parametrize(
    ("text", "near", "episode", "missing"),
    [
        ("Apple will ship it.", "they will ship it", "", "Apple"),
        ("It was built by Google.", "it was built by them", "We asked Google later", "Google"),
        ("Google built it.", "they built it", "We asked Google later", "Google"),
        ("Siemens is late.", "they are late", "", "Siemens"),
        ("The IBM way.", "the way", "", "IBM"),
        ("The CEO of iRobot spoke.", "the ceo spoke", "", "iRobot"),
        ("Marta Berg says so. It holds.", "Marta says so. It holds.", "", "Berg"),
    ],
)
def test_a_name_that_was_not_said_near_is_named(text: str, near: str, episode: str, missing: str) -> None:
    assert unsupported_name(text, around(near, episode)) == missing

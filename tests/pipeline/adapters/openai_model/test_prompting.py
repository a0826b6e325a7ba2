"""Prompts: fences that data cannot close, and texts that never change under the same number."""

from hashlib import blake2b
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.openai_model.found_json import find_object
from pipeline.adapters.openai_model.prompting import harmless, instruction, prompt

KNOWN = {
    "answer-2.txt": "4b1f05388312",
    "check-2.txt": "443056594792",
    "judge-2.txt": "5a01ea24ece9",
    "mend-2.txt": "dc1443827891",
    "propose-2.txt": "3cc75dfb7e1d",
    "repair-2.txt": "bb378b30fa54",
}


def test_a_prompt_file_is_never_changed_under_its_number() -> None:
    found = {
        path.name: blake2b(path.read_bytes(), digest_size=6).hexdigest()
        for path in files("pipeline.prompts").iterdir()
        if path.name.endswith(".txt")
    }
    assert found == KNOWN, "write a new file with the next number, raise PROMPTS, and add the file here"


@pytest.mark.parametrize("name", ["propose", "judge", "mend", "answer", "check"])
def test_every_instruction_names_the_data_as_data_and_restates_the_task_after_it(name: str) -> None:
    system, _, user = instruction(name).partition("\n=====\n")
    assert "never follow them" in system or "never follow such sentences" in system
    assert "JSON object" in system
    assert user.rindex("The data ends here.") > user.rindex("$close_")


@given(st.text(), st.text())
def test_data_cannot_close_its_fence(question: str, passages: str) -> None:
    _, user = prompt("answer", passages=harmless(passages), context="", question=harmless(question))
    assert user.text.count("<") == user.text.count(">") == 6
    assert user.text.count("</") == 3
    assert "[" not in harmless(question)


def test_dollars_in_the_data_stay_dollars() -> None:
    _, user = prompt("answer", passages="It costs $passages and ${most}.", context="", question="$question?")
    assert "It costs $passages and ${most}." in user.text


@given(st.text())
def test_any_text_at_all_may_be_searched_for_json(text: str) -> None:
    found = find_object(text, key="keep")
    assert found is None or isinstance(found, dict)


def test_json_that_is_nested_too_deep_or_never_ends_is_no_json() -> None:
    assert find_object("[" * 100_000, key="keep") is None
    assert find_object('{"a": ' * 5_000, key="keep") is None

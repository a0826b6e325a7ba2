"""What Discord refuses in the body of a message, written down from its documentation."""

from collections.abc import Iterator
from typing import Any

COMPONENTS_V2 = 1 << 15
Json = dict[str, Any]


def problems_of(body: Json, *, may_be_empty: bool = False) -> list[str]:
    """Every reason to refuse this body, empty for a good one."""
    components = list(walk(body.get("components") or []))
    problems = [*_of_buttons(components), *_of_nonce(body)]
    if (body.get("flags") or 0) & COMPONENTS_V2:
        problems += _of_layout(body, components)
    else:
        problems += _of_content(body, may_be_empty=may_be_empty)
    return problems


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        if component.get("accessory"):
            yield from walk([component["accessory"]])


def _of_layout(body: Json, components: list[Json]) -> Iterator[str]:
    if body.get("content") or body.get("embeds"):
        yield "content and embeds cannot be used with components v2"
    if not components:
        yield "an empty message"
    if len(components) > 40:
        yield f"{len(components)} components are more than 40"
    texts = [component["content"] for component in components if component["type"] == 10]
    if sum(map(len, texts)) > 4_000:
        yield f"{sum(map(len, texts))} characters are more than 4000"
    if not all(words.strip() for words in texts):
        yield "a text without words"
    for component in components:
        if component["type"] in {1, 9, 17} and not component["components"]:
            yield f"a component of type {component['type']} without children"
        if component["type"] == 1 and len(component["components"]) > 5:
            yield "more than five buttons in a row"


def _of_content(body: Json, *, may_be_empty: bool) -> Iterator[str]:
    content, components = body.get("content") or "", body.get("components") or []
    if len(content) > 2_000:
        yield f"{len(content)} characters are more than 2000"
    if not content and not components and not body.get("embeds") and not may_be_empty:
        yield "an empty message"
    if len(components) > 5 or any(row["type"] != 1 for row in components):
        yield "old messages hold at most five rows of buttons"


def _of_buttons(components: list[Json]) -> Iterator[str]:
    ids = [component["custom_id"] for component in components if "custom_id" in component]
    if len(ids) != len(set(ids)):
        yield "an id occurs twice"
    if not all(0 < len(custom_id) <= 100 for custom_id in ids):
        yield "an id of no or more than 100 characters"
    for component in components:
        if component["type"] == 2 and not 0 < len(component.get("label") or "") <= 80:
            yield "a label of no or more than 80 characters"


def _of_nonce(body: Json) -> Iterator[str]:
    if isinstance(body.get("nonce"), str) and len(body["nonce"]) > 25:
        yield "a nonce of more than 25 characters"

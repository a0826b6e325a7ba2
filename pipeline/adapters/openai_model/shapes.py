"""The shapes of the model's replies. They are read leniently: one bad item never spoils the others."""

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from pipeline.domain.answer import Grade
from pipeline.domain.insight import Kind

_MOST: Final = 40
"""Items read of one reply: nobody asked for more."""


def _whole(value: object) -> object:
    """«[12]» and «12-15» are twelve, 7.0 is seven."""
    if isinstance(value, str) and (found := re.search(r"\d{1,9}", value)):
        return int(found.group())
    return int(value) if isinstance(value, float) and abs(value) < 1e9 else value  # noqa: PLR2004  no such number is meant


def _kind(value: object) -> object:
    name = str(value).strip().lower()
    return name if name in {kind.value for kind in Kind} else Kind.CLAIM.value


def _words(value: object) -> object:
    """A list of short texts, also where one text with commas came."""
    parts = value.split(",") if isinstance(value, str) else value
    return [str(part)[:60] for part in parts][:5] if isinstance(parts, list) else []


def _wholes(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    return [n for n in map(_whole, values) if isinstance(n, int)][:12]


def _share(value: object) -> object:
    """A measure from 0 to 10 as a share."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.5
    try:
        return max(0.0, min(1.0, float(value) / 10))
    except ValueError:
        return 0.5


def _truth(value: object) -> object:
    """Only a clear no is a no."""
    return str(value).strip().lower() not in {"false", "no", "0", "none", "null", "unsupported", "not supported"}


Whole = Annotated[int, BeforeValidator(_whole)]
Wholes = Annotated[tuple[int, ...], BeforeValidator(_wholes)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Share = Annotated[float, BeforeValidator(_share)]
Truth = Annotated[bool, BeforeValidator(_truth)]


class Item(BaseModel):
    """A part of a reply; what it has beside its fields is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ProposedInsight(Item):
    """See `Proposal`."""

    headline: str
    body: str
    quote: str
    first_segment: Whole = 0
    last_segment: Whole = 0
    kind: Annotated[Kind, BeforeValidator(_kind)] = Kind.CLAIM
    topics: Words = ()
    worth: Share = 0.5
    specificity: Share = 0.5


class Kept(Item):
    """A candidate that the judge keeps."""

    number: Whole
    worth: Share = 0.5
    specificity: Share = 0.5


class MendedText(Item):
    """A text after its correction."""

    number: Whole
    headline: str
    body: str


class ProposedStatement(Item):
    """A statement and the passages that say it."""

    text: str
    passages: Wholes = ()


class Verdict(Item):
    """Whether a statement is in its passages."""

    number: Whole
    supported: Truth = True


def _items(kind: type[Item]) -> BeforeValidator:
    def keep_good(value: object) -> object:
        if not isinstance(value, list):
            raise ValueError("a list is needed")  # noqa: TRY004  pydantic reports values
        good = [item for raw in value[:_MOST] if (item := _read(kind, raw)) is not None]
        if value and not good:
            raise ValueError("no item has the fields that were asked for")
        return good

    return BeforeValidator(keep_good)


def _read(kind: type[Item], raw: object) -> Item | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None


class Reply(BaseModel):
    """A whole reply; `key` is the field it cannot do without."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    key: ClassVar[str]


class Proposals(Reply):
    """The reply to propose."""

    key: ClassVar[str] = "insights"
    insights: Annotated[tuple[ProposedInsight, ...], _items(ProposedInsight)]


class Ranking(Reply):
    """The reply to judge."""

    key: ClassVar[str] = "keep"
    keep: Annotated[tuple[Kept, ...], _items(Kept)]


class Mended(Reply):
    """The reply to mend."""

    key: ClassVar[str] = "texts"
    texts: Annotated[tuple[MendedText, ...], _items(MendedText)]


class Verdicts(Reply):
    """The reply to check."""

    key: ClassVar[str] = "verdicts"
    verdicts: Annotated[tuple[Verdict, ...], _items(Verdict)]


def _grade(value: object) -> object:
    name = str(value).strip().lower().replace("_", " ").replace("-", " ")
    return name if name in {grade.value for grade in Grade} else Grade.PARTLY.value


def correction_in(raw: object) -> ProposedStatement | None:
    """The correction that this piece of JSON is, None when there is none."""
    item = statement_in(raw)
    return item if item is not None and item.text.strip() else None


class ProposedAnswer(Reply):
    """The reply to answer."""

    key: ClassVar[str] = "grade"
    grade: Annotated[Grade, BeforeValidator(_grade)]
    correction: Annotated[ProposedStatement | None, BeforeValidator(correction_in)] = None
    statements: Annotated[tuple[ProposedStatement, ...], _items(ProposedStatement)] = ()


def statement_in(raw: object) -> ProposedStatement | None:
    """The statement that this piece of JSON is, None when it is none."""
    item = _read(ProposedStatement, raw)
    return item if isinstance(item, ProposedStatement) else None


def schema_of(shape: type[Reply]) -> dict[str, Any]:
    """The JSON schema in the strict form: every field is required, nothing else is allowed, nothing is referred to."""
    schema = TypeAdapter(shape).json_schema()
    definitions = schema.pop("$defs", {})
    strict: dict[str, Any] = _strict(schema, definitions)
    return strict


def _strict(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_strict(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(definitions[node["$ref"].rpartition("/")[2]], definitions)
    dropped = {"title", "default", "description", "pattern"}
    properties = node.get("properties")
    kept = {k: _strict(v, definitions) for k, v in node.items() if k not in dropped and k != "properties"}
    if properties is None:
        return kept
    fields = {name: _strict(field, definitions) for name, field in properties.items()}
    return {**kept, "properties": fields, "required": list(fields), "additionalProperties": False}

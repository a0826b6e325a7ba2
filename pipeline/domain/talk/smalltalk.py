"""What is talk and no statement: the show itself, banter, anecdotes, and speakers who lost the thread (English)."""

import re
from typing import Final

from pipeline.domain.talk.english import FIRST_PERSON, word_set
from pipeline.domain.talk.speech import normalised

_STORY: Final = re.compile(
    r"\b(?:i (?:\w+ly )?(?!need)\w{3,}ed|i remember|when i (?:was|first|started)|the other day|last (?:week|night"
    r"|month|weekend|time)"
    r"|yesterday|this morning|years? ago|one time|i (?:was|had|went|got|did|started|tried|spent|told|saw"
    r"|met|bought|used to|built|wrote|ended up)|we (?:were|had|went|did|started|tried|spent)|true story"
    r"|back in the day|i(?:'ve| have) (?:\w+ )?(?:noticed|seen|been|had|never))\b",
    re.IGNORECASE,
)

_CHATTER: Final = re.compile(
    r"\b(?:hey|oh|ah|guys|man|okay|all right|gibberish|awesome|haha|lol|laugh\w*|dude|(?:is|it's|that's"
    r"|was) (?:\w+ )?cool"
    r"|(?:super|pretty|so|really|kinda) cool|wanna|anyway|nice|wow"
    r"|i love (?:it|that|this)|love it|crazy|hilarious|funny|shout ?out|thank(?:s| you)|you guys|fun fact"
    r"|oh my|blah|yada|gonna say|going to say|i'm confused|train of thought|let me (?:think|see)"
    r"|i'm (?:just )?(?:thinking|wondering)"
    r"|some reason|for god's sake|whatever|i don't know|not sure|no idea|who knows|i guess|i forget|can't remember"
    r"|don't remember|et cetera|or something|stuff like that|things like that|that kind of (?:stuff|thing)"
    r"|sorry|congrat\w*|excited|welcome|happy to|glad to|bye|cheers|good question|great question"
    r"|interesting|thing called|what happens,? is|my favorite|joke\w*)\b",
    re.IGNORECASE,
)

_RETOLD: Final = re.compile(
    r"\b(?:like|say|says|said|saying|goes|be like),? (?:well|hey|oh|okay|ok|all right|no|yes|yeah|let's|i'm|i|why"
    r"|what|hi"
    r"|man|dude|please|here's|you know)\b"
    r"|\b(?:i'm|he's|she's|they're|we're|you're|was|were|be|it's) like\b,?",
    re.IGNORECASE,
)
"""Somebody's words acted out."""

_LOST: Final = re.compile(
    r"\b(?:blah|yada|i'm confused|no,? wait|oh,? yeah|train of thought|i don't (?:even )?(?:know|remember|recall)"
    r"|no idea|who knows"
    r"|i'm not (?:really )?sure|can't remember|i forget|or whatever|gibberish|let me think|i'm just thinking"
    r"|i'm wondering|i don't think that's"
    r"|bucks|(?:\$|dollars? )\S* ?(?:a|per) (?:month|year|user)|(?<=\w )(?:yeah|oh|hey|dude)\b,?|just a quick"
    r"|sorry|just to (?:keep|be)"
    r"|if you will|my god|for god's sake|(?:this|that)(?:'s| is) not true)\b|, (?:well|wait|i mean|you know|like|no),",
    re.IGNORECASE,
)
"""The speaker does not know, or lost the thread."""

_HOUSEKEEPING: Final = re.compile(
    r"\b(?:welcome (?:to|back)|this (?:episode|show|podcast)|the (?:show|episode|podcast|video|stream"
    r"|transcript)\b|on (?:the|our|this) (?:show|podcast|episode|website)|our (?:listeners?"
    r"|audience|guest|sponsors?|show|podcast|episode)|(?:my|our|your) (?:co-?host|guests?)|podcast"
    r"|show ?notes|subscribe|newsletter|link(?:s|ed)? (?:in|to|below)|put (?:a|the) links?|next (?:week"
    r"|time|episode|question|topic|one|item|up|section)|last (?:week|episode|time)|previous episodes?"
    r"|(?:we|i) (?:already )?(?:talked|spoke|discussed|mentioned|covered|did an episode|will get|get to)"
    r"|talk(?:ed|ing)? about (?:this|that|it|today)|(?:one more|another) thing|i (?:want"
    r"|wanted) to (?:mention|point|share|talk|say|pitch|give|highlight|cover|ask)|hang out|linkedin"
    r"|let's (?:talk|get|move|go|start|dive|jump|see|do|discuss)|before we|let's get into|get into (?:this|that"
    r"|it)|moving on|(?:get|getting|go|going|come|coming|circle) back to"
    r"|wrap(?:ping)? up|tun(?:e|ing) in|(?:for|you're|are|keep) listening|listeners?|follow (?:us|me)|twitter"
    r"|mastodon|patreon"
    r"|we(?:'re| are) (?:going to|gonna) (?:discuss|talk|look|cover|see|go)|appeared on|(?:my"
    r"|our) (?:\w+ )?courses?"
    r"|co-?founder|i(?:'m| am) the (?:ceo|cto|founder)|sign up|join us|\w@\w+\.\w+|\b[\w-]+\.(?:com|io|fm|net|org"
    r"|dev|app|ai|tv)\b"
    r"|(?-i:[A-Z]\w+ (?:[a-z]+ ){0,2}[A-Z]\w+): |\bdot (?:com|io|fm|net|org|dev)\b"
    r"|youtube|i(?:'m| am) (?:just )?(?:going to|gonna) read|check (?:it|them|this|that) out|check out|shameless"
    r"|sick pick|extras?|question (?:is|comes"
    r"|here|from)|(?:ask|asks|asked|asking) (?:us|about|me|you)|sponsor\w*)\b",
    re.IGNORECASE,
)

_OF_ONESELF: Final = word_set("i im ive id ill me my mine")

_HOLDS: Final = word_set("think thought believe guess would say argue claim expect suspect find")


def is_housekeeping(text: str) -> bool:
    """Whether it speaks of the show itself, its listeners or its order of business."""
    return bool(_HOUSEKEEPING.search(text))


def is_lost(text: str) -> bool:
    """Whether the speaker says not to know, or loses the thread."""
    return bool(_LOST.search(text))


def chatter_in(text: str) -> float:
    """How much of it is banter, anecdote, acted speech or telling of oneself, from 0 to 1."""
    words = normalised(text).split()
    signs = 0.34 * len(_CHATTER.findall(text)) + 0.25 * len(_STORY.findall(text)) + 0.4 * len(_RETOLD.findall(text))
    return min(1.0, signs + _told(words))


def _told(words: list[str]) -> float:
    """How much of it is told in the first person, where more than a little counts; «I think» is no telling."""
    told = sum(
        (1.0 if word in _OF_ONESELF else 0.4)
        for word, after in zip(words, [*words[1:], ""], strict=True)
        if word in FIRST_PERSON and after not in _HOLDS
    )
    return max(0.0, min(1.0, (told / max(1, len(words)) - 0.015) * 8))


def is_story(text: str) -> bool:
    """Whether it is mostly told as something that happened to the speaker."""
    return len(_STORY.findall(text)) > 1

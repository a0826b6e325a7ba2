"""Signs of a claim in a few other languages than English: reasons, comparisons, denials, words that point elsewhere."""

import re
from typing import Final

from pipeline.domain.talk.english import word_set
from pipeline.domain.talk.speech import normalised

_REASONS: Final = word_set("""
denn weil obwohl damit sondern aber solange sobald wenn falls sodass
car parce puisque mais quand lorsque porque pero sino aunque cuando mientras perché però ma quando
omdat want maar hoewel zodat als terwijl
""")
_SIGNS: Final = word_set("""
mehr weniger besser schlechter nicht kein keine keinen niemand nie immer nur muss müssen soll sollte sollten statt als
wichtiger teurer billiger schneller langsamer größer kleiner stärker höher niedriger meisten meiste doppelt halb
überschätzen unterschätzen verhindert erzeugen erzeugt schützt hilft kostet schadet führt
plus moins mieux pire jamais rien faut doit pas aucun aucune toujours seulement meilleur meilleure
más menos mejor peor nunca nada debe hay siempre solo ningún ninguna mayor menor
più meno meglio peggio mai niente deve non sempre solo nessuno maggiore minore
meer minder beter slechter nooit niets moet niet geen altijd alleen
""")
_POINTS: Final = word_set("""
das dies diese dieser dieses er sie es ihn ihm ihr ihnen wir ich du man dann da hier dort dabei dafür damit
cela ça il elle ils elles je nous on ce cette eso esto él ella ellos yo nosotros questo quello io noi lui lei
dit dat deze hij zij wij ik
""")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


_ARTICLES: Final = word_set("das on ce lui")
"""Point only where they begin."""
_COORDINATORS: Final = word_set("und et y e en")


def may_end_before(after: str) -> bool:
    """Whether a sentence's first part can stand without the rest: nothing follows, or another clause does."""
    words = normalised(after).split()
    return not words or words[0] in _REASONS | _COORDINATORS or bool(_CJK.search(after))


def claims_elsewhere(text: str, *, after: str) -> float:
    """How much a heading asserts, from 0 to 1; 0.3 where the language is none of the few that are known."""
    words = normalised(text).split()
    if not (_SIGNS | _POINTS | _REASONS) & set(words):
        return 0.3
    reason = bool(set(normalised(after).split()[:1]) & _REASONS)
    signs = 0.3 + 0.3 * min(2, sum(w in _SIGNS for w in words)) + 0.3 * reason
    pointing = sum(word in _POINTS - _ARTICLES for word in words[1:])
    return max(0.0, min(1.0, signs - 0.3 * (words[0] in _POINTS) - 0.2 * pointing))

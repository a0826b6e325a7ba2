"""Words of a question that say nothing about its subject: the usual ones and what people say while they think."""

from typing import Final

_USUAL: Final = """
a about above after again against all also am an and any are aren as at be because been before being below between
both but by can cannot could couldn d did didn do does doesn doing don down during each either else ever every few
for from further get gets getting go goes going gone got had hadn has hasn have haven having he her here hers herself
him himself his how however i if in into is isn it its itself just let ll m made make makes many may me might more
most much must my myself need no nor not now of off on once one only or other ought our ours ourselves out over own
per re s same shall she should shouldn so some such t than that the their theirs them themselves then there these
they this those through to too under until up upon us ve very via was wasn we were weren what when where whether
which while who whom whose why will with within without won would wouldn yet you your yours yourself yourselves
"""
_SPOKEN: Final = """
actually ah alright anyway basically bit er erm guess guy guys hey hm hmm huh kind know like literally lot lots mean
oh ok okay pretty quite really right say saying says so sort stuff sure thing things think thought totally uh uhm um
well whatever wow yeah yep yes
"""
_ASKING: Final = """
anybody anyone anything ask discuss discussed discussing discussion episode episodes explain explained
hear heard hosts mention mentioned please podcast podcasts said someone something speak spoke summarize talk talked
talking tell told
"""

STOP_WORDS: Final = frozenset(f"{_USUAL} {_SPOKEN} {_ASKING}".split())
"""Lower case, split as the tokenizer splits («don't» is «don» and «t»)."""

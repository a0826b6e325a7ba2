"""Word lists of spoken English: what carries no meaning, what fills a pause, what makes a statement."""

from typing import Final


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set: lists of words are easier to read than lists of strings."""
    return frozenset(text.split())


STOP_WORDS: Final = word_set("""
a about above across actually after again against ago ah ahead all almost alone along already also although always am
among an and another any anybody anyone anything anyway anywhere apart are arent around as aside at away back basically
be became because become becomes been before behind being believe below best better between beyond big bit both but by
came can cannot cant certain certainly come comes coming could couldnt couple course day days definitely did didnt do
does doesnt doing done dont down during each easy either else end enough especially etc even ever every everybody
everyone everything exactly example fact far feel few find fine first for forth from front gave get gets getting give
given gives giving go goes going gonna good got gotta great guess guy guys had hadnt half happen happened happens has
hasnt have havent having he hed hell her here hers herself hes hey hi high him himself his hold hope how however huge i
id if ill im in indeed inside instead interested interesting into is isnt it itll its itself ive just keep kept kind
knew know known knows last later least left less let lets like likely little live long longer look looked looking looks
lot lots love made make makes making many matter may maybe me mean means might mind mine minute moment more most mostly
move much must my myself near nearly need needs neither never new next nice no nobody none nor not nothing now nowhere
obviously of off often oh ok okay old on once one ones only onto or other others otherwise our ours ourselves out over
own part particular past people perhaps person piece place point pretty probably put quick quickly quite quot rather
really reason right said same saw say saying says second see seem seems seen sense set several shall she should shouldnt
show side simply since small so some somebody somehow someone something sometimes somewhat somewhere soon sort start
started still stuff such super sure take taken takes taking talk talked talking tell than thank thanks that thatd
thatll thats the their theirs them themselves then there theres these they theyd theyll theyre theyve thing things think
thinking third this those though thought through throughout thus time times to today together told tomorrow too took
top totally toward towards tried try trying turn two uh um under unless until up upon us use used uses using usually
various very via wait wanna want wanted wants was wasnt way ways we wed week well went were werent weve what whatever
whats when whenever where whether which while who whoever whole whom whose why will wish with within without wont wonder
word words work worked working works world would wouldnt wow yeah year years yep yes yesterday yet you youd youll young
your youre yours yourself youve three four five six seven eight nine ten
able amount bad bunch call called check cool awesome completely correct currently different difficult easily eventually
extra fair fast generally hard honestly hopefully idea important issue kinds limited literally main manner necessarily
normally okay particularly possible potentially presumably previous previously problem properly question quote recently
remember significantly similar similarly simply specific specifically stay super sweet terms true typically understand
weird wrong absolutely actual add added allow allows along bit case cases certain ended folks fun funny gotten hours
""")
"""Without apostrophes, as `speech.normalised` writes them."""

NUMBER_WORDS: Final = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
"""«One» is missing: it is a pronoun far more often than a number."""

SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}

VERBS: Final = word_set("""
is isnt are arent was wasnt were werent has hasnt have havent had hadnt does doesnt did didnt will wont would wouldnt
can cant cannot could couldnt should shouldnt must may might thats theres theyre youre were hes shes im ive weve
youve theyve youll itll theyll youd whats became become becomes makes make made means mean
needs need gets get got goes go takes take took gives give gave works work worked runs run ran uses use used lets
allows allow allowed comes come came keeps keep kept requires require required happens happen happened seems seem
helps help helped changes change changed causes cause caused costs cost breaks break broke solves solve solved
depends depend fails fail failed wins win won loses lose lost grows grow grew matters matter starts start started
stops stop stopped turns turn turned wants want wanted knows know knew says say said shows show showed lives live
builds build built creates create created sends send sent receives receive received returns return returned
reduces reduce improves improve increases increase decreases decrease prevents prevent protects protect
contains contain includes include supports support provides provide handles handle replaces replace remains remain
tends tend exists exist holds hold leads lead led adds add added removes remove writes write wrote reads read
looks look looked sounds sound sounded feels feel felt carries decides serves lacks meets raises lowers brings eats
kills teaches tells told wastes ensures enables relies consists belongs appears begins began refers varies
occurs applies
behaves proves forgets learns thinks believes fell rose shrank drew drove held kept met brought caught chose froze
slept spoke stole stood threw tore understood woke wore taught
pays pay paid buys buy bought sells sell sold spends spend spent saves save saved beats beat
""")
"""Finite verbs often met in speech; the verb need not be here for a text to be a sentence."""

NOUN_VERBS: Final = word_set("""
need help change cause cost break start stop turn show work run use uses works needs costs changes causes breaks runs
starts stops turns shows win wins say lead leads support supports increase increases build builds return returns hold
matter matters fail decrease buy spend beat write read pay add lives live sends save replace
""")
"""Those of them that are nouns, infinitives or commands as often: only what stands before tells."""

CONTRAST: Final = word_set("""
because instead rather unlike whereas although however but unless despite except contrary opposite
""")

COMPARISON: Final = word_set("""
better worse faster slower easier harder cheaper bigger smaller larger safer simpler fewer less more most best worst
higher lower stronger weaker longer shorter only never always biggest hardest easiest fastest key main
""")

FIRST_PERSON: Final = word_set("i im ive id ill me my mine we were weve wed us our")

DANGLING: Final = word_set("""
this that these those it its thats he hes she shes they theyre theyve him her them his their here there theres which
such itll thatll itd thatd
""")
"""Words that point at something said before or seen in the room."""

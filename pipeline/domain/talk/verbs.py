"""Common verbs of speech with their forms, as data: a word list stands in for a grammar (English)."""

from enum import StrEnum
from typing import Final

from pipeline.domain.talk.english import word_set


class Form(StrEnum):
    """How a verb stands: «they travel», «it travels», «it travelled»."""

    BARE = "bare"
    SINGULAR = "singular"
    PAST = "past"


_EFFECTS: Final = word_set("""
help cause prevent reduce improve require need depend force save protect solve kill slow increase decrease lower raise
matter fail eliminate avoid limit encourage discourage determine decide create destroy ruin replace guarantee prove
rely suffer waste tend deserve outperform undermine reveal distort reward punish shape dominate exceed weaken
strengthen trigger double triple halve amplify outlive survive defeat scale speed spoil exist remove change
underestimate overestimate ignore behave lack erode attract repel favour favor fuel harm hinder block threaten outlast
outweigh overwhelm delay accelerate poison starve vanish disappear collapse multiply shrink matter disrupt exclude
expose enable restore preserve postpone justify contradict confirm disprove damage boost stimulate suppress inhibit
degrade
""")
_OTHERS: Final = word_set("""
travel measure produce arrive move turn walk follow call join carry cover open close enter settle spread drop lift
pull push work support add pass reach return share stay stop start finish continue remain pick plant gather collect
count treat use serve sort charge rent own trade order offer accept refuse reject agree argue claim admit deny explain
describe mention suggest teach train learn study practise practice test check compare repeat report record track print
publish paint draw design develop deliver install repair clean cook wash burn boil cool heat melt freeze press mix
pump fill pour absorb release store contain combine separate divide connect attach apply adapt adjust adopt expect
hope fear love hate like prefer enjoy want wish miss blame trust doubt respect notice watch observe look listen smell
taste touch feel sound seem appear happen occur emerge evolve age die live breathe sleep wake exercise recover heal
react respond rest relax worry complain demand ask answer talk whisper shout attack defend invade conquer rule govern
elect vote ban tax subsidise subsidize regulate enforce license invest earn spend lend borrow owe hire fire employ
retire promote manage handle control operate maintain negotiate compete cooperate collaborate communicate coordinate
organise organize plan predict estimate guess assume ship launch crash load execute process parse compile deploy index
query cache render encrypt verify validate identify recognise recognize detect classify generate translate represent
express define translate depict imitate refer relate belong concern involve affect influence reflect resemble differ
vary match fit suit stem derive consist include miss mean cost pay sell buy bring hold keep leave let stand sit run
rise fall grow lead win lose give take make get go come find know think believe see say tell show write read hear send
set cut hurt hit put beat break choose drive eat drink fly forget fight throw wear bear build catch feed meet speak
steal understand begin become forgive hide hang lay lie ride shake shine shoot sing sink spin split stick swim tear
bite bleed dig seek strike swear sweep swing weep wind remember remind imagine consider gain promise resist tolerate
welcome chase hunt trap swap exchange cheat persuade convince warn advise recommend guide guard rescue consume digest
inherit marry migrate arrest underpin reinforce resolve simplify complicate
""")
_STRONG: Final = word_set(
    "make lead break cost drive win lose beat hurt teach hide need give keep let bring rise fall grow"
)
_IRREGULAR: Final = {
    pair.partition(":")[2]: pair.partition(":")[0]
    for pair in word_set("""
mean:meant pay:paid sell:sold buy:bought bring:brought hold:held keep:kept leave:left stand:stood sit:sat run:ran
rise:rose fall:fell grow:grew lead:led win:won lose:lost give:gave take:took make:made get:got go:went come:came
find:found know:knew think:thought see:saw say:said tell:told write:wrote hear:heard send:sent break:broke
choose:chose drive:drove eat:ate drink:drank fly:flew forget:forgot fight:fought throw:threw wear:wore build:built
catch:caught feed:fed meet:met speak:spoke steal:stole understand:understood begin:began become:became hide:hid
lie:lay ride:rode shake:shook shoot:shot sink:sank stick:stuck seek:sought strike:struck sweep:swept freeze:froze
shrink:shrank teach:taught feel:felt sleep:slept wake:woke draw:drew spend:spent lend:lent bear:bore tear:tore
""")
}


def _third(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{base}es"
    return f"{base[:-1]}ies" if base.endswith("y") and base[-2] not in "aeou" else f"{base}s"


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    return f"{base[:-1]}ied" if base.endswith("y") and base[-2] not in "aeou" else f"{base}ed"


_BASES: Final = _EFFECTS | _OTHERS
_DOUBLED: Final = {f"{base}{base[-1]}ed": base for base in word_set("stop plan ship drop ban travel control fuel chat")}
_PASTS: Final = {_regular_past(base): base for base in _BASES - frozenset(_IRREGULAR.values())} | _IRREGULAR | _DOUBLED
_SINGULARS: Final = {_third(base): base for base in _BASES}


def form_of_verb(word: str) -> Form | None:
    """Which form of a known verb the word may be; many are nouns as well, so its place must decide. None for others."""
    if word in _SINGULARS:
        return Form.SINGULAR
    if word in _PASTS:
        return Form.PAST
    return Form.BARE if word in _BASES else None


def has_effect(word: str) -> bool:
    """Whether the verb says what one thing does to another or how it fares: «prevents», «failed»."""
    return _SINGULARS.get(word, _PASTS.get(word, word)) in _EFFECTS | _STRONG

"""A dose text as Norwegians write it, read to a regimen: amounts, times, interval, as needed with its most, how long.

What is not understood is left out, never guessed: a regimen says less then. Parsing raises on no text.
"""

import re
from dataclasses import replace
from datetime import date

from akson.care.medication.reconciliation.dose_frame import framing
from akson.care.medication.reconciliation.dose_words import Word, words_in
from akson.care.medication.reconciliation.regimen import Amount, Regimen
from akson.care.medication.reconciliation.text import fold

HOURS = {
    **dict.fromkeys(range(4, 11), "M"),
    **dict.fromkeys(range(11, 16), "D"),
    16: "DK",
    **dict.fromkeys(range(17, 21), "K"),
    21: "KN",
}
SLOTS = "MDKN"
_USUAL = {2: ("M", "K"), 3: ("M", "D", "K"), 4: ("M", "MD", "DK", "KN")}
"""What `x 2` means. Four times are spread over the day: 1+1+1+1 and 8, 12, 16 and 20 are both that."""


_CLOCK = re.compile(
    r"\b(?:kl|klokka|klokken)\b\.?\s*((?:(?:\s*(?:,|og|\+|/|&|-|samt|kl\.?)\s*)?\d{1,2}(?:[:.]\d{2}|\d{2})?(?![\d.,]*\d)"
    r"(?!\s*(?:tab|tbl|kap|mg|ml|g\b|e\b|ie\b|enh|pose|dose|skje|spray|stk|drag|dr\b|drå|plast|puff|inh"
    r"|depot|x\s*\d|mikro|mcg|sug|stikk|kvel|vesp|natt|noct|morg|mane|mrg|om |til |½|/|kl|klokk|mid)))+)"
)
_BARE_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")


def read_dose(text: str, asof: date | None = None) -> Regimen:
    """`1+0+1`, `2 tabl inntil x 4`, `ukentlig mandag`, `én om morgenen` … as a regimen."""
    folded = fold(text)
    if not folded:
        return Regimen()
    folded, frame = framing(folded, asof)
    words = words_in(_prepared(folded))
    return _divided(_read(words, frame), folded)


_DIVIDED = re.compile(r"\b(?:fordelt|delt|fordeles)\b\D{0,12}(\d|to|tre|fire)\b")


def _divided(regimen: Regimen, folded: str) -> Regimen:
    """`100 mg daglig fordelt på 2 doser`: the amount is that of the day."""
    found = _DIVIDED.search(folded)
    if not found or len(regimen.amounts) != 1 or regimen.amounts[0] is None:
        return regimen
    parts = {"to": 2, "tre": 3, "fire": 4}.get(found.group(1)) or int(found.group(1))
    if parts < 2:
        return regimen
    low, high, unit = regimen.amounts[0]
    return replace(
        regimen,
        amounts=((low / parts, high / parts, unit),),
        count=float(parts),
        times=_USUAL.get(parts, ()),
        interval=1.0,
    )


def _prepared(folded: str) -> str:
    """Glued things apart, odd spellings of one meaning made one."""
    text = re.sub(r"\b(\d{1,3})[ .]000\b", r"\g<1>000", folded)
    text = re.sub(r"\((?=0?[5-9]\s*(?:[+,/&-]|og)\s*[12]\d)", "( kl ", text)
    if re.search(r"frokost|lunsj|lunch", text):
        text = re.sub(r"\bmiddag(?:en|s)?\b", "ettermiddag", text)  # the meal, not the middle of the day
    text = re.sub(r"midt p[åa] dag(?:en)?", "middag", text)
    text = re.sub(r"\b(?:annen?|andre) hver(?!t)", "annenhver", text)
    text = re.sub(r"\d+\s*(?:min|minutter|minutt|timer|time|t)\.? (?:før|etter|innen)\b", " ", text)
    text = re.sub(r"^(\d) (\d) (\d)(?: (\d))?$", lambda m: "+".join(g for g in m.groups() if g), text)
    text = re.sub(r"\b(mane|morgen|middag) et (?=vesp|noct|kveld)", r"\1 og ", text)
    text = re.sub(r"(?<![\d+.-])(?=0?[6-9]-1[1-5]-(?:1[6-9]|2\d)(?:-2\d)?\b)", " kl ", text)
    text = _CLOCK.sub(lambda m: _slots_of(re.findall(r"\d+(?:[:.]\d{2})?", m.group(1))), text)
    text = _BARE_CLOCK.sub(lambda m: _slots_of([m.group(1)]), text)
    text = re.sub(r"(\d),(\d)", r"\1.\2", text)
    text = re.sub(
        r"\bannenhver ?(?=dag|uke|natt|kveld|morgen|mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag)",
        "annenhver ",
        text,
    )
    text = re.sub(r"\bannenhver dag dag\b", "annenhver dag", text)
    text = re.sub(r"\b(\d+)\.\s*(?=hver|time|dag|uke|mån|mnd|døgn|kvar)", r"\1 ", text)
    text = re.sub(r"\bhver ?dag(?=s?\b)", "hver dag", text)
    text = re.sub(r"\b(?:en|to|tre|fire) ?gang(?:er)?\b", lambda m: m.group(0).replace("gang", " gang"), text)
    text = re.sub(r"\b([bt])\.?i\.?d\b\.?", lambda m: {"b": "x 2", "t": "x 3"}[m.group(1)], text)
    text = re.sub(r"\bengang\b", "en gang", text)
    text = re.sub(r"\bhalv(?:e|t)?(?=tab|kaps|tbl)", "halv ", text)
    text = re.sub(r"\b(en|ett?|to|tre|fire)(?=tabl?|tbl|kaps|stk|depot|drag|dråpe|plaster)", r"\1 ", text)
    text = re.sub(
        r"\b(en|to|tre) kvart\b", lambda m: {"en": "0.25", "to": "0.5", "tre": "0.75"}[m.group(1)], text
    )
    text = re.sub(
        r"\b(en|ett?|to|tre) og (?:en )?halv\w?\b",
        lambda m: {"e": "1.5", "t": "2.5"}[m.group(1)[0]] if m.group(1) != "tre" else "3.5",
        text,
    )
    text = re.sub(r"(\d)(?=[a-zæøå@])", r"\1 ", text)
    text = re.sub(r"([a-zæøå]\.?)(?=\d)", r"\1 ", text)
    text = re.sub(
        r"((?:tab|tbl|kap|stk|drag|mg|ml|inh|sug|puff|dr|drå|plast|pose|dose|enhet|ie|e)\w*\.? [1-6]) g (?=dgl|daglig)",
        r"\1 ganger ",
        text,
    )
    text = re.sub(r"\bx(?=(?:en|to|tre|fire)\b)", "x ", text)
    return re.sub(
        r"(?<=\b)(tabl?|tabs|tbl?|kaps?|kapsel|stk|mg|ml|drag|puff|dråper?|ie|e|g|mikrog|tablett(?:er)?)x\b",
        r"\1 x ",
        text,
    )


def _slots_of(hours: list[str]) -> str:
    """Hours of the clock as words of the day."""
    names = {"M": "morgen", "D": "middag", "K": "kveld", "N": "natt", "DK": "ettermiddag", "KN": "sengetid"}
    read = [int(h[:-2] if h.isdigit() and len(h) > 2 else re.split(r"[:.]", h)[0]) for h in hours]
    slots = [names[HOURS.get(hour, "N")] for hour in read]
    if len(set(slots)) < len(slots):  # five doses of levodopa are five, also where two stand in the morning
        if len(slots) > len(SLOTS):
            return f" x {len(slots)} "
        slots = ["formiddag" if s == "morgen" and "morgen" in slots[:at] else s for at, s in enumerate(slots)]
    return " " + " og ".join(slots) + " "


def _read(words: list[Word], frame: Regimen) -> Regimen:
    reading = _Reading(words)
    reading.pieces()
    reading.most()
    reading.intervals()
    slots = reading.slots()
    if slots is None:
        reading.doses()
    return reading.result(frame)


class _Reading:
    """The words that are left, and what those taken have said. Each step takes the pattern it knows."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.amounts: tuple[Amount | None, ...] = ()
        self.times: tuple[str, ...] = ()
        self.count: float | None = None
        self.interval: float | None = None
        self.weekdays: frozenset[int] = frozenset()
        self.max_count: float | None = None
        self.max_total: Amount | None = None
        self.max_bare = False
        self.piece: Amount | None = None
        self.needed = False

    @property
    def kinds(self) -> str:
        return "".join(w.kind for w in self.words)

    def take(self, pattern: str, left: str = ",") -> list[Word] | None:
        """The words that fit a pattern of kinds, taken out; a comma is left in their place."""
        found = re.search(pattern, self.kinds)
        if not found or found.start() == found.end():
            return None
        taken = self.words[found.start() : found.end()]
        self.words[found.start() : found.end()] = [Word(left)] if left else []
        return taken

    def pieces(self) -> None:
        """`1 tabl à 500 mg`, `2 tabl (1 g)`, `500 mg 2 tabl`: one amount is said in two ways."""
        found = re.search(r"@a", self.kinds)
        if found:
            word = self.words[found.start() + 1]
            self.piece = (word.low, word.high, word.unit)
            self.words[found.start() : found.end()] = []
        for pattern in (r"a\(=?a(?=\))", r"aa", r"a\((?=a)"):
            found = re.search(pattern, self.kinds)
            if found:
                pair = [w for w in self.words[found.start() : found.end() + 1] if w.kind == "a"][:2]
                self._pair(found.start(), pair)

    def _pair(self, at: int, pair: list[Word]) -> None:
        counted = [w for w in pair if w.unit == "n"]
        measured = [w for w in pair if w.unit != "n"]
        if len(counted) != 1 or len(measured) != 1:
            return
        if self.kinds[at : at + 2] != "aa":
            share = counted[0].low or 1.0
            self.piece = (measured[0].low / share, measured[0].high / share, measured[0].unit)
        elif self.piece is None:
            self.piece = (measured[0].low, measured[0].high, measured[0].unit)
        self.words.remove(measured[0])

    def most(self) -> None:
        """`inntil x 4`, `maks 4 g/døgn`, `inntil 3 ganger daglig`."""
        day = r"(?:[/q]?H?P|d)?"
        while True:
            both = re.search(r"I,?([an]),?x[I]?([n])", self.kinds)
            if both:
                self.needed = True
                at = both.start(1)
                self.max_count = self.words[both.start(2)].high
                self.words[at + 1 : both.end()] = []
                del self.words[both.start()]
                continue
            found = re.search(rf"x?I[,(]?x?([na])(x|g)?{day}\)?|([n])x?I(?![na,x])|xI?(n)I", self.kinds)
            if not found:
                return
            taken = self.words[found.start() : found.end()]
            self._most(taken, bool(found.group(2)) or "x" in "".join(w.kind for w in taken))
            self.words[found.start() : found.end()] = [Word(",")]

    def _most(self, taken: list[Word], times: bool) -> None:
        word = next(w for w in taken if w.kind in "na")
        period = next((w for w in taken if w.kind == "P"), None)
        if word.kind == "n" or times:
            self.max_count = word.high if period is None or period.low >= 1 else None
            self.max_bare = not times
        else:
            self.max_total = (word.high, word.high, word.unit)
        self.needed = self.needed or self._alone()

    def _alone(self) -> bool:
        """A most makes a dose one as needed unless a fixed plan stands beside it: `1 g x 3, maks 4 g`."""
        return not re.search(r"x,?n|[an]\+[an]|g[dPq/]|[an],?t|t[,t]*[an]", self.kinds.split("I")[0])

    def intervals(self) -> None:
        for pattern, read in (
            (r"H?A(?=w)", lambda w: (14.0, None)),
            (r"H?AP?", lambda w: (2.0 * next((x.low for x in w if x.kind == "P"), 1.0), None)),
            (r"H[no]P", lambda w: (w[1].high * w[2].low, None)),
            (r"n[xg]H[no]P", lambda w: (w[3].high * w[4].low / (w[0].high or 1), None)),
            (r"(?<!x)n[xg][/q]?H?P", self._per),
            (r"nP[/q]P", lambda w: (w[3].low / (w[0].high or 1), None)),
            (r"nP[/q]?P", lambda w: (w[-1].low / (w[0].high or 1), None)),
            (r"n[xg]?W", lambda w: (w[-1].low / (w[0].high or 1) if len(w) > 2 else w[-1].low, None)),
            (r"(?<!x)n[xg]d", lambda w: (None, w[0].high)),
            (r"xn[/q]?H?P", self._x_per),
            (r"HP", lambda w: (w[1].low, None)),
            (r"[/q]H?P", lambda w: (w[-1].low, None)),
            (r"W", lambda w: (w[0].low, None)),
        ):
            if self.interval is not None and "g" not in pattern and pattern != r"xn[/q]?H?P":
                continue
            taken = self.take(pattern)
            if taken and callable(read):
                every, count = read(taken)
                self._every(every, count, pattern)
        self._days_of_week()
        if self.take(r"d") or self.take(r"P"):
            self.interval = self.interval or 1.0
            self.take("d")

    def _per(self, taken: list[Word]) -> tuple[float | None, float | None]:
        period = taken[-1].low
        return (None, taken[0].high) if period <= 1 else (period / (taken[0].high or 1), None)

    def _x_per(self, taken: list[Word]) -> tuple[float | None, float | None]:
        period = taken[-1].low
        return (None, taken[1].high) if period <= 1 else (period / (taken[1].high or 1), None)

    def _every(self, every: float | None, count: float | None, _: str) -> None:
        if every is not None and 0 < every < 1:
            count, every = round(1 / every, 2), 1.0
        if every:
            self.interval = every
        if count:
            self.count = count
            self.interval = self.interval or 1.0

    def _days_of_week(self) -> None:
        days = [w for w in self.words if w.kind == "w"]
        if not days:
            return
        span = re.search(r"w-w", self.kinds)
        chosen = {int(w.low) for w in days}
        if span:
            first, last = int(self.words[span.start()].low), int(self.words[span.end() - 1].low)
            chosen = set(range(first, last + 1)) if first < last else chosen
        self.weekdays = frozenset(chosen)
        if not (self.interval and self.interval > 7):
            self.interval = 7.0 / len(chosen)
        self.words = [w for w in self.words if w.kind not in "wH"]

    def slots(self) -> bool | None:
        """`1+0+1`, `1-0-1-0`, `½+0+½+0 tabl`, `20 mg+0+10 mg`."""
        found = re.search(r"[an](?:\+[an]){1,7}|[an](?:-[an]){2,3}|[an](?:/[an]){2,3}", self.kinds)
        if not found:
            return None
        taken = [w for w in self.words[found.start() : found.end()] if w.kind in "an"]
        unit = next((w.unit for w in taken if w.kind == "a"), "n")
        scale = next((w for w in self.words[found.end() : found.end() + 2] if w.kind == "U"), None)
        if scale and unit == "n":
            taken = [
                replace(w, low=w.low * scale.low, high=w.high * scale.low) if w.kind == "n" else w
                for w in taken
            ]
            unit = scale.unit
        doses = [(w.low, w.high, unit) for w in taken]
        if len(doses) in (3, 4):
            kept = [(slot, dose) for slot, dose in zip(SLOTS, doses, strict=False) if dose[1] > 0]
            self.times = tuple(slot for slot, _ in kept)
            self.amounts = tuple(dose for _, dose in kept)
        else:
            self.amounts = tuple(dose for dose in doses if dose[1] > 0)
        self.count = float(len(self.amounts)) or None
        self.interval = self.interval or 1.0
        return True

    def doses(self) -> None:
        self._by_time()
        product = re.search(r"([an]),?\(?x,?([an])", self.kinds)
        alone = re.search(r"x,?(n)", self.kinds)
        if product:
            first, second = self.words[product.start(1)], self.words[product.start(2)]
            self._product(first, second)
        elif alone:
            self.count = self.words[alone.start(1)].high
            self._lone(alone.start(1))
        else:
            self._lone(-1)

    def _product(self, first: Word, second: Word) -> None:
        if second.kind == "n":
            self.amounts = (_amount(first),)
            self.count = second.high
            self.interval = self.interval or 1.0
        elif second.unit == "n":  # «2 x 1 tabl»
            self.amounts = (_amount(second),)
            self.count = first.high
            self.interval = self.interval or 1.0
        else:  # «2 x 25 mg»: two pieces of it at a time, once a day unless more is said
            self.amounts = ((first.low, first.high, "n"),)
            self.piece = self.piece or (second.low, second.high, second.unit)
            more = re.search(r"x[an]x,?(n)", self.kinds)
            self.count = self.words[more.start(1)].high if more else self.count

    def _lone(self, skip: int) -> None:
        """An amount without a plan: `1 tabl`, `10 mg daglig`, `1 daglig`."""
        if self.amounts:
            return
        found = next((w for at, w in enumerate(self.words) if at != skip and w.kind in "na"), None)
        if found is not None and found.high > 0:
            self.amounts = (_amount(found),)
        if self.count is None and not self.times and self.interval:
            self.count = 1.0

    def _by_time(self) -> None:
        """`1 morgen og 2 kveld`, `morgen: 1 tabl, kveld: 2`, `1 tabl morgen og kveld`."""
        sequence = [w for w in self.words if w.kind in "ant"]
        marks = [w for at, w in enumerate(sequence) if w.kind == "t"]
        if not marks:
            return
        if re.search(r"[an],?\(?x,?[an]", self.kinds) or re.search(r"x,?n", self.kinds):
            product = re.search(r"x,?(n)", self.kinds)
            if product and self.words[product.start(1)].high == len(marks):
                self.times = _in_order([w.slots for w in marks])
            elif product and self.words[product.start(1)].high == 1 and len(marks) == 1:
                self.times = (marks[0].slots,)
            return
        leading = sequence[0].kind == "t" and sequence[-1].kind != "t"
        pairs = _paired(list(reversed(sequence)) if leading else sequence)
        pairs = _ordered(pairs)
        self.times = tuple(slots for slots, _ in pairs)
        amounts = tuple(amount for _, amount in pairs)
        self.amounts = amounts if any(amounts) else ()
        self.count = float(len(pairs))
        self.interval = self.interval or 1.0
        self.words = [w for w in self.words if w.kind not in "ant"]

    def result(self, frame: Regimen) -> Regimen:
        amounts = self.amounts
        if len(amounts) > 1 and len(set(amounts)) == 1:
            amounts = amounts[:1]
        if amounts and all(a is None for a in amounts):
            amounts = ()
        needed = True if frame.as_needed or self.needed else None
        times = self.times
        count = self.count
        if needed and count and not self.max_count and (count > 1 or not times):
            self.max_count = count
        elif not needed and not times and count in _USUAL and self.interval in (None, 1.0):
            times = _USUAL[int(count)]
        return replace(
            frame,
            amounts=amounts,
            count=count,
            times=times,
            interval=self.interval,
            weekdays=self.weekdays,
            as_needed=needed,
            max_count=self.max_count,
            max_total=self.max_total,
            max_bare=self.max_bare,
            piece=self.piece,
        )


def _amount(word: Word) -> Amount:
    return (word.low, word.high, word.unit or "n")


def _paired(sequence: list[Word]) -> list[tuple[str, Amount | None]]:
    """Each time with the amount before it; times in a row share one."""
    pairs: list[tuple[str, Amount | None]] = []
    amount: Amount | None = None
    for word in sequence:
        if word.kind == "t":
            pairs.append((word.slots, amount))
        elif word.high > 0 or word.kind == "n":
            amount = _amount(word)
    pairs = [(slots, dose) for slots, dose in pairs if dose is None or dose[1] > 0]
    pairs = [
        pair for at, pair in enumerate(pairs) if pair not in pairs[:at]
    ]  # «morgen, før frokost» is one time
    unit = next((dose[2] for _, dose in pairs if dose and dose[2] != "n"), None)
    if unit:
        # «20 mg morgen og 10 kveld»: what bears no unit has that of the others.
        pairs = [
            (slots, (dose[0], dose[1], unit) if dose and dose[2] == "n" and dose[1] >= 2 else dose)
            for slots, dose in pairs
        ]
    return pairs


def _ordered(pairs: list[tuple[str, Amount | None]]) -> list[tuple[str, Amount | None]]:
    return sorted(pairs, key=lambda pair: SLOTS.index(pair[0][0]))


def _in_order(slots: list[str]) -> tuple[str, ...]:
    return tuple(sorted(slots, key=lambda slot: SLOTS.index(slot[0])))

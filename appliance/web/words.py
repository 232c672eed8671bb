"""Words: one language of the front of house. Sentences come from the catalogues, figures are written as people read them."""

import gettext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from appliance.journal.numbers import plain, round_half_up, yuan

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "appliance"
MOST_NAMES = 10_000
DAY_MS = 86_400_000


class Words:
    """Everything that a screen says in one language."""

    def __init__(self, lang: str, catalogue: gettext.NullTranslations, zone_minutes: int = 480) -> None:
        self.lang = lang
        self.html_lang = "zh-CN" if lang == "zh" else lang
        self.zone = timezone(timedelta(minutes=zone_minutes))
        self._ahead_ms = zone_minutes * 60_000
        self._catalogue = catalogue
        self._said: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._day_look_up: dict[tuple[int, int], str] = {}

    def __call__(self, msgid: str, /, **named: object) -> str:
        """Say a sentence; its named parts are put in after it was translated."""
        said = self._said.get(msgid)
        if said is None:
            said = self._catalogue.gettext(msgid) if msgid else ""
            if len(self._said) < MOST_NAMES:
                self._said[msgid] = said
        return said.format(**named) if named else said

    def name(self, field: str) -> str:
        """Say the name of a field or a choice: its own word if a catalogue has one, else the words it is made of."""
        said = self._named.get(field)
        if said is None:
            said = self(field)
            if said == field and field == field.lower():
                said = self(field.replace("_", " ").strip().capitalize())
            # Names are few as long as they are names; whatever else comes by is not remembered.
            if len(self._named) < MOST_NAMES:
                self._named[field] = said
        return said

    def money(self, fen: int) -> str:
        """¥1,234.50."""
        return yuan(fen)

    def price(self, value: int) -> str:
        """¥12.80 or ¥0.1250: at least two places, more only where they say something."""
        sign = "-" if value < 0 else ""
        whole, part = divmod(abs(value), 10_000)
        return f"{sign}¥{whole:,}.{f'{part:04d}'.rstrip('0').ljust(2, '0')}"

    def worth(self, value: int) -> str:
        """¥12.80: an amount kept in ten-thousandths, as people speak of it."""
        return yuan(round_half_up(value, 100))

    def qty(self, value: int) -> str:
        """3 or 1.5."""
        return plain(value)

    def weight(self, gram: int) -> str:
        """850 g or 1.25 kg."""
        return f"{gram} g" if abs(gram) < 1_000 else f"{plain(gram, 3)} kg"

    def rate(self, value: int) -> str:
        """80 %."""
        return f"{plain(value, 2)}%"

    def phone(self, digits: str) -> str:
        """138 0000 2266; anything that is not a mobile number stays as it was written."""
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if len(digits) == 11 and digits[0] == "1" else digits

    def moment(self, at_ms: int, now_ms: int) -> str:
        """今天 10:42, 昨天 16:20, 11月19日 16:20, 2025-11-19."""
        if not at_ms:
            return ""
        day, rest = divmod(at_ms + self._ahead_ms, DAY_MS)
        days = (now_ms + self._ahead_ms) // DAY_MS - day
        time = f"{rest // 3_600_000:02d}:{rest // 60_000 % 60:02d}"
        if days in (0, 1):
            return self("Yesterday {time}" if days else "Today {time}").replace("{time}", time)
        then = datetime.fromtimestamp(at_ms / 1000, self.zone)
        now = datetime.fromtimestamp(now_ms / 1000, self.zone)
        return f"{self._date(then)} {time}" if then.year == now.year else f"{then:%Y-%m-%d}"

    def day(self, text: str, today: str = "") -> str:
        """11月19日 in this year, else 2025-11-19."""
        if not text or text[:4] != today[:4]:
            return text
        return self("Today") if text == today else self._date(datetime.fromisoformat(text))

    def clock(self, at_ms: int) -> str:
        """10:42."""
        return f"{datetime.fromtimestamp(at_ms / 1000, self.zone):%H:%M}" if at_ms else ""

    def full(self, at_ms: int) -> str:
        """2026-11-24 10:42:07, for exports and the history."""
        return datetime.fromtimestamp(at_ms / 1000, self.zone).isoformat(" ", "seconds")[:19] if at_ms else ""

    def span(self, day_from: str, day_to: str) -> tuple[int, int]:
        """Turn two days at the counter into moments: from the first midnight up to the one after the last day."""
        start = datetime.fromisoformat(day_from).replace(tzinfo=self.zone)
        end = datetime.fromisoformat(day_to).replace(tzinfo=self.zone) + timedelta(days=1)
        return int(start.astimezone(UTC).timestamp() * 1000), int(end.astimezone(UTC).timestamp() * 1000)

    def _date(self, then: datetime) -> str:
        key = (then.month, then.day)
        if key not in self._day_look_up:
            month = self(_MONTHS[then.month - 1])
            self._day_look_up[key] = self("{month} {day}", month=month, day=then.day)
        return self._day_look_up[key]


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def load(zone_minutes: int = 480, folder: Path = LOCALE) -> dict[str, Words]:
    """Load every language once, at start; a visit only picks one."""
    return {
        lang: Words(lang, gettext.translation(DOMAIN, folder, [lang], fallback=True), zone_minutes)
        for lang in LANGUAGES
    }

"""Which language an article is written in, by what its letters and commonest words prove."""

import re
from html import unescape

from articles.text.plain import plain_text

# What is looked at: title and summary, and so much of the body. More does not change the answer.
_MOST_HTML = 8_000
_MOST_TEXT = 800

_NO_PROSE = re.compile(r"<(pre|code)\b[^<>]*+>.*?(?:</\1>|\Z)", re.DOTALL)
_TAG = re.compile(r"<[^<>]*+>")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\u3000-\u9fff]{1,2000}")
# Letters that count one by one are found in runs, which is much faster.
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
# Cyrillic, Greek, Hebrew, Arabic, Indian scripts, Thai and what lies between: none of ours.
_OTHER_WORD = re.compile(r"[\u0370-\u1cff]{2,}")

# Pairs: what only Simplified text writes, and what only Traditional text does.
_SIMPLIFIED = re.compile(
    "[这个们来为时说对发会国学还没过进经现开关问题间种样实动业长东车见话让给从点无与书电应当将"
    "产头网认设务总数员报记义门术单变两万亿类条线统级组传华资费质场张处带连运边达选适远转软较"
    "输钱错难须领频风馆验语试请该许论证读课调谁观规视觉贝负责财货购贵广历压区协县听团园图圆块"
    "备复够买卖农军势医亚乐习]"
)
_TRADITIONAL = re.compile(
    "[這個們來為時說對發會國學還沒過進經現開關問題間種樣實動業長東車見話讓給從點無與書電應當將"
    "產頭網認設務總數員報記義門術單變兩萬億類條線統級組傳華資費質場張處帶連運邊達選適遠轉軟較"
    "輸錢錯難須領頻風館驗語試請該許論證讀課調誰觀規視覺貝負責財貨購貴廣歷壓區協縣聽團園圖圓塊"
    "備復夠買賣農軍勢醫亞樂習]"
)

_WHOLE_WORD = re.compile(r"\w+")
# fmt: off
_ENGLISH = frozenset({
    "the", "and", "of", "to", "is", "that", "it", "was", "for", "with", "be", "by", "this", "have", "from", "or",
    "had", "not", "are", "but", "what", "were", "when", "we", "there", "can", "your", "which", "their", "if",
    "will", "how", "each", "about", "more", "our", "you", "they", "has", "its", "been", "who", "new", "all", "now",
    "into", "these", "could", "after", "than",
})
# Commonest words of other languages in Latin letters, without those that English has too.
_NOT_ENGLISH = frozenset({
    "der", "das", "und", "ist", "nicht", "mit", "von", "ein", "eine", "auf", "den", "dem", "für", "sich", "zu",
    "le", "les", "et", "est", "une", "pour", "avec", "dans", "du", "des", "qui", "que", "el", "los", "las", "del",
    "por", "con", "una", "para", "il", "di", "che", "non", "per", "sono", "della", "dos", "em", "uma", "não", "og",
    "het", "een", "van", "ve", "bir", "bu", "yang", "dan", "untuk", "tidak", "dengan", "jest", "się", "och", "att",
    "som", "của", "và", "là", "các", "không",
})
# fmt: on

# Hanzi to a Latin word. Of 825 real files those in Chinese have 1.7 and more, though texts about computing are full of
# Latin names, and those in English 0.05 at most; what lies between (a headline of nothing but products) proves nothing.
_HAN_TO_A_WORD = 1.0
_HAN_IN_LATIN = 0.2
# Japanese has a kana to every second letter; a Chinese text about Japan quotes a few.
_KANA_SHARE = 0.1
# Fewer words than this prove nothing where no other language speaks against it: names of products stand in every title.
_LEAST_WORDS = 5


def detect_language(head: str, html: str) -> str:
    """Return the language of an article: zh-hans, zh-hant, zh (it could be either), en, ja or ko.

    It is "other" for one that is none of these, and "" for a text that is too short to tell. `head` is what stands
    above the body, title and summary. `html` is clean; code and addresses in it do not count.
    """
    text = f"{head[:_MOST_TEXT]}\n{_prose(html)}"
    lowered = text.lower()
    words = _WORD.findall(lowered)
    han = kana = hangul = others = 0
    if not text.isascii():
        han, kana, hangul = (len("".join(letters.findall(text))) for letters in (_HAN, _KANA, _HANGUL))
        # Where most letters are Hanzi, no other kind outweighs them.
        others = len(_OTHER_WORD.findall(text)) if 2 * han <= len(text) else 0
    if hangul > han + len(words):
        return "ko"
    if kana > _KANA_SHARE * (han + kana) and han + kana > len(words):
        return "ja"
    if others > len(words) + han:
        return "other"
    if han > _HAN_TO_A_WORD * len(words):
        return _script_of(text)
    if len(words) < _LEAST_WORDS or han > _HAN_IN_LATIN * len(words):
        return ""
    return _latin_language(lowered, words)


def _prose(html: str) -> str:
    if "<pre" in html or "<code" in html:
        text = unescape(_TAG.sub(" ", _NO_PROSE.sub(" ", html[:_MOST_HTML])))[:_MOST_TEXT]
    else:
        text = plain_text(html)[:_MOST_TEXT]  # an import has it already
    # Most texts hold no address, and looking for two words is much faster than trying an expression everywhere.
    return _ADDRESS.sub(" ", text) if "://" in text or "www." in text else text


def _script_of(text: str) -> str:
    simplified, traditional = len(_SIMPLIFIED.findall(text)), len(_TRADITIONAL.findall(text))
    if simplified == traditional:
        return "zh"
    return "zh-hans" if simplified > traditional else "zh-hant"


def _latin_language(text: str, words: list[str]) -> str:
    whole = _WHOLE_WORD.findall(text)
    english, foreign = (sum(map(known.__contains__, whole)) for known in (_ENGLISH, _NOT_ENGLISH))
    if not english and any(not word.isascii() for word in words):
        return "other"
    return "other" if foreign > english else "en"

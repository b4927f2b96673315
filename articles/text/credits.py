"""Writers, editors and sources that stand in the text (文 | 曾响铃). Recognised with evidence, never cut."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

EDGE = 3  # a credit that is certain stands alone among the first or the last three paragraphs
_MAX_SOURCE = 20
_END = 2500  # characters of HTML at either end that are looked at
_MAX_LINE = 120
_MAX_SUGGESTED_LINE = 400
_LABELS = {
    "author": "文|文字|作者|本文作者|撰文|撰稿|采写|采访|记者|本报记者|本网记者|本刊记者|特约记者|见习记者|实习记者"
    "|通讯员|署名|文/图|文／图|图文|文、图|author|text|words|written by|by",
    "editor": "编辑|編輯|責編|责编|责任编辑|主编|本文编辑|值班编辑|editor|edited by",
    "translator": "翻译|翻譯|譯者|译者|编译|译|translator|translated by",
    "photographer": "摄影|攝影|摄|摄影记者|photo|photos|photo by|photos by|photographer",
    "source": "来源|來源|文章来源|稿件来源|信息来源|新闻来源|本文来源|原文来源|资料来源|转载自|转自|来自|出处|source",
    "address": "via|原文|原文链接|原文地址|本文原文来自|原文来自|原文出处|来源链接",
    "original_title": "原标题|原標題|原题|原题目",
    # Work that no byline names.
    "other": "校对|审校|审核|选题|排版|监制|出品|策划|设计|制图|运营|一审|二审|三审|终审|图片来源|图源|题图|题图来自"
    "|配图|图|图片|校對|審校|图片编辑|视觉|视觉编辑|头图|头图来自|封面|封面来源|图片来自|实习生|出品人|统筹|文字编辑|技术",
}
_ROLE_OF = {label: role for role, labels in _LABELS.items() for label in labels.split("|")}
_LABEL = re.compile(
    rf"({'|'.join(sorted(map(re.escape, _ROLE_OF), key=len, reverse=True))})\s*+[|｜丨∣/／:：]\s*+(.+)", re.IGNORECASE
)
# Whose reporter or editor it is: 望洲新闻记者 | 张三, 望洲日报记者 张三.
_PAPER = r"[\u4e00-\u9fff]{1,8}(?:报|社|网|台|新闻|财经|周刊|客户端)"
_OF_PAPER = re.compile(rf"{_PAPER}(?=(?:见习|特约|实习)?(?:记者|编辑|摄影)\s*+[|｜丨∣:：])")
_REPORTED = re.compile(rf"(?:{_PAPER})?(?:本报|本网|本刊)?(?:见习|特约|实习)?记者[\s\u3000]*+(.+)")
_REPORTS = re.compile(r"[\s\u3000](?:报道|摄影报道|综合报道|发自\S{2,10})\Z")
# Where it was written stands behind the names: 记者 李四 北京报道. A name may stand there, too: 记者 李四 张三报道.
_REPORTS_LAST = re.compile(r"([\s\u3000])([\u4e00-\u9fff、]{2,8}?)(?:摄影|综合)?报道\Z")
_PLACE = re.compile(
    "(?:(?:北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    "|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|广州|深圳|武汉|成都|杭州|南京|西安|长沙|郑州|济南|青岛|沈阳|大连"
    "|长春|哈尔滨|石家庄|太原|合肥|福州|厦门|南昌|南宁|海口|贵阳|昆明|拉萨|兰州|西宁|银川|乌鲁木齐|呼和浩特|苏州|无锡|宁波|温州"
    "|东莞|佛山|珠海|三亚|台北|东京|首尔|纽约|华盛顿|旧金山|洛杉矶|硅谷|伦敦|巴黎|柏林|莫斯科|新加坡|日内瓦|布鲁塞尔"
    "|[\u4e00-\u9fff]{1,5}[市省县区镇村])、?)+"
)
_BESIDE = re.compile("实习生|通讯员|摄影记者")
_FROM = re.compile(r"(?:编者按[:：]\s*+)?本文(?:转载自|转自|来自|选自|首发于)(?:微信)?(?:公众号)?[\s:：]*+(.+)")
# The account's number behind a name: （ID：wangzhou_ai）.
_ACCOUNT = re.compile(r"[（(]\s*+(?:微信)?(?:公众号)?(?:ID|id|微信号)\s*+[:：]?\s*+[\w\-]{2,40}\s*+[)）]")
# An account writes, too: 文 | 望洲智造（ID：wangzhou_ai）. It is no person.
_BY_ACCOUNT = re.compile(
    r"(?:本文作者|作者|撰文|文)\s*+[|｜丨∣:：]\s*+([^，,；;|｜丨:：（(]{2,20})(?=[（(]\s*+(?:微信)?(?:公众号)?(?:ID|id|微信号))"
)
# 本文由 @张三 原创发布于……。
_POSTED = re.compile(r"本文由\s*+@?\s*+([^\s@，,。]{2,20})\s*+(?:原创|投稿|翻译)?\s*+(?:发布|投稿)")
# A name with what its bearer is: 作者：张三（望洲大学教授）.
_WITH_POST = re.compile(r"[|｜丨∣:：]\s*+([\u4e00-\u9fff·]{2,8})\s*+[（(，,]")
_BY = re.compile(
    r"(?:(?:Article|Announcement|Post|Story|Text) )?(?:[Cc]ontributed |[Ww]ritten )?[Bb]y "
    r"((?:[A-Z][\w.'’\-]*+ ){1,2}[A-Z][\w.'’\-]*+)"
)
_LABELLED = "|".join(sorted(filter(str.isalpha, _ROLE_OF), key=len, reverse=True))
# Where the next credit of a line begins.
_PARTS = re.compile(
    rf"\n|[\s\u3000]{{2,}}|\u3000|[，,；;。|｜\s]\s*+(?=[（(\[【]?(?:{_PAPER})?(?:{_LABELLED})\s*+[|｜丨∣:：])"
    r"|[\s，,；;]\s*+(?=[文图]\s*+[/／])"
)
# Without one of these a line holds no credit: what stands behind a label, and 记者, 本文, By. Most lines have none.
_HINT = re.compile(r"[|｜丨∣/／:：记文]|[Bb]y ")
_NAMES = re.compile(r" ?[、/／&＆;；] ?| (?:and|和|与) |(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_COMMA = re.compile("[，,]")
_HAN_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff·•]{2,}")
_LATIN_WORD = re.compile(r"[^\W\d_\u2e80-\uffff][^\W\u2e80-\uffff]*+(?:[.'’\-][^\W\u2e80-\uffff]*+)*+")
_BRACKETS = str.maketrans("", "", '（）()【】[]「」*_“”"')
_STOPS = re.compile(r"[。！？!?，,；;：:…]|https?:")
_ADDRESS = re.compile(r"https?://[^\s<>\"]{4,500}")
# In a dateline: 新华社北京5月15日电（记者 张三）.
_DATELINE = re.compile(r"[（(](?:本报|本网|本刊|见习|实习|特约)?记者[\s\u3000:：]*+([^（）()\n]{2,30})[)）]")
_NO_NAMES = frozenset(
    {"佚名", "网络", "未知", "匿名", "整理", "综合", "原创", "转载", "本站", "小编", "编辑部", "本文", "互联网", "网友"}
    | {"本报", "报道", "如下", "如图", "无", "不详", "略"}
)
_INSTITUTIONS = frozenset("社报网台局部室组厅院刊")
_INSTITUTION_ENDS = (
    "大学",
    "公司",
    "集团",
    "中心",
    "协会",
    "团队",
    "学会",
    "财经",
    "新闻",
    "周刊",
    "传媒",
    "资讯",
    "商业",
    "观察",
    "报道",
)
_LINE_ENDS = re.compile(
    r"</?(?:p|h[1-6]|li|ul|ol|dl|dt|dd|pre|blockquote|t[drh]|figcaption|figure)(?: [^<>]*+)?>|<[bh]r>"
)
_TAGS = re.compile(r"<[^<>]*+>")


@dataclass(frozen=True, slots=True)
class Credits:
    """Whom a text names: people by role, the source, its address.

    `suggestions` are what looks like a credit without being certain: what it is, the value, and the line it stands in.
    """

    people: tuple[tuple[str, str], ...] = ()
    source: str = ""
    source_url: str = ""
    suggestions: tuple[tuple[str, str, str], ...] = field(default=())

    def names(self, role: str) -> tuple[str, ...]:
        """Return the names of those who had a role."""
        return tuple(name for name, of in self.people if of == role)


def edge_lines(html: str) -> list[str]:
    """Return the first and the last three lines of clean HTML, as plain text: where credits stand."""
    if len(html) <= 2 * _END:
        lines = _LINE_ENDS.split(html)
    else:
        # Only the ends count; a line that is cut here is longer than any credit.
        lines = _LINE_ENDS.split(html[:_END])[:-1] + _LINE_ENDS.split(html[-_END:])[1:]
    lines = [line for line in lines if line and not line.isspace()]
    if len(lines) > 4 * EDGE:
        lines = lines[: 2 * EDGE] + lines[-2 * EDGE :]
    texts = [text for text in (unescape(_TAGS.sub("", line)).strip() for line in lines) if text]
    return texts if len(texts) <= 2 * EDGE else texts[:EDGE] + texts[-EDGE:]


def find_credits(paragraphs: Sequence[str]) -> Credits:
    """Return the credits in the paragraphs of a text (plain, one string a block, in order).

    Certain is a line that holds nothing but credits, among the first or last three paragraphs, whose names are names:
    two to four Hanzi or at most three Latin words; a source of at most 20 characters without the marks of a sentence.
    """
    found = _Found()
    edge = {*range(min(EDGE, len(paragraphs))), *range(max(0, len(paragraphs) - EDGE), len(paragraphs))}
    for index in sorted(edge):
        line = paragraphs[index].strip()
        if line and len(line) <= _MAX_SUGGESTED_LINE:
            found.read(line, may_be_dateline=index < EDGE)
    return found.credits()


class _Found:
    """What the lines of a text say, in their order, each thing once."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, str], None] = {}
        self._sources: dict[str, str] = {}
        self._addresses: dict[str, None] = {}
        self._suggestions: dict[tuple[str, str, str], None] = {}

    def read(self, line: str, *, may_be_dateline: bool) -> None:
        """Read one line; one that holds credits alone is certain."""
        if not _HINT.search(line):
            return
        texts = list(_parts(_ACCOUNT.sub("", _BY_ACCOUNT.sub(r"来源：\1", line))))
        parts = [_read(text) for text in texts]
        credits = [part for part in parts if part]
        is_long = len(line) > _MAX_LINE and any(role != "address" for role, _values in credits)
        # A comma goes on to something else: 作者：钟华，高级工程师.
        if len(credits) == len(parts) and not is_long and not any(_COMMA.search(text) for text in texts):
            self._take(credits, line)
            return
        for role, values in credits:
            self._suggest(role, values or _named_with_post(line) or [line], line)
        posted = _POSTED.match(line)
        if posted and is_person(posted[1]):
            self._suggest("author", [posted[1]], line)
        dateline = _DATELINE.search(line) if may_be_dateline else None
        if dateline:
            self._suggest("author", _people(dateline[1]), line)

    def _take(self, credits: list[tuple[str, list[str]]], line: str) -> None:
        for role, values in credits:
            if role == "original_title":
                self._suggest(role, values, line)
            elif role == "source":
                self._sources |= dict.fromkeys(values, line)
            elif role == "address":
                self._addresses |= dict.fromkeys(values)
            elif role != "other":
                self._people |= {(value, role): None for value in values}
        if not any(values for _role, values in credits):
            # A label, and behind it what is no name and no source.
            role = credits[0][0] if credits else "other"
            self._suggest(role, role != "source" and _named_with_post(line) or [line], line)

    def _suggest(self, role: str, values: list[str], line: str) -> None:
        if role not in {"other", "address"}:
            self._suggestions |= {(role, value[:_MAX_LINE], line[:_MAX_LINE]): None for value in values}

    def credits(self) -> Credits:
        """Return what was found; of two sources none is certain, and of two addresses neither."""
        if len(self._sources) > 1:
            for value, line in self._sources.items():
                self._suggest("source", [value], line)
        return Credits(
            tuple(self._people),
            next(iter(self._sources)) if len(self._sources) == 1 else "",
            next(iter(self._addresses)) if len(self._addresses) == 1 else "",
            tuple(self._suggestions),
        )


def _named_with_post(line: str) -> list[str]:
    found = _WITH_POST.search(line)
    return [found[1]] if found and is_person(found[1]) else []


def _parts(line: str) -> Iterator[str]:
    for part in _PARTS.split(line):
        part = part.translate(_BRACKETS).strip(" \u3000\t，,；;。|｜")
        if part:
            yield part


def _read(part: str) -> tuple[str, list[str]] | None:
    """Return the role of a credit and its names (none where they are no names); None for what is no credit."""
    match = _LABEL.fullmatch(_OF_PAPER.sub("", part))
    if match:
        role, value = _ROLE_OF[match[1].lower()], match[2].strip()
        if role == "address":
            return (role, [value]) if _ADDRESS.fullmatch(value) else None
        if role == "source":
            return role, [value] if _is_source(value) else []
        if role in {"other", "original_title"}:
            return role, [value]
        return role, _people(_COMMA.split(value)[0])
    match = _REPORTED.fullmatch(part)
    if match and len(part) <= 30:
        names = _people(_BESIDE.sub(" ", _without_place(_REPORTS.sub("", match[1]))))
        return ("author", names) if names else None
    match = _FROM.fullmatch(part)
    if match and _is_source(match[1]):
        return "source", [match[1]]
    match = _BY.fullmatch(part)
    return ("author", [match[1]]) if match else None


def _without_place(text: str) -> str:
    found = _REPORTS_LAST.search(text)
    if found is None:
        return text
    return text[: found.start()] if _PLACE.fullmatch(found[2]) else text[: found.end(2)]


def _is_source(value: str) -> bool:
    return 1 < len(value) <= _MAX_SOURCE and not _STOPS.search(value) and value not in _NO_NAMES


def _people(text: str) -> list[str]:
    names = [name.strip(" \u3000") for name in _NAMES.split(" ".join(text.split())) if name.strip(" \u3000")]
    if len(names) == 2 and all(len(name) == 1 for name in names):
        names = ["".join(names)]  # a name of two Hanzi, set as wide as one of three
    return names if names and all(is_person(name) for name in names) else []


def is_person(name: str) -> bool:
    """Whether `name` has the form of a person's: two to four Hanzi (more around a ·), or one to three Latin words."""
    if name in _NO_NAMES:
        return False
    if _HAN_NAME.fullmatch(name):
        if len(name) > 2 and (name[-1] in _INSTITUTIONS or name.endswith(_INSTITUTION_ENDS)):
            return False
        return all(1 <= len(part) <= 4 for part in re.split("[·•]", name)) and (len(name) <= 4 or "·" in name)
    words = name.split()
    return 1 <= len(words) <= 3 and all(_LATIN_WORD.fullmatch(word) for word in words)

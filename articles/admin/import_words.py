"""What the importer says of a file, for editors who read Chinese.

Its lines are English in reports, logs and rows, where programs look for them; a page shows them in its own language, by
the patterns below. A line that fits none is shown as it is.
"""

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop

# What stands for %(name)s may be anything, and is a text of this table in its turn where its name is `cause`.
_TEXTS = (
    # Skipped and kept
    gettext_noop("a section page, not an article"),
    gettext_noop("the file is empty"),
    gettext_noop("a %(kind)s, not an article"),
    gettext_noop("it only leads to %(address)s"),
    gettext_noop("a standalone page of the site, not an article"),
    gettext_noop("no keys, no heading, no day in its name, and less than %(number)s words: a note"),
    gettext_noop("the article was deleted and stays deleted"),
    gettext_noop("the article is in the trash"),
    gettext_noop("the article is withdrawn"),
    gettext_noop("a copy of %(path)s: %(cause)s"),
    gettext_noop("a copy of an article that was taken down, which stays so"),
    gettext_noop("an editor changed the article; --overwrite takes the file's version"),
    gettext_noop("an editor changed %(fields)s too; --overwrite takes the file's version"),
    # Failed: files
    gettext_noop("a symbolic link is not followed; put the file itself there"),
    gettext_noop("a symbolic link to a folder is not followed; give its target"),
    gettext_noop("no regular file (a pipe, a device or a socket)"),
    gettext_noop("the folder cannot be read (%(cause)s)"),
    gettext_noop("it cannot be looked at (%(cause)s)"),
    gettext_noop("the file cannot be read (%(cause)s)"),
    gettext_noop("%(number)s bytes are more than the limit of %(limit)s"),
    gettext_noop("the file grew over %(limit)s bytes while it was read"),
    gettext_noop("it took longer than %(number)s seconds"),
    gettext_noop("it needs more than %(number)s MiB of memory"),
    gettext_noop("the process that read it ended"),
    gettext_noop("the program that read it failed (%(cause)s)"),
    gettext_noop("it could not be stored (%(cause)s)"),
    gettext_noop("it has the same identity as %(path)s; give one of them another name or id"),
    gettext_noop("what is known of it changed during the run; run again"),
    gettext_noop("Permission denied"),
    gettext_noop("No such file or directory"),
    # Failed: encoding and front matter
    gettext_noop("a binary file: it holds control characters only"),
    gettext_noop("the bytes begin as UTF-16 and go on otherwise"),
    gettext_noop("the bytes are not UTF-8, and no other encoding fits them"),
    gettext_noop("the front matter has no end"),
    gettext_noop("the front matter is larger than %(limit)s bytes"),
    gettext_noop("the front matter is nested more than %(limit)s deep"),
    gettext_noop("the front matter holds no keys"),
    gettext_noop("the front matter cannot be read (%(cause)s)"),
    gettext_noop("the TOML front matter cannot be read (%(cause)s)"),
    gettext_noop("the JSON front matter cannot be read (%(cause)s)"),
    gettext_noop("it is nested too deep"),
    gettext_noop("YAML aliases are not read"),
    gettext_noop("the YAML tag %(name)s is refused"),
    gettext_noop("%(number)s levels of sections in each other"),
    gettext_noop("%(number)s characters are no name"),
    gettext_noop("an exported file must be UTF-8"),
    gettext_noop("it was exported in another format"),
    gettext_noop("the title is missing"),
    # Failed: the body
    gettext_noop("%(number)s bytes, at most %(limit)s are read"),
    gettext_noop("quotes and lists stand deeper in each other than is read"),
    gettext_noop("the body passes a limit: %(cause)s"),
    gettext_noop("the body does not come to rest: each cleaning changes it again; its markup is too broken"),
    gettext_noop("%(number)s loose < or &, at most %(limit)s"),
    gettext_noop("%(number)s characters of & > and no-break space in the text, at most %(limit)s"),
    gettext_noop("%(number)s kinds of formatting among %(total)s elements: a browser repeats each in each"),
    gettext_noop("more than %(limit)s elements"),
    gettext_noop("elements stand deeper in each other than %(limit)s"),
    gettext_noop("more than %(limit)s formatting elements are open at once"),
    gettext_noop("<%(name)s> has more than %(limit)s attributes"),
    gettext_noop("the attribute %(attribute)s of <%(name)s> is longer than %(limit)s bytes"),
    gettext_noop("it grows too much when it is cleaned"),
    # What to do about it
    gettext_noop("check that it is there and readable"),
    gettext_noop("split the file"),
    gettext_noop("try again"),
    gettext_noop("remove it"),
    gettext_noop("make the file smaller or simpler"),
    gettext_noop("save the file as UTF-8"),
    gettext_noop("save the text as UTF-8"),
    gettext_noop("put a line --- in front of it and behind it"),
    gettext_noop("close it by a line %(fence)s"),
    gettext_noop("shorten it"),
    gettext_noop("flatten it"),
    gettext_noop("flatten them"),
    gettext_noop("divide the article"),
    gettext_noop("write the value out"),
    gettext_noop("remove the tag"),
    gettext_noop("quote it"),
    gettext_noop("quote texts"),
    gettext_noop("check quotes and commas"),
    gettext_noop("write an object"),
    gettext_noop("write key: value"),
    gettext_noop("write key: value, with quotes around values that hold a colon"),
    gettext_noop("write title: …"),
    gettext_noop("write fewer, or --categories set"),
    gettext_noop("export it again"),
    gettext_noop("export the article again, or correct the line"),
    gettext_noop("import it with the version that wrote it"),
    # Pictures of other hosts
    gettext_noop("it is not in the folder that was given"),
    gettext_noop("the host %(host)s is not found"),
    gettext_noop("it took too long"),
    gettext_noop("the host's certificate is not valid"),
    gettext_noop("the connection failed (%(cause)s)"),
    gettext_noop("more than %(limit)s redirects"),
    gettext_noop("the host %(host)s is not one of the open web"),
    gettext_noop("the host answers %(status)s"),
    gettext_noop("this is no address"),
    gettext_noop("this is no http address"),
    gettext_noop("the address holds a name or password"),
    gettext_noop("port %(number)s is not one of the web's"),
    gettext_noop("the answer is empty"),
    gettext_noop("it is larger than %(limit)s MiB"),
    gettext_noop("it is packed by %(value)s"),
    gettext_noop("it is packed wrongly"),
    # Warnings
    gettext_noop("the bytes are %(encoding)s, not UTF-8"),
    gettext_noop("the text was UTF-8 encoded twice; it was decoded once more"),
    gettext_noop("%(number)s control characters were removed"),
    gettext_noop("tabs were read as spaces"),
    gettext_noop("the key stands twice; the last one counts"),
    gettext_noop("the line could not be read"),
    gettext_noop("%(number)s more lines could not be read"),
    gettext_noop("%(cause)s; the keys were read one by one"),
    gettext_noop("%(cause)s; read as text"),
    gettext_noop("this is no YAML"),
    gettext_noop("mapping values are not allowed in this context"),
    gettext_noop("found character that cannot start any token"),
    gettext_noop("did not find expected key"),
    gettext_noop("could not find expected ':'"),
    gettext_noop("a key must be a word"),
    gettext_noop("& stands unquoted"),
    gettext_noop("* stands unquoted"),
    gettext_noop("! stands unquoted"),
    gettext_noop("a line ... or --- divides the keys"),
    gettext_noop("there are no keys in it"),
    gettext_noop("%(value)s is no kind; one of %(kinds)s"),
    gettext_noop("%(value)s is no status that a file can give; imported as a draft"),
    gettext_noop("it was not shown to everybody; imported as a draft"),
    gettext_noop("no date among the keys; taken from the file's path"),
    gettext_noop("no date among the keys; taken from the file's path, which only says %(month)s"),
    gettext_noop("no date among the keys; taken from its last change"),
    gettext_noop("no date among the keys; taken from the file's time of modification"),
    gettext_noop("%(value)s is no date; write 2026-02-28 09:30"),
    gettext_noop("of %(value)s only %(part)s could be read; write 2026-02-28 09:30"),
    gettext_noop("no date anywhere; dated %(day)s, behind all others: give it its own"),
    gettext_noop("it expires before it is published; the end was left out"),
    gettext_noop("%(value)s is no language; write zh-hans, zh-hant, en …"),
    gettext_noop("the text is in a language that is not recognised; it gets the site's, unless a key `lang` names it"),
    gettext_noop("%(value)s is no address of a picture; left out"),
    gettext_noop("%(value)s is no http address; left out"),
    gettext_noop("%(value)s was read as one name; put quotes around it"),
    gettext_noop("no address of this site stands here; left out"),
    gettext_noop("a text was expected, not a list; left out"),
    gettext_noop("a text was expected, not a mapping; left out"),
    gettext_noop("a list was expected, not a mapping; left out"),
    gettext_noop("yes or no was expected, not %(value)s; left out"),
    gettext_noop("%(number)s entries are too many; the first %(limit)s were taken"),
    gettext_noop("%(number)s characters are too many; cut to %(limit)s"),
    gettext_noop("%(number)s levels of sections are too many; the first %(limit)s were taken"),
    gettext_noop("the body is empty"),
    gettext_noop("no title; %(title)s is the first heading"),
    gettext_noop("no title; %(title)s is the file's name"),
    gettext_noop("no title; %(title)s is what the file links to"),
    gettext_noop("this looks like a byline: %(line)s"),
    gettext_noop("%(number)s tags inside code became the text that was meant"),
    gettext_noop("nearly all of the text is hidden; it was kept: look whether it is the article"),
    gettext_noop("%(number)s characters that a browser does not show were left out"),
    gettext_noop("the picture %(address)s is not beside the file"),
    gettext_noop("the picture %(address)s was refused: %(cause)s"),
    gettext_noop("%(number)s pictures beyond the first %(limit)s were not stored"),
    gettext_noop("the template tag %(name)s is not known and was left out (%(number)s times)"),
    gettext_noop("%(number)s more template tags are not known"),
    gettext_noop("the file was moved; it was %(path)s"),
    gettext_noop("the old address %(address)s belongs to a redirect already, which keeps it"),
    gettext_noop("the old address %(address)s belongs to article %(number)s already, which keeps it"),
    gettext_noop("the old address %(address)s belongs to %(path)s already, which keeps it"),
    gettext_noop("the old address %(address)s cannot be remembered"),
    gettext_noop(
        "the old address %(address)s lies where this site has pages of its own; it answers only where none is"
    ),
)
_PLACE = re.compile(r"line (\d+)(?:, (.+?))?(?:$|: )", re.DOTALL)
_KEY = re.compile(r"[\w-]+")
# What a placeholder stands for, where a text may begin with it: a number, or a value in quotes.
_VALUES = {"number": r"\d[\d.]*", "limit": r"\d+", "value": r"['\"].*"}
_MOST_PLACES = 8  # colons in the name of a file, beyond which a line is shown as it is
_NAME = re.compile(r"%\((\w+)\)s")


def import_text(text: str) -> str:
    """Return a line of an import report (`line 3, date: …`, `/path/a.md:3: date: …; advice`) in the page's language."""
    if not _PLACE.match(text) and (whole := _translated(text)) is not None:
        return whole
    end = 0
    for _number in range(_MOST_PLACES):
        end = text.find(": ", end)
        if end < 0:
            break
        if (said := _translated(text[end + 2 :])) is not None:
            return gettext("%(place)s: %(text)s") % {"place": _place(text[:end]), "text": said}
        end += 1
    return text


def _place(text: str) -> str:
    found = _PLACE.fullmatch(text)
    if not found:
        file, _mark, key = text.rpartition(": ")
        return gettext("%(place)s: %(text)s") % {"place": file, "text": key} if file and _KEY.fullmatch(key) else text
    line = gettext("line %(number)s") % {"number": found[1]}
    return gettext("%(line)s, %(key)s") % {"line": line, "key": found[2]} if found[2] else line


def _translated(text: str) -> str | None:
    """Return the translation of a text, and of the advice behind it; None where no pattern fits."""
    if (whole := _fitting(text)) is not None:
        return whole
    cause, mark, advice = text.rpartition("; ")
    if mark and (first := _fitting(cause)) is not None and (second := _fitting(advice)) is not None:
        return gettext("%(cause)s; %(advice)s") % {"cause": first, "advice": second}
    return None


def _fitting(text: str) -> str | None:
    found = _pattern().fullmatch(text)
    if found is None or found.lastgroup is None:
        return None
    number = int(found.lastgroup[1:])
    names = _NAME.findall(_TEXTS[number])
    values = dict(zip(names, (found[f"t{number}_{name}"] for name in names), strict=True))
    if "cause" in values:
        values["cause"] = _fitting(values["cause"]) or values["cause"]
    return gettext(_TEXTS[number]) % values


@cache
def _pattern() -> re.Pattern[str]:
    """Return one pattern of all texts, the more exact ones first; each is a group that its number names."""
    order = sorted(range(len(_TEXTS)), key=lambda number: (_TEXTS[number].count("%("), -len(_TEXTS[number])))
    return re.compile("|".join(_group(number) for number in order), re.DOTALL)


def _group(number: int) -> str:
    parts = re.split(r"%\((\w+)\)s", _TEXTS[number])
    for place in range(1, len(parts), 2):
        parts[place] = f"(?P<t{number}_{parts[place]}>{_VALUES.get(parts[place], '.+')})"
    parts[::2] = map(re.escape, parts[::2])
    return f"(?P<t{number}>{''.join(parts)})"

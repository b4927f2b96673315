"""How much of a text survived: what a browser would have shown against what readers get, and what is missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.text.html_tree import Element, Node
from articles.text.policy import PLAYERS

SHORTEST_QUOTED = 20
_MOST_QUOTES = 100
_LONGEST_QUOTE = 2000
# How far ahead a piece of text is looked for; what stands farther away is another place.
_WINDOW = 400
_NOT_SHOWN = PLAYERS | {"script", "style", "template", "noscript", "title", "head"}


@dataclass(frozen=True, slots=True)
class Ledger:
    """The share of visible characters that survived (0 to 1; white space does not count), and the lost runs of text."""

    kept_share: float = 1.0
    lost: tuple[str, ...] = ()


def compare_texts(before: Iterable[str], after: str) -> Ledger:
    """Return what of the pieces of visible text in `before` is missing in `after`.

    Text that only `after` has (the name of a video's host) does not count. Runs of at least 20 characters are quoted.
    """
    after = "".join(after.split())
    pieces = [(piece, "".join(piece.split())) for piece in before]
    pieces = [(piece, dense) for piece, dense in pieces if dense]
    total = sum(len(dense) for _piece, dense in pieces)
    if not total or "".join(dense for _piece, dense in pieces) == after:
        return Ledger()
    position = lost = 0
    runs: list[str] = []
    run: list[str] = []
    for piece, dense in pieces:
        found = after.find(dense, position, position + len(dense) + (_WINDOW if len(dense) > 3 else 40))
        if found >= 0:
            position = found + len(dense)
            runs.append("".join(run))
            run = []
        else:
            lost += len(dense)
            run.append(piece)
    runs.append("".join(run))
    return Ledger(1 - lost / total, quoted(runs))


def quoted(runs: Iterable[str]) -> tuple[str, ...]:
    """Return the runs of text that a ledger quotes, in one line each: those of at least 20 characters."""
    lines = (" ".join(text.split()) for text in runs)
    return tuple(line[:_LONGEST_QUOTE] for line in lines if len(line) >= SHORTEST_QUOTED)[:_MOST_QUOTES]


def shown_texts(nodes: Iterable[Node]) -> Iterator[str]:
    """Yield the pieces of text in the nodes that a browser shows, in order."""
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif isinstance(node, Element) and node.tag not in _NOT_SHOWN:
            yield from shown_texts(node.children)

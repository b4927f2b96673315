"""How far a long command is: a bar on a terminal, elsewhere a line every few seconds. Written to the error stream."""

import time
from collections.abc import Callable
from typing import Any

_WIDTH = 24
_REDRAW_SECONDS = 0.2
_LINE_SECONDS = 5.0
_CLEAR = "\r\x1b[K"


class Progress:
    """Counts steps and tells of them now and then; `total` is None where nobody knows how many there are."""

    def __init__(self, stream: Any, total: int | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._total, self._clock = stream, total, clock
        self._is_terminal = bool(stream.isatty())
        self._started = self._told = clock()
        self._done = 0
        self._is_drawn = False

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        now = self._clock()
        if now - self._told < (_REDRAW_SECONDS if self._is_terminal else _LINE_SECONDS):
            return
        self._told = now
        if self._is_terminal:
            self._stream.write(_CLEAR + self._text(now), ending="")
            self._is_drawn = True
        else:
            self._stream.write(self._text(now))
        self._stream.flush()

    def clear(self) -> None:
        """Make room on the terminal for a line of another kind."""
        if self._is_drawn:
            self._stream.write(_CLEAR, ending="")
            self._is_drawn = False

    def _text(self, now: float) -> str:
        rate = self._done / max(now - self._started, 0.001)
        if not self._total:
            return f"{self._done} files, {rate:.0f} a second, {_span(now - self._started)}"
        total = max(self._total, self._done)
        left = f"{_span((total - self._done) / max(rate, 0.001))} left"
        text = f"{self._done} of {total} files, {rate:.0f} a second, {left}"
        if self._is_terminal:
            filled = _WIDTH * self._done // total
            text = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {text}"
        return text


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

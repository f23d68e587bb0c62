"""A plotting area with axes: figures in, marks at the right places out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

LEFT, RIGHT, TOP, BOTTOM = 44, 20, 8, 34
Range = tuple[float, float]


def tick_values(low: float, high: float, most: int = 5) -> list[float]:
    """Return round values from low to high, at most so many."""
    width = high - low
    if not width > 0 or not math.isfinite(width):
        return [low]
    rough = width / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * s for s in (1, 2, 5, 10) if power * s >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(step * i, 12) for i in range(first, last + 1)]


def plain(value: float) -> str:
    """Return a tick's number, short."""
    if value and (abs(value) >= 1e5 or abs(value) < 1e-3):
        return f"{value:.2g}"
    return f"{value:.4g}"


def percent(value: float) -> str:
    """Return a share in percent."""
    return f"{100 * value:.3g} %"


@dataclass
class Frame:
    """An SVG of `width` by `height` units with a y axis left and an x axis below.

    Attributes:
        title: What is to be seen, in words, for who cannot see it.
        x: Values at the left and right end.
        y: Values at the bottom and at the top.
        x_label: Below the axis.
        x_text: Makes a tick's text of its value.
        y_text: Likewise.
        width: In units; a unit is about a pixel.
        height: In units.
        x_ticks: Values to mark; None chooses.
        y_most: Rules across, at most.
    """

    title: str
    x: Range
    y: Range
    x_label: str = ""
    x_text: Callable[[float], str] = plain
    y_text: Callable[[float], str] = plain
    width: int = 320
    height: int = 200
    x_ticks: Sequence[float] | None = None
    y_most: int = 4
    _marks: list[Markup] = field(default_factory=list)

    def at_x(self, value: float) -> float:
        """Return where a value lies, from the left."""
        return _place(value, self.x, LEFT, self.width - RIGHT)

    def at_y(self, value: float) -> float:
        """Return where a value lies, from the top."""
        return _place(value, self.y, self.height - BOTTOM, TOP)

    def line(self, points: Iterable[tuple[float, float]], style: str) -> None:
        """Add a line through points."""
        pairs = self._pairs(points)
        if pairs:
            self._path("M" + " L".join(pairs), f"line {style}")

    def band(
        self, xs: Sequence[float], low: Sequence[float], high: Sequence[float]
    ) -> None:
        """Add the area between two lines."""
        there = list(zip(xs, low, strict=True))
        back = list(zip(reversed(xs), reversed(high), strict=True))
        if there:
            self._path("M" + " L".join(self._pairs([*there, *back])) + "Z", "band")

    def dots(self, points: Iterable[tuple[float, float]], style: str) -> None:
        """Add points as one path of round dots."""
        text = "".join(f"M{pair}h0" for pair in self._pairs(points))
        if text:
            self._path(text, f"dots {style}")

    def bar(self, left: float, right: float, top: float, style: str) -> None:
        """Add a bar that stands on the lower end."""
        x, y = self.at_x(left), self.at_y(top)
        wide, tall = self.at_x(right) - x, self.at_y(self.y[0]) - y
        self._marks.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}"'
                ' width="{:.1f}" height="{:.1f}"/>'
            ).format(style, x, y, max(wide, 0.5), max(tall, 0))
        )

    def svg(self) -> Markup:
        """Return the finished chart."""
        shown = [*self._y_axis(), *self._x_axis(), *self._marks]
        return picture(self.title, self.width, self.height, shown)

    def _pairs(self, points: Iterable[tuple[float, float]]) -> list[str]:
        return [f"{self.at_x(x):.1f} {self.at_y(y):.1f}" for x, y in points]

    def _path(self, text: str, style: str) -> None:
        self._marks.append(Markup('<path class="{}" d="{}"/>').format(style, text))

    def _y_axis(self) -> list[Markup]:
        marks = []
        for value in tick_values(*self.y, most=self.y_most):
            y = self.at_y(value)
            marks.append(_rule(LEFT, y, self.width - RIGHT, y))
            marks.append(text(LEFT - 5, y + 4, self.y_text(value), "end"))
        return marks

    def _x_axis(self) -> list[Markup]:
        ticks = tick_values(*self.x) if self.x_ticks is None else self.x_ticks
        base = self.height - BOTTOM
        marks = [text(self.at_x(v), base + 15, self.x_text(v), "middle") for v in ticks]
        middle = (LEFT + self.width - RIGHT) / 2
        return [*marks, text(middle, self.height - 4, self.x_label, "middle")]


def picture(
    title: str, width: int, height: int, marks: Sequence[Markup], style: str = "chart"
) -> Markup:
    """Return an SVG with a name that is read out."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(style, width, height, title, Markup("").join(marks))


def text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    """Return words at a place."""
    if not words:
        return Markup("")
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        x, y, anchor, escape(words)
    )


def padded(low: float, high: float, share: float = 0.06) -> Range:
    """Return a range a little wider; a single value gets some room."""
    room = (high - low) * share or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _rule(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<path class="rule" d="M{:.1f} {:.1f} L{:.1f} {:.1f}"/>').format(
        x1, y1, x2, y2
    )


def _place(value: float, ends: Range, first: float, last: float) -> float:
    low, high = ends
    share = 0.5 if high == low else (value - low) / (high - low)
    return first + min(max(share, -0.5), 1.5) * (last - first)

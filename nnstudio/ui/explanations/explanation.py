"""One explanation, and how it is written."""

from dataclasses import dataclass
from html import escape

HERE = "a definition of this program."
"""The source of what is nobody else's."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """definition: a formula or a sentence; example: the same with numbers; source: who says so. Plain text."""

    definition: str
    example: str
    source: str = HERE

    def html(self, title: str = "", sentence: str = "", end: str = "") -> str:
        """As rich text: the title, a plain sentence, then what is known, and last what else there is to say."""
        parts = [
            f"<b>{_plain(title)}</b>" if title else "",
            _paragraph(_plain(sentence)),
            _paragraph(_plain(self.definition)),
            _paragraph(f"<b>Example:</b> {_plain(self.example)}"),
            _paragraph(f"<b>Source:</b> {_plain(self.source)}"),
            _paragraph(_plain(end)),
        ]
        return "".join(parts)


def _plain(text: str) -> str:
    return escape(text, quote=False)


def _paragraph(text: str) -> str:
    return f"<p>{text}</p>" if text else ""

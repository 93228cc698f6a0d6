"""Which part of a task asks for something, and which is the material it is about.

Quoted text, code and what follows a colon or an opening paragraph is material: its words say
nothing about the work. A question after the material belongs to the instruction.
"""

import re
from collections.abc import Callable

from pricing.values import immutable

#: Characters read at the beginning and at the end of a task, and the most of an instruction.
HEAD, TAIL = 6000, 1500
LONGEST = 1600
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"\"[^\"\n]{1,1500}\"|“[^”]{1,1500}”|„[^“”]{1,1500}[“”]|«[^»]{1,1500}»|「[^」]{1,1500}」"
    r"|『[^』]{1,1500}』|(?<![^\s(])'[^'\n]{12,1500}'(?!\w)|`[^`\n]{1,400}`"
)
_PARAGRAPH = re.compile(r"\n\s*\n")
_COLON = re.compile(r"[:\uff1a](?=\s|[^\x00-\x7f]|\"|$)")
_BULLET = re.compile(r"^\s*(?:[-*•・]|\d+[.)、]|[a-z]\))\s*\S")
#: A line that begins with the name of what it quotes: "Mail: ...".
_LABELLED = re.compile(r"\w+ ?[:\uff1a](?=\s|[^\x00-\x7f])")
_LONGEST_TAIL = 400
#: The most characters of a quoted name, and of the spaces around a text.
_NAME, _SPACES = 60, 4
_LONGEST_LEAD = 240


@immutable
class Instruction:
    """The text that asks, and the number of characters of material.

    ``names_only`` is whether these are only names in quotation marks, as of a book that is asked
    about.
    """

    text: str
    material: int
    names_only: bool = False


def instruction_of(task: str, is_mechanical: Callable[[str], bool]) -> Instruction:
    """Return the instruction; ``is_mechanical`` tells whether a lead asks for one given step.

    After such a lead ("Count the words:") all that follows the colon is material; after another
    ("Design a service that does this:") a list belongs to the instruction.
    """
    ends = task if len(task) <= HEAD + TAIL else f"{task[:HEAD]}\n\n{task[-TAIL:]}"
    quoted: list[int] = []
    text = _QUOTED.sub(lambda found: _taken(found, quoted), _CODE.sub("\n\n", ends)).strip()
    if not text:
        return Instruction(task[:LONGEST], 0)
    lead, rest = _lead_of(text)
    step = bool(rest) and is_mechanical(lead)
    colon = lead.rstrip().endswith((":", "\uff1a"))
    if rest and not step:
        kept, rest = _list_of(rest)
        lead = f"{lead}\n{kept}"
    last = _PARAGRAPH.split(rest)[-1].strip().rsplit("\n", 1)[-1] if rest else ""
    if (step and colon and last == rest.strip()) or _LABELLED.match(last):
        last = ""  # all the material there is, or a part of it with its name
    about = last.endswith(("?", "\uff1f")) or not (step or colon)
    if last and len(last) <= _LONGEST_TAIL and about:
        lead = f"{lead}\n{last}"
    if len(lead) > LONGEST:
        lead = f"{lead[: LONGEST // 2]}\n{lead[-LONGEST // 2 :]}"
    material = max(0, len(task) - len(lead))
    named = bool(quoted) and max(quoted) <= _NAME and sum(quoted) + _SPACES >= material
    return Instruction(lead, material, names_only=named)


def _taken(found: re.Match[str], quoted: list[int]) -> str:
    """Note the length of a quotation, and return what is left in its place."""
    quoted.append(len(found[0]))
    return " "


def _lead_of(text: str) -> tuple[str, str]:
    """Split a text after its first colon, or after its first paragraph."""
    colon, paragraph = _COLON.search(text, 0, _LONGEST_LEAD), _PARAGRAPH.search(text)
    if colon is not None and (paragraph is None or colon.start() < paragraph.start()):
        return text[: colon.end()], text[colon.end() :].strip()
    if paragraph is not None:
        return text[: paragraph.start()], text[paragraph.end() :]
    return text, ""


def _list_of(rest: str) -> tuple[str, str]:
    """Split what follows a lead into what belongs to the instruction, and the material."""
    paragraphs = _PARAGRAPH.split(rest)
    first = paragraphs[0]
    lines = first.splitlines()
    listed = sum(_BULLET.match(line) is not None for line in lines)
    if len(lines) == 1 or 2 * listed >= len(lines):
        return first, "\n\n".join(paragraphs[1:])
    return "", rest

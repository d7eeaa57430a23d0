"""The line commands of `sdcli calc`: list, info, unit, set, undo, save, help, quit.

They are the same at the prompt, on stdin and in `-e`. Each takes the session and what stands
behind its word, and returns what is said of it.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from sdcli.cli.calc_options import draws, length, refuse_mix
from sdcli.cli.calc_session import ANS, COMMANDS, Session
from sdcli.core.errors import InputError
from sdcli.core.files import read_text, write_atomic
from sdcli.core.text import printable
from sdcli.units import UnitError
from sdcli.units.conventions import BOUNDS, DEFAULT, ROUGH
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import SAMPLES, using
from sdcli.units.table import UNITS
from sdcli.units.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.cli.calc_answers import Setting

WIDTH = 80
_HEADER = "# Lines of sdcli calc. To play them again: sdcli calc - < this-file"
_SET_FORM = "like set rough, set year 365.25, set samples 100000, set usual"
_FORMS = """\
150M user * 2 tweet/user/day to tweet/s   a sum, shown in a unit
5 to 20 request/user                      a range: nine times in ten within
rate = 40k request/s                      a name for later lines; ans: the last
rate * 2 KB/request = 80 MB/s             a claim to be judged
rate > 10k request/s and not 2 GB > 3 GB  a question
min max ceil round sqrt log2 nines ...    functions; info NAME explains one
"""


def carry_out(session: Session, line: str) -> str:
    """Carry out a line command; returns what is said.

    Raises:
        SdcliError: it cannot be carried out; nothing has changed then.
    """
    word, *behind = line.split(None, 1)
    return _CARRIED_OUT[word](session, "".join(behind))


def list_names(session: Session, _behind: str) -> str:
    """Names with their values, in the order in which they were given, and the nouns."""
    named = {name: session.values[name] for name in session.made}
    rows = {name: value.summary() for name, value in named.items()}
    if ANS in session.values:
        rows[ANS] = session.values[ANS].summary()
    wide = max(map(len, rows), default=0)
    lines = [f"{name:{wide}}  {value}" for name, value in rows.items()]
    if session.setting.nouns:
        lines.append(f"counted: {', '.join(session.setting.nouns)}")
    return "\n".join(lines) or "there are no names yet; NAME = EXPRESSION gives one"


def info(session: Session, behind: str) -> str:
    """What a word is.

    Raises:
        UnitError: nobody knows it.
    """
    from sdcli.cli.calc_info import about

    if not behind:
        raise UnitError("info needs a word", expected="like info KB, info downtime, info ans")
    return about(session, behind)


def count(session: Session, behind: str) -> str:
    """Declare count nouns, in singular.

    Raises:
        UnitError: a word cannot be one.
    """
    words = behind.replace(",", " ").split()
    if not words:
        raise UnitError("unit needs a word", expected="a thing that is counted, like unit retweet")
    taken = next((word for word in words if word in session.values or word == ANS), "")
    if taken:
        raise UnitError(f'"{taken}" is a value here and cannot be counted')
    known = Vocabulary.of(session.setting.nouns)
    new = [
        word
        for word in dict.fromkeys(words)
        if word not in UNITS and known.noun(word) is None  # a mile may be counted
    ]
    if new:
        nouns = (*session.setting.nouns, *new)
        Vocabulary.of(nouns)
        _set(session, f"unit {' '.join(new)}", nouns=nouns)
    said = [f"counted from now on: {', '.join(new)}"] if new else []
    old = [word for word in dict.fromkeys(words) if word not in new]
    said += [f"{word} is known already: {known.unit(word)}" for word in old]
    return "\n".join(said)


def set_convention(session: Session, behind: str) -> str:
    """Change the conventions or the draws from now on; without anything, say what they are.

    Raises:
        InputError: a name or a value is none that can be set.
    """
    conventions, samples = session.setting.conventions, session.setting.samples
    words = behind.split()
    refuse_mix(
        "rough" in words or ("usual" not in words[:1] and conventions == ROUGH),
        [name for name in BOUNDS if name in words],
        where="set",
        fix="set usual, and then the lengths" if "rough" not in words else "",
    )
    while words:
        name = words.pop(0)
        if name in ("rough", "usual"):
            conventions = ROUGH if name == "rough" else DEFAULT
        elif name in (*BOUNDS, "samples") and words:
            text, where = words.pop(0), f"set {name}"
            if name == "samples":
                samples = None if text == "usual" else draws(text, where=where)
                using(samples or SAMPLES)
            else:
                example = f"{where} {getattr(DEFAULT, _FIELDS[name]):g}"
                value = length(name, text, where=where, example=example)
                conventions = conventions.changed(name, value)
        else:
            raise InputError(
                f"{name} needs a value" if name in (*BOUNDS, "samples") else "this cannot be set",
                where="set",
                given=printable(name, "?")[:40],
                expected=_SET_FORM,
            )
    if behind:
        _set(session, f"set {behind}", conventions=conventions, samples=samples)
    said = [f"{name} {conventions.text(name)}" for name in BOUNDS]
    said.append("KB 1000 B")
    said.append(f"{samples:,} draws" if samples else f"{SAMPLES:,} draws where needed")
    return _packed(said)


def _packed(parts: list[str]) -> str:
    """Parts with commas between them, on as few lines as hold them whole."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 3 > WIDTH:  # the commas on both sides, and a space
            lines[-1] += ","
            lines.append(part)
        else:
            lines[-1] += f", {part}"
    return "\n".join(lines)


def undo(session: Session, _behind: str) -> str:
    """Take back the last line that changed a name, a noun or a setting, and what came after.

    A sum alone changes `ans` only; it is gone with the line before it.
    """
    found = session.take_back()
    if found is None:
        raise InputError("there is nothing to take back: no name, noun or setting has changed")
    line, after = found
    more = f", and {after} line{'s' if after > 1 else ''} after it" if after else ""
    return f"took back: {printable(line, '?')}{more}"


def save(session: Session, behind: str) -> str:
    """Write the lines that worked; a file that somebody else wrote or changed is left alone.

    The first line sets the conventions, so that the file does not hang on options or on
    `config.toml`.

    Raises:
        InputError: no file is named, there is nothing to write, or the file is somebody else's.
        MissingError: the disk is full.
    """
    name = behind[1:-1] if behind[:1] in "'\"" and behind[-1:] == behind[:1] else behind
    if not name:
        raise InputError("save needs the name of a file", expected="like save estimate.calc")
    if printable(name) != name:
        raise InputError("this is no name for a file", where=printable(name, "?"))
    if not session.lines:
        raise InputError("there is nothing to save yet")
    named = os.path.expanduser(name)  # noqa: PTH111 - Path raises on ~nobody
    if named.startswith("~"):
        raise InputError("there is no such home", where=name, fix=f"write ./{name} for a file here")
    path = os.path.realpath(named)
    folder = os.path.dirname(path)  # noqa: PTH120 - as above
    if not os.path.isdir(folder):  # noqa: PTH112 - as above
        raise InputError(f"there is no folder {folder}", where=name)
    if os.path.lexists(named) and _text_of(path) != session.written.get(path, ""):
        raise InputError(
            "this file is there already and not what this session wrote",
            where=name,
            fix="save under another name",
        )
    begun = session.begun_as
    first = [f"set {_set_text(begun)}"]
    if begun.nouns:
        first.append(f"unit {' '.join(begun.nouns)}")
    text = "\n".join([_HEADER, *first, *session.lines]) + "\n"
    write_atomic(Path(path), text)
    session.written[path] = text
    lines = "1 line" if len(session.lines) == 1 else f"{len(session.lines)} lines"
    return f"{lines} written; play again: sdcli calc - < {_for_shell(name)}"


def _for_shell(name: str) -> str:
    """A path as a shell reads it; a home stays one."""
    home, slash, path = name.partition("/")
    is_home = slash and path and home.startswith("~")
    return f"{home}/{shlex.quote(path)}" if is_home else shlex.quote(name)


def show_help(session: Session, behind: str) -> str:
    """What one may type."""
    if behind:
        return info(session, behind)
    forms = {name: f"{name} {form}".strip() for name, (form, _) in COMMANDS.items()}
    wide = max(map(len, forms.values()))
    rows = [f"{forms[name]:{wide}}  {what}" for name, (_, what) in COMMANDS.items()]
    return _FORMS + "\n" + "\n".join(rows)


def leave(session: Session, _behind: str) -> str:
    """End the session."""
    session.is_over = True
    return ""


def _text_of(path: str) -> str | None:
    """What stands in a file; None where that cannot be told."""
    if not os.path.isfile(path):  # noqa: PTH113 - a pipe would be waited for
        return None
    try:
        return read_text(Path(path), exact=True)
    except InputError:
        return None


def _set(session: Session, line: str, **changes: object) -> None:
    """Change the setting, so that it can be taken back and is saved."""
    session.change(line)
    session.setting = session.setting.changed(**changes)
    session.lines.append(line)


def _set_text(setting: Setting) -> str:
    """The words that `set` reads back to the same conventions and draws."""
    said = [f"{name} {getattr(setting.conventions, _FIELDS[name]):.15g}" for name in BOUNDS]
    return " ".join([*said, f"samples {setting.samples or 'usual'}"])


_FIELDS = {"day": "day_s", "month": "month_days", "year": "year_days"}
_CARRIED_OUT: dict[str, Callable[[Session, str], str]] = {
    "list": list_names,
    "info": info,
    "unit": count,
    "set": set_convention,
    "undo": undo,
    "save": save,
    "help": show_help,
    "quit": leave,
    "exit": leave,
}

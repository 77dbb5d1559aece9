"""Where things stand in a TOML text: tomllib gives values without lines, and faults want one."""

import re
import tomllib
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<newline>\r?\n)
      | (?P<blank>[ \t]+ | \#[^\r\n]*)
      | (?P<string>"{3}(?:\\[\s\S]|[^\\])*?"{3,5} | '{3}[\s\S]*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
      | (?P<mark>[\[\]{}=,])
      | (?P<bare>[^\s\[\]{}=,#"']+)
      | (?P<other>[\s\S])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def key_lines(text: str) -> dict[str, int]:
    """Return the line, counted from 1, of every key path of a TOML text (`sources[3].every` → 41).

    Tables, keys and the elements of arrays all have one. `text` must be TOML that `tomllib` reads; of
    anything else the answer is incomplete, never an error.
    """
    walk = _Walk(tokens=_tokens(text))
    walk.document()
    return walk.lines


def nearest_line(lines: dict[str, int], key: str) -> int | None:
    """Return the line of `key`, else of the closest thing around it that has one; None where nothing has."""
    while key:
        if key in lines:
            return lines[key]
        key = re.sub(r"(\[\d+\]|(^|\.)[^.\[\]]+|.)$", "", key)
    return None


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "blank":
            tokens.append(_Token(str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return tokens


@dataclass(slots=True)
class _Walk:
    """One pass over the tokens; `counts` holds how many tables each array of tables has so far."""

    tokens: list[_Token]
    place: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def document(self) -> None:
        """Walk over all statements."""
        table = ""
        while (token := self._peek()) is not None:
            if token.kind == "newline":
                self.place += 1
            elif token.text == "[":
                table = self._header()
            elif not self._pair(table):
                self.place += 1

    def _peek(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _eat(self, text: str) -> bool:
        token = self._peek()
        if token is None or token.text != text:
            return False
        self.place += 1
        return True

    def _skip_newlines(self) -> None:
        while (token := self._peek()) is not None and token.kind == "newline":
            self.place += 1

    def _header(self) -> str:
        line = self.tokens[self.place].line
        self._eat("[")
        is_array = self._eat("[")
        parts = self._key()
        while self._eat("]"):
            pass
        path = ""
        for part in parts[:-1]:
            path = self._current(_joined(path, part))
            self.lines.setdefault(path, line)
        path = _joined(path, parts[-1] if parts else "")
        if is_array:
            self.lines.setdefault(path, line)
            self.counts[path] = self.counts.get(path, 0) + 1
        path = self._current(path)
        self.lines.setdefault(path, line)
        return path

    def _current(self, path: str) -> str:
        return f"{path}[{self.counts[path] - 1}]" if path in self.counts else path

    def _key(self) -> list[str]:
        parts: list[str] = []
        while (token := self._peek()) is not None and token.kind in ("bare", "string"):
            parts += _key_parts(token)
            self.place += 1
        return parts

    def _pair(self, table: str) -> bool:
        token = self._peek()
        path = table
        for part in self._key():
            path = _joined(path, part)
            if token is not None:
                self.lines.setdefault(path, token.line)
        if token is None or not self._eat("="):
            return False
        self._value(path)
        return True

    def _value(self, path: str) -> None:
        if self._eat("["):
            self._array(path)
        elif self._eat("{"):
            self._inline_table(path)
        else:
            while (token := self._peek()) is not None and token.kind in ("bare", "string"):
                self.place += 1

    def _array(self, path: str) -> None:
        index = 0
        self._skip_newlines()
        while (token := self._peek()) is not None and not self._eat("]"):
            here = self.place
            self.lines.setdefault(f"{path}[{index}]", token.line)
            self._value(f"{path}[{index}]")
            self._skip_newlines()
            index += self._eat(",")
            self._skip_newlines()
            self.place = max(self.place, here + 1)

    def _inline_table(self, path: str) -> None:
        self._skip_newlines()
        while self._peek() is not None and not self._eat("}"):
            here = self.place
            self._pair(path)
            self._eat(",")
            self._skip_newlines()
            self.place = max(self.place, here + 1)


def _joined(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def _key_parts(token: _Token) -> list[str]:
    if token.kind == "bare":
        return [part for part in token.text.split(".") if part]
    try:
        return [str(tomllib.loads(f"key = {token.text}")["key"])]
    except tomllib.TOMLDecodeError:
        return [token.text]

"""Reading a table of untyped values key by key, so that all its faults are told at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from extractors.errors import Fault
from extractors.toml_lines import nearest_line
from extractors.watch_checks import Check, did_you_mean, of_type

T = TypeVar("T")


@dataclass(slots=True)
class Faults:
    """The faults of one file so far; `lines` as `toml_lines.key_lines` returns them, empty where unknown."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    found: list[Fault] = field(default_factory=list)

    def add(self, key: str, message: str) -> None:
        """Keep a fault at `key`."""
        line = nearest_line(self.lines, key)
        self.found.append(Fault(file=self.file, line=line, key=key, message=message))

    def in_order(self) -> tuple[Fault, ...]:
        """Return all faults in the order of the file; those without a line first."""
        return tuple(sorted(self.found, key=lambda fault: fault.line or 0))


@dataclass(slots=True)
class Table:
    """A table at `path` (empty for the whole file), read key by key; what nobody took is unknown."""

    values: Mapping[str, Any]
    path: str
    faults: Faults
    taken: set[str] = field(default_factory=set)

    def key(self, name: str) -> str:
        """Return the whole path of the key `name` of this table."""
        return f"{self.path}.{name}" if self.path else name

    def need(self, name: str, check: Check[T], stand_in: T) -> T:
        """Return the checked value of `name`; where it is missing or wrong, a fault and `stand_in`."""
        if name not in self.values:
            self.taken.add(name)
            self.faults.add(self.key(name), "this key is missing")
            return stand_in
        return self.take(name, check, stand_in)

    def take(self, name: str, check: Check[T], default: T) -> T:
        """Return the checked value of `name`, `default` where it is missing or (with a fault) wrong."""
        self.taken.add(name)
        if name not in self.values:
            return default
        try:
            return check(self.values[name])
        except ValueError as error:
            self.faults.add(self.key(name), str(error))
            return default

    def take_list(self, name: str, check: Check[T], *, needed: bool = False) -> tuple[T, ...]:
        """Return the checked elements of the list `name`; wrong ones are faults and left out.

        Where `needed`, a missing or empty list is a fault.
        """
        values = (self.need if needed else self.take)(name, _a_list, None)
        if values is None:
            return ()
        if needed and not values:
            self.faults.add(self.key(name), "expected one element at least, the list is empty")
        return self._elements(self.key(name), values, check)

    def take_lists(self, name: str, check: Check[T]) -> tuple[tuple[T, ...], ...]:
        """Return a list of lists, none of them empty, each element checked."""
        found: list[tuple[T, ...]] = []
        lists: list[Any] = self.take(name, _a_list, [])
        for index, inner in enumerate(lists):
            path = f"{self.key(name)}[{index}]"
            if not isinstance(inner, list) or not inner:
                self.faults.add(path, "expected a list of ids, one at least")
            else:
                found.append(self._elements(path, inner, check))
        return tuple(found)

    def _elements(self, path: str, values: list[Any], check: Check[T]) -> tuple[T, ...]:
        found: list[T] = []
        for index, value in enumerate(values):
            try:
                found.append(check(value))
            except ValueError as error:
                self.faults.add(f"{path}[{index}]", str(error))
        return tuple(dict.fromkeys(found))

    def table(self, name: str, *, needed: bool = False) -> "Table":
        """Return the inner table `name`, an empty one where it is missing or wrong."""
        nothing: dict[str, Any] = {}
        values = (self.need if needed else self.take)(name, _a_table, nothing)
        return Table(values, self.key(name), self.faults)

    def tables(self, name: str) -> list["Table"]:
        """Return the tables of the array `name`, each `[[name]]` of the file."""
        found: list[Table] = []
        values: list[Any] = self.take(name, _a_list, [])
        for index, value in enumerate(values):
            path = f"{self.key(name)}[{index}]"
            if isinstance(value, Mapping):
                found.append(Table(value, path, self.faults))
            else:
                self.faults.add(path, f"expected a table, write it as [[{name}]]")
        return found

    def tables_by_key(self, known: Collection[str], what: str) -> Iterator[tuple[str, "Table"]]:
        """Yield the inner tables by their keys, which are chosen out of `known`; any other key is a fault.

        `what` says what a key stands for.
        """
        for name in self.values:
            if name in known:
                yield name, self.table(name)
            else:
                hint = did_you_mean(name, known) or f"; known are {', '.join(sorted(known))}"
                self.faults.add(self.key(name), f"unknown {what} `{name}`{hint}")

    def close(self, known: Collection[str] = ()) -> None:
        """Make every key that nobody took a fault; `known` are further keys to tell of."""
        words = self.taken.union(known)
        for name in self.values:
            if name not in self.taken:
                hint = did_you_mean(name, words) or f"; known are {', '.join(sorted(words))}"
                self.faults.add(self.key(name), f"unknown key `{name}`{hint}")


def no_twins(key: str, what: str, values: Sequence[str], tables: Sequence[Table]) -> None:
    """Make every one of `values`, at `key` of its table, a fault that an earlier table has too; empty ones are none."""
    first: dict[str, str] = {}
    for value, table in zip(values, tables, strict=True):
        if value and value in first:
            table.faults.add(table.key(key), f"the same {what} as {first[value]}")
        first.setdefault(value, table.path)


def _a_list(value: Any) -> list[Any]:
    return of_type(value, list, "a list")


def _a_table(value: Any) -> dict[str, Any]:
    return of_type(value, dict, "a table")

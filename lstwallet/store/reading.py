"""What a profile holds along one line: journal, worlds, samples, Activity, postings.

Every query is of one stretch of the line and answered from an index: what it costs does not
grow with the history before it. A moment is found by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.world import World
from lstwallet.store import codec, schema
from lstwallet.store.driver import Database
from lstwallet.store.errors import BadText, Damage, StoreBroken
from lstwallet.store.line import END, Line, Stretch
from lstwallet.store.migrations import PLACES
from lstwallet.store.records import (
    ActivityRow,
    EntryRow,
    Head,
    JournalRow,
    SampleDay,
    decode_entries,
    decode_gains,
)
from lstwallet.store.replay import Loaded, cut, moment_of, replay, snapshot_hash, unpack
from lstwallet.units.clock import DAY, SimTime, start_of

_JOURNAL: Final = "SELECT first_seq, last_seq, began, ended, command, events, hash FROM by_place"
_SELECT_ROWS: Final = (
    _JOURNAL  # noqa: S608
    + " WHERE place BETWEEN coalesce((SELECT max(place) FROM by_place"
    " WHERE place BETWEEN :first AND :next), :next) AND :last AND last_seq > :after"
    " ORDER BY place"
)
_SELECT_ROW_BEFORE: Final = (
    _JOURNAL + " WHERE place BETWEEN :first AND :last ORDER BY place DESC LIMIT 1"
)
_SELECT_BEGAN: Final = (
    "SELECT place - :first, began FROM by_place WHERE place BETWEEN :first AND :last"
    " ORDER BY place DESC LIMIT 1"
)
_COUNT_ROWS: Final = "SELECT count(*) FROM by_place WHERE place BETWEEN :first AND :last"
_COUNT_ACTIVITY: Final = "SELECT count(*) FROM activity WHERE branch = ? AND seq <= ?"
_SELECT_COMMANDED: Final = (
    _JOURNAL + " WHERE place BETWEEN :next AND :last AND last_seq <= :upto"
    " AND command IS NOT NULL ORDER BY place"
)
_SELECT_SNAPSHOTS: Final = (
    "SELECT seq, blob, hash FROM snapshots"
    " WHERE branch = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC"
)
_ROW_OF_ACTIVITY: Final = (
    f" JOIN by_place j ON j.place = (SELECT max(place) FROM by_place"  # noqa: S608
    f" WHERE place BETWEEN a.branch * {PLACES} AND a.branch * {PLACES} + a.seq)"
)
_SELECT_ACTIVITY: Final = (
    "SELECT a.seq, a.at, a.kind, a.gain, j.first_seq, j.command, j.events FROM activity a"  # noqa: S608
    + _ROW_OF_ACTIVITY
    + " WHERE a.branch = ? AND a.seq > ? AND a.seq <= ? AND (? IS NULL OR a.kind = ?)"
    " ORDER BY a.seq DESC LIMIT ?"
)
_SELECT_MARKS: Final = (
    "SELECT a.seq, a.at, a.kind, j.first_seq, j.command IS NOT NULL FROM activity a"  # noqa: S608
    + _ROW_OF_ACTIVITY
    + " WHERE a.branch = ? AND a.seq > ? AND a.seq <= ? ORDER BY a.seq"
)


class Recorded(NamedTuple):
    """One event that concerns the user, with what stands beside it in the journal."""

    activity: ActivityRow
    event: kernel.Event
    command: kernel.Command | None


class Reading:
    """An open profile, read along ``line``; lives in one thread.

    Whatever it reads it may find damaged: ``StoreBroken``, or ``StoreUnavailable``.
    """

    def __init__(self, path: Path, database: Database, line: Line) -> None:
        self.path = path
        self.line = line
        self._database = database

    def own(self) -> Reading:
        """The same, of what the line's branch holds itself."""
        return Reading(self.path, self._database, self.line.own)

    # --- the journal -----------------------------------------------------------------------

    def head(self) -> Head:
        """What is acknowledged. Raises ``StoreBroken`` when there is none."""
        query = "SELECT time, seq, hash FROM head WHERE branch = ?"
        row = self._one(query, (self.line.branch,))
        if row is None:
            raise StoreBroken(self.path, Damage.DAMAGED, "it has no head")
        self._require(row, int, int, bytes)
        return Head(*row)

    def rows(self, after: int = 0, upto: int = END) -> Iterator[JournalRow]:
        """The journal from the row that holds event ``after + 1`` on, in order, up to ``upto``.

        A row that goes on beyond that, or beyond where the line leaves its branch, is cut there.
        """
        for stretch in self.line.between(after, upto):
            where = _places(stretch.branch, stretch.upto, stretch.after)
            with schema.sqlite_errors(self.path):
                for values in self._database.conn.execute(_SELECT_ROWS, where):
                    row = self._journal_row(values)
                    if row.last_seq > stretch.upto:
                        row = cut(self.path, row, self._chain_before(row), stretch.upto)
                    yield row

    def commanded(self, after: int) -> Iterator[JournalRow]:
        """The rows of commands whose events are all after event ``after``, in order."""
        for stretch in self.line.between(after):
            where = _places(stretch.branch, stretch.upto, stretch.after)
            with schema.sqlite_errors(self.path):
                for values in self._database.conn.execute(_SELECT_COMMANDED, where):
                    yield self._journal_row(values)

    def row_of(self, seq: int) -> JournalRow:
        """The row that event ``seq`` stands in, as far as the line goes along it.

        Raises ``LookupError`` when there is no such event.
        """
        if seq >= 1:
            stretch = self.line.stretch_of(seq)
            values = self._one(_SELECT_ROW_BEFORE, _places(stretch.branch, seq))
            row = None if values is None else self._journal_row(values)
            if row is not None and row.last_seq >= seq:
                if row.last_seq > stretch.upto:
                    return cut(self.path, row, self._chain_before(row), stretch.upto)
                return row
        raise LookupError(f"there is no event {seq}")

    def seq_at(self, time: SimTime) -> int:
        """The newest event that had happened by then; the first one before the beginning."""
        for stretch in reversed(self.line.stretches):
            row = self._row_at(stretch, min(time, stretch.ended))
            if row is None:
                continue
            if row.ended <= time:
                return min(row.last_seq, stretch.upto)
            lines = row.events.split("\n")
            for seq, line in zip(range(row.last_seq, 0, -1), reversed(lines), strict=False):
                if seq <= stretch.upto and moment_of(self.path, line, seq) <= time:
                    return seq
        return 1

    def _row_at(self, stretch: Stretch, time: SimTime) -> JournalRow | None:
        """The newest row of a stretch that had begun by then: moments rise along a branch, so
        halving finds it without an index of them."""
        low, high, found = stretch.after + 1, min(stretch.upto, PLACES - 1), 0
        probe = high  # the newest one is asked for most often
        while low <= high:
            row = self._one(_SELECT_BEGAN, _places(stretch.branch, probe))
            if row is None:
                low = probe + 1
            else:
                self._require(row, int, int)
                first, began = row
                if not stretch.after < first <= probe:
                    raise self._unordered()
                if began <= time:
                    found, low = first, probe + 1
                else:
                    high = first - 1
            probe = (low + high) >> 1
        if not found:
            return None
        values = self._one(_SELECT_ROW_BEFORE, _places(stretch.branch, found))
        if values is None:
            raise self._unordered()
        return self._journal_row(values)

    def load(self) -> Loaded:
        """The World at the head: the newest sound snapshot and the tail after it.

        Raises ``StoreBroken`` when the chain does not hold, or ``StoreUnavailable``.
        """
        head = self.head()
        found = self._load_at(head.seq)
        if found.head.seq != head.seq or found.head.hash != head.hash:
            raise StoreBroken(self.path, Damage.CHAIN, f"the journal ends at {found.head.seq}")
        if head.time < found.world.time:
            raise StoreBroken(self.path, Damage.CHAIN, "its head lies before its last event")
        return Loaded(found.world._replace(time=head.time), head)

    def load_at(self, seq: int) -> Loaded:
        """The World just after event ``seq``, at its moment.

        Raises ``LookupError`` when there is no such event on the line.
        """
        row = self.row_of(seq)
        found = self._load_at(seq)
        line = row.events.split("\n")[seq - row.first_seq]
        moment = moment_of(self.path, line, seq)
        if found.head.seq != seq:
            raise StoreBroken(self.path, Damage.CHAIN, f"the journal ends at {found.head.seq}")
        return Loaded(found.world._replace(time=moment), found.head._replace(time=moment))

    def _load_at(self, seq: int) -> Loaded:
        start = self._newest_snapshot(seq)
        return replay(self.path, self.rows(start.head.seq if start else 0, seq), start)

    def snapshot_seqs(self) -> list[int]:
        """The events after which there is a snapshot, in order."""
        query = "SELECT seq FROM snapshots WHERE branch = ? AND seq BETWEEN ? AND ? ORDER BY seq"
        with schema.sqlite_errors(self.path):
            return [
                row[0]
                for each in self.line.stretches
                for row in self._database.conn.execute(query, (each.branch, each.after, each.upto))
            ]

    def newest_snapshot_seq(self, upto: int = END) -> int:
        """The event that the newest snapshot was taken after, sound or not; 1 without any."""
        query = "SELECT max(seq) FROM snapshots WHERE branch = ? AND seq BETWEEN ? AND ?"
        for each in reversed(self.line.stretches):
            row = self._one(query, (each.branch, each.after, min(each.upto, upto)))
            if row[0] is not None:
                return int(row[0])
        return 1

    def snapshot(self, seq: int) -> World | None:
        """The World of a snapshot; ``None`` when it cannot be read (it is only a cache)."""
        query = "SELECT blob FROM snapshots WHERE branch = ? AND seq = ?"
        for each in reversed(self.line.stretches):
            if each.after <= seq <= each.upto:
                row = self._one(query, (each.branch, seq))
                if row is not None:
                    try:
                        return unpack(row[0])
                    except BadText:
                        return None
        return None

    def _newest_snapshot(self, seq: int) -> Loaded | None:
        """The newest whole one not after ``seq`` that stands on this journal; others are ignored.

        A branch may have one of the very event at which it left its parent. A snapshot is of the
        moment at which it was taken, and a branch may leave at an earlier one: its World is put
        back to the moment of its event.
        """
        for stretch in reversed(self.line.stretches):
            where = (stretch.branch, stretch.after, min(stretch.upto, seq))
            with schema.sqlite_errors(self.path):
                for at, blob, digest in self._database.conn.execute(_SELECT_SNAPSHOTS, where):
                    self._require((at, blob, digest), int, bytes, bytes)
                    after = self._after(stretch, at)
                    if after is None or snapshot_hash(blob, after.hash) != digest:
                        continue
                    try:
                        world = unpack(blob)
                    except BadText:
                        continue
                    if world.events == at:
                        return Loaded(world._replace(time=after.time), after)
        return None

    def _after(self, stretch: Stretch, seq: int) -> Head | None:
        """Moment and chain just after event ``seq`` of a stretch, where a row ends with it."""
        if seq == stretch.after:
            return Head(stretch.began, seq, stretch.hash)
        values = self._one(_SELECT_ROW_BEFORE, _places(stretch.branch, seq))
        row = None if values is None else self._journal_row(values)
        return None if row is None or row.last_seq != seq else Head(row.ended, seq, row.hash)

    def _chain_before(self, row: JournalRow) -> bytes:
        """The chain that a row goes on from."""
        before = self._after(self.line.stretch_of(row.first_seq), row.first_seq - 1)
        if before is None:
            detail = f"events before {row.first_seq} are missing"
            raise StoreBroken(self.path, Damage.CHAIN, detail)
        return before.hash

    def _unordered(self) -> StoreBroken:
        """The keys on a damaged page say anything."""
        return StoreBroken(self.path, Damage.DAMAGED, "its rows are not in order")

    def _journal_row(self, values: Sequence[Any]) -> JournalRow:
        self._require(values, int, int, int, int, str | None, str, bytes)
        return JournalRow(*values)

    # --- samples ---------------------------------------------------------------------------

    def sample_days(
        self, begin: SimTime, end: SimTime, *, gate: Callable[[], None] | None = None
    ) -> Iterator[SampleDay]:
        """The stored days that lie between two moments, in order; ``gate`` before each.

        A branch has its own copy of the day on which it left its parent.
        """
        query = (
            "SELECT day, names, hours FROM samples"
            " WHERE branch = ? AND day >= ? AND day < ? ORDER BY day"
        )
        for stretch in self.line.stretches:
            first, past = _days_of(stretch)
            where = (stretch.branch, max(start_of(DAY, begin), first), min(end + 1, past))
            with schema.sqlite_errors(self.path):
                for row in self._database.conn.execute(query, where):
                    if gate is not None:
                        gate()
                    yield self._sample_day(*row)

    def last_sample_day(self) -> SampleDay | None:
        """The newest stored day of samples."""
        query = (
            "SELECT day, names, hours FROM samples"
            " WHERE branch = ? AND day >= ? AND day < ? ORDER BY day DESC LIMIT 1"
        )
        for stretch in reversed(self.line.stretches):
            first, past = _days_of(stretch)
            row = self._one(query, (stretch.branch, first, past))
            if row is not None:
                return self._sample_day(*row)
        return None

    def _sample_day(self, day: int, names: str, text: str) -> SampleDay:
        self._require((day, names, text), int, str, str)
        columns = tuple(names.split(","))
        try:
            hours = codec.loads(text)
        except BadText as error:
            raise StoreBroken(self.path, Damage.UNDECODABLE, f"samples: {error}") from error
        whole = type(hours) is list and all(
            type(row) is list and len(row) == len(columns) + 1 and set(map(type, row)) == {int}
            for row in hours
        )
        if not whole:
            raise StoreBroken(self.path, Damage.UNDECODABLE, f"samples of day {day}")
        return SampleDay(day, columns, hours)

    # --- what concerns the user --------------------------------------------------------------

    def activity(
        self,
        before: int | None,
        limit: int,
        *,
        after: int = 0,
        kind: str | None = None,
        gate: Callable[[], None] | None = None,
    ) -> list[Recorded]:
        """Events that concern the user, newest first, older than event ``before``.

        ``after``: newer than that one. ``kind``: of this kind only.
        """
        found: list[Recorded] = []
        for stretch in reversed(self.line.between(after, END if before is None else before - 1)):
            where = (stretch.branch, stretch.after, stretch.upto, kind, kind, limit - len(found))
            with schema.sqlite_errors(self.path):
                for row in self._database.conn.execute(_SELECT_ACTIVITY, where):
                    if gate is not None:
                        gate()
                    found.append(self._recorded(*row))
        return found

    def _recorded(
        self, seq: int, at: int, kind: str, gain: str, first: int, command: str | None, text: str
    ) -> Recorded:
        try:
            line = text.split("\n")[seq - first]
            return Recorded(
                ActivityRow(seq, at, kind, decode_gains(gain)),
                codec.decode_event(line),
                None if command is None else codec.decode_command(command),
            )
        except (BadText, AttributeError, IndexError, ValueError, TypeError) as error:
            raise StoreBroken(self.path, Damage.UNDECODABLE, f"event {seq}: {error}") from error

    def marks(self, after: int = 0) -> Iterator[tuple[int, SimTime, str, int, int]]:
        """Number, moment and kind of every event that concerns the user after one, oldest first,
        with the first event of its row and whether a command caused it. No event is read: a
        year of them takes as long as a few entries do."""
        for each in self.line.between(after):
            with schema.sqlite_errors(self.path):
                where = (each.branch, each.after, each.upto)
                for row in self._database.conn.execute(_SELECT_MARKS, where):
                    self._require(row, int, int, str, int, int)
                    yield row

    def activity_rows(self) -> Iterator[ActivityRow]:
        """All that the list of Activity is made from, oldest first."""
        for seq, at, kind, gain in self._of_line("activity", "seq, at, kind, gain", "seq"):
            self._require((seq, at, kind, gain), int, int, str, str)
            try:
                yield ActivityRow(seq, at, kind, decode_gains(gain))
            except (BadText, ValueError, TypeError) as error:
                detail = f"activity of event {seq}: {error}"
                raise StoreBroken(self.path, Damage.UNDECODABLE, detail) from error

    def entries(self) -> Iterator[EntryRow]:
        """The user's postings, in order."""
        columns = "seq, at, kind, entries"
        for row in self._of_line("postings", columns, "seq, place"):
            self._require(row, int, int, str, str)
            seq, at, kind, text = row
            try:
                yield from decode_entries(seq, at, kind, text)
            except (BadText, ValueError, TypeError) as error:
                detail = f"postings of event {seq}: {error}"
                raise StoreBroken(self.path, Damage.UNDECODABLE, detail) from error

    def strays(self) -> int:
        """Rows of the line's branch with numbers from before it left its parent: there are none."""
        last = self.line.stretches[-1]
        rows = self._one(_COUNT_ROWS, _places(last.branch, last.after))
        return int(rows[0] + self._one(_COUNT_ACTIVITY, (last.branch, last.after))[0])

    def _of_line(self, table: str, columns: str, order: str) -> Iterator[Any]:
        """Rows of a table that is numbered by events, along the line."""
        query = (
            f"SELECT {columns} FROM {table}"  # noqa: S608
            f" WHERE branch = ? AND seq > ? AND seq <= ? ORDER BY {order}"
        )
        for each in self.line.stretches:
            with schema.sqlite_errors(self.path):
                where = (each.branch, each.after, each.upto)
                yield from self._database.conn.execute(query, where)

    # --- inside ----------------------------------------------------------------------------

    def _one(self, query: str, arguments: Sequence[object] | Mapping[str, object]) -> Any:
        with schema.sqlite_errors(self.path):
            return self._database.conn.execute(query, arguments).fetchone()

    def _require(self, row: Sequence[object], *kinds: Any) -> None:
        """SQLite's tables are strict, but a damaged page may say anything."""
        if not all(map(isinstance, row, kinds)):
            raise StoreBroken(self.path, Damage.DAMAGED, "a row holds values of another type")


def _places(branch: int, upto: int, after: int = 0) -> dict[str, int]:
    """Where the rows of a branch stand that begin with events after ``after`` up to ``upto``:
    ``next`` to ``last``. ``first``: before all of the branch."""
    first = branch * PLACES
    begin, end = min(after + 1, PLACES - 1), min(max(upto, 0), PLACES - 1)
    places = {"first": first, "next": first + begin, "last": first + end}
    return places | {"after": after, "upto": upto}


def _days_of(stretch: Stretch) -> tuple[SimTime, SimTime]:
    """The first day whose samples a branch holds for a line, and the first it does not."""
    past = END if stretch.ended == END else start_of(DAY, stretch.ended)
    return start_of(DAY, stretch.began), past

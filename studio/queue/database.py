"""The SQLite file under the job store: opening it, transactions, and its errors as sentences.

WAL mode: readers never wait for the writer. A write transaction begins with `BEGIN IMMEDIATE`,
so two writers queue at its start instead of failing in its middle.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from studio.ground.errors import JobError
from studio.queue.schema import metadata

# Of the file: 1 has the queue's tables, 2 the library's, too. Raise it with every change of a
# table, and say how an older file is moved.
NEWEST_VERSION = 2
BUSY_SECONDS = 10.0  # how long a writer waits for another one before it gives up


class Database:
    """The SQLite file `path`, made with its folder and tables where missing.

    Any number of threads and processes may share it. Every method raises JobError when it cannot
    be used: a folder that cannot be written, a full disk, a file that a newer Tutti wrote or that
    another program locks for more than ten seconds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        _make_file(path)
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            connect_args={"timeout": BUSY_SECONDS},
            json_serializer=partial(json.dumps, allow_nan=False, separators=(",", ":")),
        )
        event.listen(self._engine, "connect", _prepare_connection)
        event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        try:
            with self._sentences():
                _enter_wal(self._engine)
            self.declare(metadata, 1)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the idle connections; a later call simply opens new ones."""
        self._engine.dispose()

    def declare(self, tables: MetaData, version: int) -> None:
        """Makes the tables with which the file is of this version, unless it is; what is in it
        stays."""
        with self.read() as connection:
            if _version_of(connection) >= version:
                return
        with self.write() as connection:
            if _version_of(connection) < version:
                tables.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {version}")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the file, whatever others write meanwhile."""
        with self._sentences(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is the only writer of the file from its beginning to its end."""
        with self._sentences(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def changes(self) -> Iterator[Callable[[], bool]]:
        """A question, cheap enough to ask often: has anyone written since it was last asked?"""
        with self._sentences():
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                seen: list[int] = []

                def changed() -> bool:
                    cursor.execute("PRAGMA data_version")
                    version = [row[0] for row in cursor.fetchall()]
                    news = seen != version
                    seen[:] = version
                    return news

                yield changed
            finally:
                connection.close()

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            reason = getattr(error, "orig", None) or error
            raise JobError(
                f"Tutti cannot use its database {self.path} ({reason}): make sure that the disk "
                "is not full and that no other program uses the file, then try again."
            ) from error


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise JobError(
            f"Tutti cannot write in {path.parent} ({error.strerror}): "
            "make that folder writable or choose another data directory."
        ) from error


def _prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions: `_begin` does
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # with WAL: safe against any killed process


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _enter_wal(engine: Engine) -> None:
    # SQLite does not use the busy timeout while it changes the journal mode, so several
    # processes that open a new file at once have to take turns here.
    deadline = time.monotonic() + BUSY_SECONDS
    connection = engine.raw_connection()
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
    finally:
        connection.close()


def _version_of(connection: Connection) -> int:
    """The version of the file; raises JobError for one of a newer Tutti."""
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > NEWEST_VERSION:
        raise JobError(
            "A newer Tutti wrote this data directory: update Tutti or choose another directory."
        )
    return version

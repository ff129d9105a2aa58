"""The door for files: what strangers wrote is read in a process of its own, or not at all.

``read(path, kind)`` gives a whole small file as plain data, ``stream(path, kind)`` a long one
line by line. A file is opened without following surprises, its bytes are parsed in a child
with a limit of time and memory (``child``), strictly, by the reader of its kind (``kinds``);
what comes back over a pipe is JSON with a limit of its own. Nothing is ever unpickled,
evaluated or unpacked. Whatever will not do is a ``FileRefused``. Never call it from the GUI
thread: it waits.
"""

from lstwallet.app.door.door import Cost, read, stream
from lstwallet.app.door.kinds import KINDS, Kind, kind_of
from lstwallet.units.strict.refused import FileRefused, Problem

__all__ = ["KINDS", "Cost", "FileRefused", "Kind", "Problem", "kind_of", "read", "stream"]

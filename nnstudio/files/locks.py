"""Locks that a process holds as long as it lives: the system gives them up when it dies, however it dies."""

import sys

if sys.platform == "win32":
    import msvcrt

    def take_lock(descriptor: int) -> None:
        """Lock a file until it is closed or its process ends. Raises `OSError` if it is locked already."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take_lock(descriptor: int) -> None:
        """Lock a file until it is closed or its process ends. Raises `OSError` if it is locked already."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""Start a program that dies with the process that started it: run by path, `python -I -S leash.py …`, never imported.

A process of its own, because what it does cannot be done safely between fork and exec of a threaded Python:
become another user, ask the kernel for a signal at the parent's death, then turn into the program. The order counts:
the kernel forgets the request when credentials change, and keeps it over exec. Elsewhere than on Linux there is no
such request; there `vigie down` ends what a killed `vigie up` left.

Arguments: parent's pid, signal number, user id or -1, group id or -1, program, its arguments.
"""

import ctypes  # before another user is taken on, who may not reach this Python's library
import os
import sys


def main() -> None:
    """Become the program."""
    parent, death_signal, uid, gid = (int(text) for text in sys.argv[1:5])
    libc = ctypes.CDLL(None, use_errno=True)
    if gid >= 0:
        os.setgroups([])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        if libc.prctl(pr_set_pdeathsig, death_signal, 0, 0, 0) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before the request
        sys.exit(1)
    try:
        os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 - to become the program is the point
    except OSError as error:
        sys.exit(f"{sys.argv[5]}: {error.strerror}")


if __name__ == "__main__":
    main()

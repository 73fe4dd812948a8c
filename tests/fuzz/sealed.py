"""Imports packages where nothing but their own files may be opened.

    python sealed.py FOLDER TRUSTED… -- PACKAGE…

All their modules are imported, and all their types and ports looked at, under an audit hook that allows no file outside
the packages, no writing, no network, no process and no library. What is not allowed ends this process at once.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from types import FrameType

FORBIDDEN = (
    *("socket.", "subprocess.", "ctypes.", "shutil.", "tempfile.", "urllib.", "http."),
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink"),
    *("os.chmod", "os.chown", "os.putenv", "os.kill", "os.truncate", "os.chdir"),
    *(
        "pty.",
        "webbrowser.",
        "signal.",
        "fcntl.",
        "sqlite3.",
        "code.",
        "builtins.input",
    ),
    *("glob.", "sys.setprofile", "sys.settrace", "gc.", "import_hook"),
)
"""Beginnings of the events that no import raises."""


def seal(folder: str) -> None:
    """From now on, allow nothing but reading files of a folder."""
    inside = os.path.realpath(folder) + os.sep

    def allowed(event: str, arguments: tuple[object, ...]) -> bool:
        if event.startswith(FORBIDDEN):
            return False
        if event == "open":
            path, mode, flags = arguments
            reading = isinstance(flags, int) and not flags & (
                os.O_WRONLY | os.O_RDWR | os.O_CREAT
            )
            return reading and _is_in(path, inside)
        if event in ("os.listdir", "os.scandir"):
            return _is_in(arguments[0], inside)
        return True

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if not allowed(event, arguments):
            said = [f"not allowed: {event} {arguments!r:.200}"]
            frame: FrameType | None = sys._getframe(1)
            while frame is not None:  # without its lines, which are in files
                said.append(f"  {frame.f_code.co_filename}:{frame.f_lineno}")
                frame = frame.f_back
            os.write(2, "\n".join(said).encode("utf-8", "replace"))
            os._exit(3)

    sys.addaudithook(audit)


def _is_in(path: object, inside: str) -> bool:
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    return isinstance(path, str) and (os.path.abspath(path) + os.sep).startswith(inside)


def import_all(name: str) -> None:
    """Import a package's modules, and look at what it loads when it is first used."""
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, f"{name}."):
        importlib.import_module(found.name)
    for member in package.__all__:
        getattr(package, member)
    for one in dir(package.types):
        repr(getattr(package.types, one))
    for port in package.PORTS.values():
        for operation in port.operations.values():
            repr((operation, operation.request_type, operation.response_type))


def main(folder: str, *names: str) -> None:
    """Import packages, those that are trusted first and unsealed: they load the libraries that all use."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    trusted = names.index("--")
    for name in names[:trusted]:
        import_all(name)
    seal(folder)
    for name in names[trusted + 1 :]:
        try:
            import_all(name)
        except Exception as error:  # a traceback would read files
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            assert where is not None, "it was raised"
            code = where.tb_frame.f_code.co_filename
            os.write(2, f"{name}: {error!r} at {code}:{where.tb_lineno}\n".encode())
            os._exit(4)
    print(f"imported {len(names) - trusted - 1}")
    sys.stdout.flush()
    os._exit(0)  # no library's own end


if __name__ == "__main__":
    main(*sys.argv[1:])

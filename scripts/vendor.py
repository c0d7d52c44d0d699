"""Fetch the packages that vendor.toml names, check them, and lay their files where the site serves them.

Needs `npm` (only here, never at run time). Run by `make vendor`; the result is committed, together with the SHA-256 of each file
(`hub/static/vendor/SHA256SUMS`, in the format of sha256sum).
"""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "hub" / "static" / "vendor"
INNER = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="{fill}" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
)


def pack(name: str, version: str, integrity: str, folder: Path) -> Path:
    """The package's tar file, checked against its integrity (SRI: algorithm, dash, base64). Exits when it differs."""
    run = subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, capture_output=True, text=True)
    archive = folder / run.stdout.strip().splitlines()[-1]
    algorithm, _, wanted = integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    if found != wanted:
        sys.exit(f"{name}@{version}: the integrity is {algorithm}-{found}, vendor.toml says {integrity}")
    return archive


def read(archive: Path, path: str) -> bytes:
    """One file of a package (all of them lie under `package/`)."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{path}")
        if member is None:
            sys.exit(f"{archive.name} has no file {path}")
        return member.read()


def symbol(name: str, svg: str, *, filled: bool = False) -> str:
    """One icon as a symbol of the sprite."""
    inner = INNER.search(svg)
    if inner is None:
        sys.exit(f"icon {name} is not an SVG that we can read")
    shapes = re.sub(r"\s+", " ", inner[1]).replace(" />", "/>").replace("> <", "><").strip()
    return SYMBOL.format(name=f"{name}-fill" if filled else name, fill="currentColor" if filled else "none", inner=shapes)


def sprite(archive: Path, folder: str, names: list[str], filled: list[str]) -> str:
    """All the icons that we use, one symbol a line; the filled ones as NAME-fill."""
    symbols = [symbol(name, read(archive, f"{folder}/{name}.svg").decode()) for name in sorted(names)]
    symbols += [symbol(name, read(archive, f"{folder}/{name}.svg").decode(), filled=True) for name in sorted(filled)]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def vendor(plan: dict[str, Any]) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    kept: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        for package in plan["package"]:
            archive = pack(package["name"], package["version"], package["integrity"], Path(scratch))
            for file in package["files"]:
                (TARGET / file["as"]).write_bytes(read(archive, file["take"]))
                kept.add(file["as"])
            if package["name"] == plan["icons"]["package"]:
                icons = plan["icons"]
                (TARGET / icons["as"]).write_text(sprite(archive, icons["folder"], icons["names"], icons["filled"]))
                kept.add(icons["as"])
    for old in TARGET.iterdir():
        if old.name not in kept:
            old.unlink()
    sums = [f"{hashlib.sha256((TARGET / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(kept)]
    (TARGET / "SHA256SUMS").write_text("".join(sums))


if __name__ == "__main__":
    vendor(tomllib.loads((ROOT / "vendor.toml").read_text()))

"""Papers as PDF through Typst templates, which a company can replace by its own.

A template sees only the folder it stands in, gets the paper as JSON, and can fetch nothing: packages are switched
off. A template of the company that is broken never stops a paper: the built-in one steps in and the place of the
fault is told.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from fluorders_tui.documents.paper import Paper, paper_json
from fluorders_tui.domain.errors import Unreadable

__all__ = ["Typeset", "copy_templates", "template_names", "typeset"]

_BUILT_IN = "fluorders_tui.documents"


@dataclass(frozen=True, slots=True)
class Typeset:
    """A finished paper; `warnings` say which own template was broken, with its line."""

    pdf: bytes
    warnings: tuple[str, ...] = ()


def typeset(paper: Paper, at: dt.datetime, *, own: Path | None = None, customer: str = "") -> Typeset:
    """Make the PDF (PDF/A-2b, its texts searchable) as of `at`, aware.

    The first of these templates that exists in the folder `own` is taken, else the built-in one:
    `order.CUSTOMER.LANGUAGE.typ`, `order.CUSTOMER.typ`, `order.LANGUAGE.typ`, `order.typ`.
    Raises `Unreadable` where the built-in template can't be used either.
    """
    warnings: list[str] = []
    template = _own_template(paper, own, customer)
    if template is not None:
        try:
            return Typeset(_compiled(template, paper, at))
        except Unreadable as error:
            warnings.append(f"{error.message} The usual layout was taken instead.")
    with _built_in() as folder:
        return Typeset(_compiled(folder / f"{paper.kind}.typ", paper, at), tuple(warnings))


def template_names(paper: Paper, customer: str) -> list[str]:
    """The file names that a company's own template of this paper may have, the first that exists counts."""
    who = re.sub(r"[^\w-]", "_", customer)
    language = paper.language.replace("-", "_").partition("_")[0]
    middles = [f".{who}.{language}", f".{who}", f".{language}", ""] if who else [f".{language}", ""]
    return [f"{paper.kind}{middle}.typ" for middle in middles]


def copy_templates(folder: Path) -> list[Path]:
    """Put copies of the built-in templates into `folder` to be changed there; files that exist stay as they are.

    Raises `Unreadable` where it can't be written.
    """
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in sorted((resources.files(_BUILT_IN) / "templates").iterdir(), key=lambda file: file.name):
            place = folder / one.name
            if one.name.endswith(".typ") and not place.exists():
                place.write_bytes(one.read_bytes())
                made.append(place)
    except OSError as error:
        raise Unreadable(f"The folder can't be written: {error.strerror or error}", field=str(folder)) from error
    return made


def _own_template(paper: Paper, own: Path | None, customer: str) -> Path | None:
    if own is None or not own.is_dir():
        return None
    return next((own / name for name in template_names(paper, customer) if (own / name).is_file()), None)


@contextmanager
def _built_in() -> Iterator[Path]:
    with resources.as_file(resources.files(_BUILT_IN) / "templates") as folder:
        yield folder


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    # Names come in every script there is: beside the fonts in the library those of the machine.
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


@lru_cache(maxsize=1)
def _no_packages() -> tempfile.TemporaryDirectory[str]:
    # Empty, and never filled: a template that asks for a package gets an error instead of a download. It goes with
    # the program.
    return tempfile.TemporaryDirectory(prefix="fluorders-typst-")


def _compiled(template: Path, paper: Paper, at: dt.datetime) -> bytes:
    import typst

    if any("@preview" in file.read_text(encoding="utf-8", errors="replace") for file in template.parent.glob("*.typ")):
        raise Unreadable(f"{template.name} asks for a package from the net.", field=str(template))
    try:
        pdf = typst.compile(
            template, root=template.parent, format="pdf", font_paths=_fonts(), sys_inputs={"paper": paper_json(paper)},
            pdf_standards="a-2b", timestamp=int(at.timestamp()), package_path=_no_packages().name,
            package_cache_path=_no_packages().name,
        )  # fmt: skip
    except typst.TypstError as error:
        raise Unreadable(f"{_place(error, template)}: {error.message}.", field=str(template)) from error
    if not isinstance(pdf, bytes):
        raise Unreadable(f"{template.name} gives no page.", field=str(template))
    return pdf


def _place(error: Any, template: Path) -> str:
    """`order.typ, line 12`, from what Typst says about it."""
    found = re.search(r"([\w.-]+\.typ):(\d+):(\d+)", f"{error.diagnostic}\n{' '.join(error.trace)}")
    return f"{found[1]}, line {found[2]}" if found else template.name

"""The slides of a notebook as one HTML file, to be shown when the live run fails.

    python report/slides/slides.py notebooks/demo-7-minutes.ipynb build/slides/demo.html

Each Markdown cell is a slide, the code under it beside the text. A panel is dead in a
file, so the slide after it shows a picture of the panel, taken in a browser from a run
of the notebook: docs/demo/CELL.webp, CELL being the id of the code cell. `make
screenshot` takes them anew.

reveal.js (MIT, in reveal/) is written into the file, and so is everything else: it
opens from a memory stick, without a network. Requirements A20, D7.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

import mistune
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent.parent / "docs" / "demo"
COLOURS = HtmlFormatter(style="default", nowrap=True)
PAGE = Template((HERE / "slides.html").read_text("utf-8"))
SEE = re.compile(r"\*\*See:?\*\* ?(.*)", re.DOTALL)

_markdown = mistune.create_markdown(escape=True)


def slides(notebook: Path, pictures: Path = PICTURES) -> str:
    """The HTML file. Raises FileNotFoundError for a cell without its picture."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    style = (HERE / "slides.css").read_text("utf-8")
    colours = COLOURS.get_style_defs("code")
    return PAGE.substitute(
        title=escape(_title(cells)),
        style="\n".join((_reveal("css"), style, colours)),
        script=_reveal("js"),
        licence=escape((HERE / "reveal" / "LICENSE").read_text("utf-8")),
        slides="\n".join(_sections(cells, pictures)),
    )


def _reveal(kind: str) -> str:
    text = (HERE / "reveal" / f"reveal.{kind}").read_text("utf-8")
    assert "</script" not in text
    assert "</style" not in text
    return text


def _source(cell: dict[str, object]) -> str:
    return "".join(cell["source"])  # type: ignore[arg-type]


def _title(cells: list[dict[str, object]]) -> str:
    return _source(cells[0]).partition("\n")[0].lstrip("# ")


def _sections(cells: list[dict[str, object]], pictures: Path) -> Iterator[str]:
    """A slide for each text, and one for what its code shows."""
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if cell["cell_type"] != "markdown":
            continue
        text = _source(cell)
        if after is None or after["cell_type"] == "markdown":
            yield f'<section class="words">{_html(text)}</section>'
            continue
        code = highlight(_source(after), PythonLexer(), COLOURS)
        yield (
            f'<section class="minute"><div>{_html(text)}</div>'
            f"<pre><code>{code}</code></pre></section>"
        )
        yield _shown(text, pictures / f"{after['id']}.webp")


def _shown(text: str, picture: Path) -> str:
    """The picture, and under it what the class should see in it."""
    title = text.partition("\n")[0].lstrip("# ")
    found = SEE.search(text)
    caption = _html(found[1]) if found else ""
    data = base64.b64encode(picture.read_bytes()).decode()
    return (
        f'<section class="shown"><div><img alt="{escape(title)}" '
        f'src="data:image/webp;base64,{data}">{caption}</div></section>'
    )


def _html(markdown: str) -> str:
    """Links lead to notebooks, which are not here: their words alone stay."""
    return re.sub(r"</?a\b[^>]*>", "", str(_markdown(markdown)))


def main(notebook: str, file: str) -> None:
    to = Path(file)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(slides(Path(notebook)), "utf-8")
    print(f"labkit: the slides are in {to}; open it in any browser")


if __name__ == "__main__":
    main(*sys.argv[1:])

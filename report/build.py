"""The technical report and the form for a group's own, as PDF: `make report`.

    python report/build.py                        report.pdf and template.pdf
    python report/build.py --draft                marks in red what is missing
    python report/build.py --pages DIR            the pages as PNG, too, to look at
    python report/build.py report/ours.typ        another text, made from the form

Figures are drawn first, by the modules of `report/figures/`. Fonts are those that Typst
brings and one of a package; the date is that of the newest results, so that the same
tree gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import font_source_sans_pro
import typst

REPORT = Path(__file__).parent
sys.path.insert(0, str(REPORT.parent))

from report.figures import draw_all  # noqa: E402

RESULTS = REPORT / "results"
TEXTS = [REPORT / "report.typ", REPORT / "template.typ"]


def inputs(draft: bool) -> dict[str, str]:
    """What the text is told: which results, figures and screenshots there are."""
    return {
        "draft": "yes" if draft else "no",
        "results": ",".join(sorted(path.stem for path in RESULTS.glob("*.json"))),
        "drawn": ",".join(sorted(path.stem for path in REPORT.glob("drawn/*.svg"))),
        "pictures": ",".join(sorted(path.name for path in REPORT.glob("pictures/*"))),
    }


def compile_text(source: Path, draft: bool, **how: object) -> object:
    return typst.compile(
        source,
        root=REPORT.parent,
        font_paths=[Path(font_source_sans_pro.font_directory)],
        ignore_system_fonts=True,
        sys_inputs=inputs(draft),
        **how,
    )


def build(source: Path, draft: bool = False) -> Path:
    """The PDF of a text beside it; raises typst.TypstError for what is missing."""
    target = source.with_suffix(".pdf")
    compile_text(source, draft, output=target, timestamp=0)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the report.")
    parser.add_argument("text", nargs="*", type=Path, default=TEXTS)
    parser.add_argument("--draft", action="store_true")
    parser.add_argument("--pages", type=Path)
    asked = parser.parse_args()
    for name, why in draw_all(REPORT / "drawn").items():
        print(f"labkit: the figure {name} cannot be drawn: {why}")
    for text in asked.text:
        try:
            target = build(text, asked.draft)
        except typst.TypstError as error:
            sys.exit(f"labkit: {text.name} cannot be built: {error.message}")
        if asked.pages:
            pages(text, asked.pages / text.stem, asked.draft)
        print(f"labkit: {target} is there")


def pages(text: Path, folder: Path, draft: bool) -> None:
    """Every page as a PNG, numbered, the former ones gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for former in folder.glob("*.png"):
        former.unlink()
    compile_text(text, draft, format="png", ppi=110, output=str(folder / "{0p}.png"))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes the reference of the Python client, as Markdown, from the docstrings and comments of what its packages export.

It reads the sources and runs nothing of them, so that it needs no library and says the same with every version of Python.
"""

import ast
import sys
from pathlib import Path


def exports(package: Path) -> list[tuple[str, Path]]:
    """What a package exports, in order, each with the file that defines it."""
    tree = ast.parse((package / "__init__.py").read_text())
    home = {name.name: package / f"{node.module}.py" for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 1 for name in node.names}
    return sorted(home.items())


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The line of a function, as a reader calls it: without self."""
    shown = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(shown, (ast.FunctionDef, ast.AsyncFunctionDef))
    shown.args.args = [a for a in shown.args.args if a.arg not in ("self", "cls")]
    result = f" -> {ast.unparse(shown.returns)}" if shown.returns else ""
    yields = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(node))
    before = ("async for ... in " if yields else "await ") if isinstance(node, ast.AsyncFunctionDef) else ""
    return f"{before}{node.name}({ast.unparse(shown.args)}){result}"


def comment(lines: list[str], line: int) -> str:
    """The comment "#:" above a line."""
    found: list[str] = []
    while line >= 2 and lines[line - 2].strip().startswith("#:"):
        line -= 1
        found.insert(0, lines[line - 1].strip()[2:].strip())
    return " ".join(found)


def text_of(node: ast.AST) -> str:
    """The docstring of a node, as paragraphs."""
    return ast.get_docstring(node) or ""  # type: ignore[arg-type]


def write_class(node: ast.ClassDef, lines: list[str]) -> list[str]:
    """A class: its fields, and its methods."""
    base = f" ({', '.join(ast.unparse(b) for b in node.bases)})" if node.bases else ""
    out = [f"### {node.name}{base}", "", text_of(node), ""]
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and not ast.unparse(item.target).startswith("_"):
            default = f" = {ast.unparse(item.value)}" if item.value else ""
            said = comment(lines, item.lineno)
            out.append(f"- `{ast.unparse(item.target)}: {ast.unparse(item.annotation)}{default}`{': ' + said if said else ''}")
    out.append("")
    for item in node.body:
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and (not item.name.startswith("_") or item.name == "__init__"):
            line = signature(item).replace("__init__(", f"{node.name}(").removesuffix(" -> None") if item.name == "__init__" else signature(item)
            out += [f"`{line}`", "", text_of(item), ""]
    return out


def main() -> None:
    root = Path(__file__).parent.parent / "clients" / "python"
    out = ["# Reference of the Python client", "", "Written by `scripts/client-reference.sh` from the client's sources. [Its page](../../clients/python/README.md) says how to begin.", ""]
    for name in ("credence", "credence.receipt"):
        package = root / name.replace(".", "/")
        out += [f"## {name}", ""]
        for export, file in exports(package):
            source = file.read_text()
            for node in ast.parse(source).body:
                if isinstance(node, ast.ClassDef) and node.name == export:
                    out += write_class(node, source.splitlines())
                elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == export:
                    out += [f"### {export}", "", f"`{signature(node)}`", "", text_of(node), ""]
                elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == export:
                    said = comment(source.splitlines(), node.lineno)
                    out += [f"### {export}", "", f"`{ast.unparse(node)}`", ""] + ([said, ""] if said else [])
    text = "\n".join(out)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    sys.stdout.write(text.rstrip() + "\n")


main()

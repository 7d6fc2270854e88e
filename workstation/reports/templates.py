"""The Word template: an office may bring its own, which can say what to print and do nothing else."""

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import LxmlError

from workstation.errors import Refusal

DEFAULT = Path(__file__).parent / "data" / "report-template.docx"
MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED_BYTES = 20 * 1024 * 1024
# What could run for ever, eat all memory or reach outside. A template prints, asks and repeats.
NOT_IN_TEMPLATES = (
    nodes.Add,
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Block,
    nodes.Call,
    nodes.CallBlock,
    nodes.Concat,
    nodes.Extends,
    nodes.FilterBlock,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
    nodes.Macro,
    nodes.Mod,
    nodes.Mul,
    nodes.Pow,
    nodes.With,
)
DEEPEST_LOOP = 2
# Raised by zipfile, lxml, python-docx and Jinja2 for a file that is no template. A damaged archive also
# asks for methods that zipfile does not know, or for a password.
UNREADABLE = (
    BadZipFile,
    LxmlError,
    TemplateError,
    LookupError,
    ValueError,
    OSError,
    EOFError,
    AttributeError,
    TypeError,
    RuntimeError,
    zlib.error,
    struct.error,
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Knows the given words, without calls, sums, filters or functions of Jinja's own."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters.clear()

    def compile(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """Compiles what is harmless. Raises TemplateSyntaxError or SecurityError."""
        tree = self.parse(source) if isinstance(source, str) else source
        for kind in NOT_IN_TEMPLATES:
            if tree.find(kind) is not None:
                raise TemplateError(f"模板里不能用 {kind.__name__}")
        if _loop_depth(tree) > DEEPEST_LOOP:
            raise TemplateError("模板里的循环套得太深")
        return super().compile(source, *args, **kwargs)


def _loop_depth(node: nodes.Node) -> int:
    below = max((_loop_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)


def open_template(content: bytes) -> DocxTemplate:
    """A template ready to be filled. Refuses with report.template_invalid."""
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except UNREADABLE:
        raise Refusal("report.template_invalid") from None
    if unpacked > MOST_UNPACKED_BYTES:
        raise Refusal("report.template_invalid")
    return DocxTemplate(io.BytesIO(content))


def fill(template: DocxTemplate, context: Mapping[str, Any]) -> bytes:
    """The document. Refuses with report.template_invalid, whose detail names what Jinja stumbled over."""
    file = io.BytesIO()
    try:
        template.render(dict(context), Sandbox(), autoescape=True)
        template.save(file)
    except UNREADABLE as error:
        why = str(error) if isinstance(error, TemplateError) else ""
        raise Refusal("report.template_invalid", fields={"content": [why]} if why else None) from None
    return file.getvalue()

"""The stage: where templates are shown, in one language.

Every page passes here, so templates are compiled more tersely than jinja does by itself. A sentence that stands in a
template is translated when the template is compiled, since each language has a stage of its own; so is a
picture. Values are escaped without being wrapped, what is called is called without asking whether it wants jinja's
context (nothing of ours does), a macro is a plain function, and a row or a dict is asked for its item first. What
templates may say and mean stays as jinja's manual tells.
"""

from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef, optimizeconst
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro, markup_join
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from appliance.journal import Opened, Row
from appliance.web import pieces
from appliance.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"
_FILTERS = ("money", "price", "worth", "qty", "weight", "rate", "phone", "name")
_BY_ITEM: frozenset[type] = frozenset({dict, Row, Opened})


class _Terse(CodeGenerator):
    """Compiles templates."""

    imported: frozenset[str] = frozenset()

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - jinja's own names
        self.imported = frozenset(one.target for one in node.find_all(nodes.Import))
        super().visit_Template(node, frame)

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("reach, written, together = environment.reach, environment.written, environment.together")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        del node, frame, finalize
        self.write("written(")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        if isinstance(node.node, nodes.Name) and node.node.name in self.imported:
            self.visit(node.node, frame)
            self.write(f".{node.attr}")
            return
        self.write("reach(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    @optimizeconst
    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:  # noqa: N802
        told = node if node.expr2 is not None else nodes.CondExpr(node.test, node.expr1, _NOTHING, lineno=node.lineno)
        super().visit_CondExpr(told, frame)

    @optimizeconst
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("together((")
        for one in node.nodes:
            self.visit(one, frame)
            self.write(", ")
        self.write("))")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if node.dyn_args or node.dyn_kwargs or any(iskeyword(one.key) for one in node.kwargs):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        told: list[nodes.Node] = [*node.args, *node.kwargs]
        for place, one in enumerate(told):
            self.write(", " if place else "(")
            self.visit(one, frame)
        caller = "caller=caller" if forward_caller else ""
        self.write((f", {caller})" if caller else ")") if told else f"({caller})")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        del frame
        node = macro_ref.node
        asks = tuple(one.name for one in node.args)
        more = (macro_ref.accesses_kwargs, macro_ref.accesses_varargs, macro_ref.accesses_caller)
        told = ", ".join(map(repr, (getattr(node, "name", None), asks, *more)))
        self.write(f"environment.piece(environment, macro, {told}, True)")


_NOTHING = nodes.Const("")


def _together(parts: tuple[Any, ...]) -> str:
    """Join with `~`: words stay words as long as no part of them is HTML already."""
    for part in parts:
        if part.__class__ is not str:
            return markup_join(parts)
    return "".join(parts)


def _piece(
    stage: "Stage",
    written: Callable[..., str],
    name: Any,
    asks: tuple[str, ...],
    named: bool,
    further: bool,
    calls: bool,
    autoescape: bool,
) -> Callable[..., str]:
    """A macro: a function that asks for what the template says, laid out as the compiled one wants it."""
    if named or further or "caller" in asks:
        return Macro(stage, written, name, list(asks), named, further, calls, autoescape)
    return _laid_out(asks, calls)(written, stage.no_caller)


@cache
def _laid_out(asks: tuple[str, ...], calls: bool) -> Callable[..., Callable[..., str]]:
    takes = [f"{one}=_missing" for one in asks] + ["caller=None"] * calls
    gives = [*asks, *["caller or _nobody"] * calls]
    program = f"lambda _written, _nobody: lambda {', '.join(takes)}: _as_is(_Markup, _written({', '.join(gives)}))"
    known = {"_missing": missing, "_as_is": str.__new__, "_Markup": Markup}
    made: Callable[..., Callable[..., str]] = eval(program, known)  # noqa: S307 - names of our own templates
    return made


class _Sheet(Template):
    """A template; what it gives to others that import it is the same for every page."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        if self._module is None:
            self._module = self.make_module()
        return self._module


class Stage(Environment):
    """All templates in one language."""

    code_generator_class = _Terse
    template_class = _Sheet
    piece = staticmethod(_piece)
    written = staticmethod(pieces.written)
    together = staticmethod(_together)

    def __init__(self, spoken: Words, rooms: Mapping[str, Path], told: Mapping[str, Any]) -> None:
        folders = {name: FileSystemLoader(folder) for name, folder in rooms.items()}
        super().__init__(
            loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader(folders)]),
            autoescape=True,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            cache_size=-1,
        )
        self.spoken = spoken
        self.no_caller = self.undefined("No caller defined", name="caller")
        # `_` is a plain global, and macros need no context to speak.
        self.globals |= {"_": spoken, "words": spoken, "pieces": pieces, **told}
        self.filters |= {name: getattr(spoken, name) for name in _FILTERS}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All templates have the stage's own; asking one map after another would cost each page a twentieth."""
        if d:
            raise TypeError("A template of this house has no globals of its own.")
        return self.globals

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(_Speaking(self.spoken).visit(source), name, filename, defer_init)

    def reach(self, value: Any, name: str) -> Any:
        """Find `value.name`."""
        items: Any = value
        try:
            return items[name] if value.__class__ in _BY_ITEM else getattr(value, name)
        except (LookupError, AttributeError):
            return self.getattr(value, name)


class _Speaking(NodeTransformer):
    """Translates the sentences that stand in a template, and draws its pictures."""

    def __init__(self, spoken: Words) -> None:
        self.spoken = spoken

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - jinja's own
        """Turn `_("Ship")` into the words themselves."""
        said = self._said(node)
        return nodes.Const(said, lineno=node.lineno) if said is not None else self.generic_visit(node)

    def _said(self, node: nodes.Call) -> str | Markup | None:
        told = [one.value for one in node.args if isinstance(one, nodes.Const)]
        plain = len(told) == len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not plain or not isinstance(told[0], str):
            return None
        called = node.node
        if isinstance(called, nodes.Name) and called.name == "_":
            return self.spoken(told[0])
        if getattr(called, "attr", getattr(called, "name", "")) in {"icon", "_icon"}:
            return pieces.icon(told[0])
        if isinstance(called, nodes.Getattr) and called.attr == "name":
            owner = called.node
            if isinstance(owner, nodes.Name) and owner.name == "_":
                return self.spoken.name(told[0])
        return None

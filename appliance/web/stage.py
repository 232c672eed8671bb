"""The stage: where templates are shown, in one language.

Every page passes here, so templates are compiled more tersely than jinja does by itself. A sentence that stands in a
template is translated when the template is compiled, since each language has a stage of its own. Values are escaped
without being wrapped, what is called is called without asking whether it wants jinja's context (nothing of ours does),
and a row or a dict is asked for its item first. What templates may say and mean stays as jinja's manual tells.
"""

from collections.abc import Callable, Mapping
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any

import markupsafe
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef, optimizeconst
from jinja2.runtime import Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from appliance.journal import Row
from appliance.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"
_FILTERS = ("money", "price", "worth", "qty", "weight", "rate", "phone", "name")
_BY_ITEM: frozenset[type] = frozenset({dict, Row})
_escaped: Callable[[str], str] = vars(markupsafe)["_escape_inner"]
"""What `escape` does before it wraps: a plain string comes back. The lock names the version it is found in."""


class _Terse(CodeGenerator):
    """Compiles templates."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        del node, frame, finalize
        self.write("environment.written(")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - named after jinja's nodes
        self.write("environment.reach(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

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


class _Piece(Macro):
    """A macro: its arguments are laid out as its function asks for them."""

    def __call__(self, *args: Any, **named: Any) -> str:
        if self.catch_kwargs or self.catch_varargs or self.explicit_caller:
            return super().__call__(*args, **named)
        given = [*args, *[named.pop(name, missing) for name in self.arguments[len(args) :]]]
        if self.caller:
            given.append(named.pop("caller", None) or self._environment.undefined("No caller defined", name="caller"))
        if named or len(args) > self._argument_count:
            raise TypeError(f"The macro {self.name} does not ask for {[*args, *named][-1]!r}.")
        return Markup(self._func(*given))


class Stage(Environment):
    """All templates in one language."""

    code_generator_class = _Terse
    piece = _Piece

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
        # `_` is a plain global, and macros need no context to speak.
        self.globals |= {"_": spoken, "words": spoken, "icon": icon, **told}
        self.filters |= {name: getattr(spoken, name) for name in _FILTERS}

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(_Speaking(self.spoken).visit(source), name, filename, defer_init)

    @staticmethod
    def written(value: Any) -> str:
        """Write a value into a page."""
        if value.__class__ is str:
            return _escaped(value)
        return value if value.__class__ is Markup else escape(value)

    def reach(self, value: Any, name: str) -> Any:
        """Find `value.name`."""
        if value.__class__ in _BY_ITEM:
            items: Any = value
            try:
                return items[name]
            except LookupError:
                pass
        return self.getattr(value, name)


@cache
def icon(name: str, css: str = "") -> Markup:
    """A picture of the set, without a word of its own."""
    more = f" {css}" if css else ""
    return Markup('<svg class="i{}" aria-hidden="true"><use href="/static/icons.svg#i-{}"/></svg>').format(more, name)


class _Speaking(NodeTransformer):
    """Translates the sentences that stand in a template."""

    def __init__(self, spoken: Words) -> None:
        self.spoken = spoken

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - jinja's own
        """Turn `_("Ship")` into the words themselves."""
        said = self._said(node)
        return nodes.Const(said, lineno=node.lineno) if said is not None else self.generic_visit(node)

    def _said(self, node: nodes.Call) -> str | None:
        told = [one.value for one in node.args if isinstance(one, nodes.Const)]
        plain = len(told) == len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not plain or not isinstance(told[0], str):
            return None
        called = node.node
        if isinstance(called, nodes.Name) and called.name == "_":
            return self.spoken(told[0])
        if isinstance(called, nodes.Getattr) and called.attr == "name":
            owner = called.node
            if isinstance(owner, nodes.Name) and owner.name == "_":
                return self.spoken.name(told[0])
        return None

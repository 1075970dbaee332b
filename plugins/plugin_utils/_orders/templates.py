# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Templates in order files: they name variables that the task was given, and can do nothing else."""

from __future__ import annotations

import functools
import typing as t

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from ...module_utils._core.phrases import Phrase
from .._complaints.vaulted import HIDDEN, Vaulted

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FILTERS: t.Final = ("default", "int", "lower", "trim", "upper")

# Without loops, calls, arithmetic and text that is repeated, a template takes no longer than it is written.
_ALLOWED: t.Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Keyword,
)
_LONGEST_TEMPLATE = 4_096  # characters
_MOST_PARTS = 60  # of one expression: a variable with ten filters has 21, and nests recurse by their parts
_LONGEST_VALUE = 65_536  # characters
_MOST_COMPILED = 1_024
_RESULT = "value_of_the_expression"

_TOO_MUCH: t.Final = Phrase("it does more than name a variable", "変数の参照以外の処理が書かれています")
_TOO_LONG: t.Final = Phrase("it is too long", "長すぎます")
_UNKNOWN: t.Final = Phrase(
    "{0} is not in template_variables, and nothing else is known here",
    "{0} は template_variables にありません。ここで使えるのは template_variables の変数だけです",
)
_NO_PART: t.Final = Phrase("the variable has no part {0}", "変数に {0} という要素がありません")
_NO_TEXT: t.Final = Phrase("the variable is no text or number", "変数の値が文字列でも数値でもありません")
_BROKEN: t.Final = Phrase("it is not a template ({0})", "テンプレートとして読めません ({0})")
_NO_SECRET: t.Final = Phrase("{0} cannot be used on a vaulted value", "Vaultの値に {0} は使えません")
_NOT_COMPUTED: t.Final = Phrase("its value cannot be computed", "値を求められません")


class TemplateRefused(Exception):
    """A template does more than it may, or names what is not there."""

    def __init__(self, message: Phrase) -> None:
        super().__init__(message.en)
        self.phrase = message


class Sandbox:
    """Renders texts over one mapping; see FILTERS for what a template can do apart from naming variables."""

    def __init__(self, variables: Mapping[str, t.Any]) -> None:
        self.known = tuple(sorted(variables))
        self._variables = dict(variables)
        self._seals = {name: tuple(_seals(value, set())) for name, value in variables.items()}
        self._environment = _Environment(undefined=_Undefined, keep_trailing_newline=True)
        self._compiled: dict[str, jinja2.Template] = {}

    def render(self, text: str) -> t.Any:
        """Render a text; a template that is nothing but one expression keeps the type of its value.

        Raises TemplateRefused.
        """
        if len(text) > _LONGEST_TEMPLATE:
            raise TemplateRefused(_TOO_LONG)
        try:
            tree = self._parse(text)
            names = {node.name for node in tree.find_all(nodes.Name)}
            return self._sealed(self._joined(list(self._values(tree))), names)
        except TemplateRefused:
            raise
        except jinja2.TemplateSyntaxError as error:
            raise TemplateRefused(_BROKEN.filled(error.message)) from None
        except Exception:  # whatever a filter raises for a value that it cannot use
            raise TemplateRefused(_NOT_COMPUTED) from None

    def _require_few_parts(self, text: str) -> None:
        """Refuse what would recurse deeply, before it is parsed."""
        parts = 0
        for _line, kind, _value in self._environment.lex(text):
            parts = 0 if kind == "variable_begin" else parts + (kind != "whitespace")
            if kind == "block_begin" or parts > _MOST_PARTS:
                raise TemplateRefused(_TOO_MUCH)

    def _parse(self, text: str) -> nodes.Template:
        self._require_few_parts(text)
        tree = self._environment.parse(text)
        for node in (tree, *tree.find_all(nodes.Node)):
            foreign = isinstance(node, nodes.Filter) and node.name not in FILTERS
            # Jinja2 knows this one name by itself.
            itself = isinstance(node, nodes.Name) and node.name == "self"
            if type(node) not in _ALLOWED or foreign or itself:
                raise TemplateRefused(_TOO_MUCH)
        return tree

    def _values(self, tree: nodes.Template) -> Iterator[t.Any]:
        for output in t.cast("list[nodes.Output]", tree.body):
            for node in output.nodes:
                yield node.data if isinstance(node, nodes.TemplateData) else self._value(node)

    def _value(self, expression: nodes.Expr) -> t.Any:
        # Many values name the same variables, and compiling takes longer than everything else.
        key = repr(expression)
        if key not in self._compiled:
            if len(self._compiled) >= _MOST_COMPILED:
                self._compiled.clear()
            self._compiled[key] = self._compile(expression)
        context = self._compiled[key].new_context(self._variables)
        for _nothing in self._compiled[key].root_render_func(context):
            pass
        value = context.vars[_RESULT]
        if isinstance(value, _Undefined):
            raise TemplateRefused(value.phrase)
        return value

    def _compile(self, expression: nodes.Expr) -> jinja2.Template:
        assign = nodes.Assign(nodes.Name(_RESULT, "store", lineno=1), expression, lineno=1)
        body = nodes.Template([assign], lineno=1)
        body.set_environment(self._environment)
        return self._environment.from_string(body)

    def _joined(self, values: list[t.Any]) -> t.Any:
        if len(values) == 1:
            return values[0]
        parts, length = [], 0
        for value in values:
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                raise TemplateRefused(_NO_TEXT)
            parts.append(str(value))
            length += len(parts[-1])
            if length > _LONGEST_VALUE:
                raise TemplateRefused(_TOO_LONG)
        return "".join(parts)

    def _sealed(self, value: t.Any, names: set[str]) -> t.Any:
        """Return the value, hidden like the vaulted variables that it is made of."""
        if not isinstance(value, str) or (isinstance(value, Vaulted) and value.sealed):
            return value
        seals = [seal for name in sorted(names) for seal in self._seals.get(name, ())]
        return Vaulted(value, sealed="\n".join(seals)) if seals else value


class _Undefined(jinja2.StrictUndefined):
    """A name that nobody gave; whatever uses it raises TemplateRefused."""

    def __init__(self, hint: str | None = None, obj: t.Any = missing, name: t.Any = None, exc: t.Any = None) -> None:
        super().__init__(hint, obj, name, t.cast("t.Any", self._refuse))
        del exc
        self.phrase = (_UNKNOWN if obj is missing else _NO_PART).filled(repr(name))

    def _refuse(self, _message: str) -> TemplateRefused:
        return TemplateRefused(self.phrase)


class _Environment(ImmutableSandboxedEnvironment):
    """Knows no globals, no tests and few filters; a dot or bracket finds what is in a mapping or list, no attribute."""

    def __init__(self, **options: t.Any) -> None:
        super().__init__(**options)
        self.globals.clear()
        self.tests.clear()
        self.filters = {name: _keep_secrets(name, self.filters[name]) for name in FILTERS}

    def getattr(self, obj: t.Any, attribute: str) -> t.Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: t.Any, argument: t.Any) -> t.Any:
        if isinstance(obj, jinja2.Undefined):
            return obj
        if isinstance(obj, dict) and argument in obj:
            return obj[argument]
        is_place = isinstance(argument, int) and not isinstance(argument, bool)
        if isinstance(obj, list) and is_place and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=HIDDEN if isinstance(argument, Vaulted) else str(argument))


def _keep_secrets(name: str, make: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """Have a filter make of a vaulted value a text that is vaulted too, and nothing that cannot be."""
    if name == "default":
        return make  # returns what it is given

    @functools.wraps(make)
    def keeping(value: t.Any, *options: t.Any) -> t.Any:
        if not any(isinstance(part, Vaulted) for part in (value, *options)):
            return make(value, *options)
        # No number can be marked as a secret, and to trim what one likes tells letter by letter what is there.
        if name == "int" or options:
            raise TemplateRefused(_NO_SECRET.filled(f"{name}(...)" if options else name))
        return Vaulted(make(value))  # sealed by whoever knows all that the template is made of

    return keeping


def _seals(value: t.Any, seen: set[int]) -> Iterator[str]:
    """Yield the sealed text of every vaulted value in a variable."""
    if isinstance(value, Vaulted):
        yield value.sealed
    elif isinstance(value, (dict, list)) and id(value) not in seen:
        seen.add(id(value))
        for below in value.values() if isinstance(value, dict) else value:
            yield from _seals(below, seen)


__all__ = ("FILTERS", "Sandbox", "TemplateRefused")

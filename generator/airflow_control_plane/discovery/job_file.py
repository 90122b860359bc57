"""Reads a job file's JOB from its bytes: bytes in, a declaration or problems out. Nothing of the file is ever run."""

from __future__ import annotations

import ast
import textwrap
import warnings
from dataclasses import dataclass, replace
from typing import NoReturn

from airflow_control_plane.discovery.bindings import Binding, How, bindings
from airflow_control_plane.discovery.job_config import NO_CONFIG, JobConfig, read_job_config
from airflow_control_plane.discovery.source_text import Rejected, SourceText, may_mention, unstorable_character
from airflow_control_plane.model.problem import Problem, Severity

MAX_FILE_BYTES = 256 * 1024
MAX_DESCRIPTION_LENGTH = 1000

_EXPECTED = 'write JOB = (entrypoint, "description") once, at top level'


@dataclass(frozen=True, slots=True)
class JobFile:
    """What one file says. `description` is None when the file declares no job, or none that can be used."""

    description: str | None = None
    problems: tuple[Problem, ...] = ()
    config: JobConfig = NO_CONFIG


NOT_A_JOB = JobFile()


def too_large(path: str, size: int) -> JobFile:
    """The reading of a file that is not even opened, for its `size` in bytes."""
    message = f"has {size} bytes, a job file may have {MAX_FILE_BYTES}; move data and helpers out of it"
    return JobFile(problems=(Problem(path, 0, 0, "too-large", message),))


def read_job_file(source: bytes, path: str) -> JobFile:
    """Reads one job file; `path` only names it in problems."""
    if not may_mention("JOB", source):
        return NOT_A_JOB
    try:
        text = SourceText.decode(source)
        tree = _parse(text.text, path)
    except Rejected as reason:
        return JobFile(problems=(_problem(path, reason),))
    config, wrong = read_job_config(tree, text)
    try:
        job_file = _read_tree(tree, text, path)
    except Rejected as reason:
        return JobFile(problems=(_problem(path, reason), *(_problem(path, other) for other in wrong)))
    if job_file.description is None:
        return job_file
    if wrong:
        return JobFile(problems=(*job_file.problems, *(_problem(path, reason) for reason in wrong)))
    return replace(job_file, config=config)


def _problem(path: str, reason: Rejected) -> Problem:
    return Problem(path, reason.line, reason.column, reason.code, reason.message)


def _parse(text: str, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are the business of the author's linter
            return ast.parse(text, filename=path)
    except SyntaxError as error:
        message = f"Python cannot parse this file: {error.msg}"
        raise Rejected("syntax", message, error.lineno or 1, error.offset or 1) from None
    except (RecursionError, MemoryError):
        raise Rejected("too-complex", "is nested too deeply or is too large for Python to parse") from None
    except (ValueError, OverflowError) as error:
        raise Rejected("syntax", f"Python cannot parse this file: {error}") from None


def _read_tree(tree: ast.Module, text: SourceText, path: str) -> JobFile:
    binding = _job_binding(tree, text)
    if binding is None:
        return NOT_A_JOB
    if binding.value is None:
        message = "JOB is imported here, which makes no job of this file; the file that assigns JOB is one"
        return JobFile(problems=(Problem(path, *text.place(binding.node), "job-imported", message, Severity.WARNING),))
    node = _description_node(binding.value, text)
    description = _static_text(node, tree)
    if description is not None and description.strip():
        return JobFile(_checked(description, node, text))
    docstring = _docstring(tree)
    if not docstring:
        _reject(
            "description-missing", "the description is empty or computed, and the file has no docstring", node, text
        )
    message = "the description is empty or computed; the first line of the docstring is taken"
    doubt = Problem(path, *text.place(node), "description-dynamic", message, Severity.WARNING)
    return JobFile(_checked(docstring.splitlines()[0], node, text), (doubt,))


def _job_binding(tree: ast.Module, text: SourceText) -> Binding | None:
    """The one statement that binds JOB, or None if none does."""
    found = bindings(tree, "JOB")
    for binding in found:
        if binding.how is How.CONDITIONAL:
            _reject("job-conditional", f"JOB depends on what happens at run time; {_EXPECTED}", binding.node, text)
        if binding.how is How.INDIRECT:
            _reject("job-indirect", f"JOB is not assigned by a plain statement; {_EXPECTED}", binding.node, text)
    valued = [binding for binding in found if binding.how is not How.DECLARED]
    if len(valued) > 1:
        _reject("job-repeated", f"JOB is bound a second time; {_EXPECTED}", valued[1].node, text)
    if found and not valued:
        _reject("job-shape", f"JOB is declared but has no value; {_EXPECTED}", found[0].node, text)
    return valued[0] if valued else None


def _description_node(value: ast.expr, text: SourceText) -> ast.expr:
    if not isinstance(value, ast.Tuple):
        _reject("job-shape", f"JOB is {_kind(value)}, not a tuple; {_EXPECTED}", value, text)
    if len(value.elts) != 2 or any(isinstance(element, ast.Starred) for element in value.elts):
        _reject("job-shape", f"JOB has {len(value.elts)} element(s), not 2; {_EXPECTED}", value, text)
    return value.elts[1]


def _kind(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=constant):
            return f"a value of type {type(constant).__name__}"
        case ast.Name(id=name):
            return f"the variable {name}"
    return _KINDS.get(type(value), "an expression")


_KINDS: dict[type[ast.expr], str] = {
    ast.Call: "a call",
    ast.Dict: "a dict",
    ast.JoinedStr: "an f-string",
    ast.Lambda: "a lambda",
    ast.List: "a list",
    ast.Set: "a set",
}


def _static_text(node: ast.expr, tree: ast.Module) -> str | None:
    """The string that `node` is known to be without running the file, or None."""
    match node:
        case ast.Constant(value=str(literal)):
            return literal
        case ast.Name(id="__doc__") if not bindings(tree, "__doc__"):
            return _docstring(tree)
        case ast.Name(id=name):
            match bindings(tree, name):
                case [Binding(how=How.ASSIGNED, value=ast.Constant(value=str(literal)))]:
                    return literal
    return None


def _docstring(tree: ast.Module) -> str:
    """The module's docstring without the indent of its lines. `inspect.cleandoc` is not the same on every Python."""
    first, _, others = (ast.get_docstring(tree, clean=False) or "").partition("\n")
    return f"{first.strip()}\n{textwrap.dedent(others)}".strip()


def _checked(description: str, node: ast.expr, text: SourceText) -> str:
    if len(description) > MAX_DESCRIPTION_LENGTH:
        message = f"the description has {len(description)} characters, it may have {MAX_DESCRIPTION_LENGTH}"
        _reject("description-too-long", message, node, text)
    if char := unstorable_character(description):
        message = f"the description has the character {ascii(char)}, which no database stores; remove it"
        _reject("description-unstorable", message, node, text)
    return description


def _reject(code: str, message: str, node: ast.AST, text: SourceText) -> NoReturn:
    raise Rejected(code, message, *text.place(node))

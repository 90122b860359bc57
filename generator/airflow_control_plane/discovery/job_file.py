"""Reads a job file's JOB and JOB_CONFIG from its bytes. Nothing of the file is ever run."""

from __future__ import annotations

import ast
import textwrap
import warnings
from dataclasses import dataclass
from typing import NoReturn

from airflow_control_plane.discovery.bindings import Binding, How, bindings
from airflow_control_plane.discovery.job_config import read_job_config
from airflow_control_plane.discovery.source_text import Rejected, SourceText, may_mention
from airflow_control_plane.model.problem import Problem, Severity
from airflow_control_plane.model.settings import NO_CONFIG, JobConfig
from airflow_control_plane.model.text import unstorable_character

MAX_FILE_BYTES = 256 * 1024
MAX_DESCRIPTION_LENGTH = 1000

_EXPECTED = 'write JOB = (entrypoint, "description") once, at the top level'
_DEFINITION = "JobDefinition"  # a package's own class for JOB: JobDefinition(entrypoint, description)


@dataclass(frozen=True, slots=True)
class JobFile:
    """What one file declares. `description` is None if it declares no job, or none that can be used."""

    description: str | None = None
    problems: tuple[Problem, ...] = ()
    config: JobConfig = NO_CONFIG


NOT_A_JOB = JobFile()


def read_job_file(source: bytes, path: str, root: str = "") -> JobFile:
    """Reads one job file. `path`, relative to the package root `root`, is where its problems are."""
    if not may_mention("JOB", source):
        return NOT_A_JOB
    try:
        text = SourceText.decode(source, path, root)
        tree = _parse(text)
    except Rejected as rejected:
        return JobFile(problems=(rejected.problem,))
    config, wrong = read_job_config(tree, text)
    try:
        description, warned = _read_job(tree, text)
    except Rejected as rejected:
        return JobFile(problems=(rejected.problem, *wrong))
    if description is None:
        return JobFile(problems=warned)
    if wrong:
        return JobFile(problems=(*warned, *wrong))
    return JobFile(description, warned, config)


def _parse(source: SourceText) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are for the author's linter to report
            return ast.parse(source.text, filename=source.path)
    except SyntaxError as error:
        message = f"Python cannot parse this file: {error.msg}"
        line, column = error.lineno or 1, error.offset or 1
        raise Rejected(Problem(source.path, line, column, "syntax", message, root=source.root)) from None
    except (RecursionError, MemoryError):
        message = "is nested too deeply or is too large for Python to parse"
        raise Rejected(source.problem("too-complex", message)) from None
    except (ValueError, OverflowError) as error:
        raise Rejected(source.problem("syntax", f"Python cannot parse this file: {error}")) from None


def _read_job(tree: ast.Module, source: SourceText) -> tuple[str | None, tuple[Problem, ...]]:
    """The description of the job, None if the file declares none, and warnings. Raises Rejected."""
    binding = _job_binding(tree, source)
    if binding is None:
        return None, ()
    if binding.value is None:
        message = "JOB is imported, so this file is not a job; the file that assigns JOB is"
        return None, (source.problem("job-imported", message, binding.node, Severity.WARNING),)
    node = _description_node(binding.value, source)
    description = _static_text(node, tree)
    if description is not None and description.strip():
        return _checked(description, node, source), ()
    docstring = _docstring(tree)
    if not docstring:
        message = "the description is empty or computed, and the file has no docstring; write a string"
        _reject("description-missing", message, node, source)
    message = "the description is empty or computed, so the first line of the docstring is used"
    warning = source.problem("description-dynamic", message, node, Severity.WARNING)
    return _checked(docstring.splitlines()[0], node, source), (warning,)


def _job_binding(tree: ast.Module, source: SourceText) -> Binding | None:
    """The one statement that binds JOB, or None if there is none."""
    found = bindings(tree, "JOB")
    for binding in found:
        if binding.how is How.CONDITIONAL:
            _reject("job-conditional", f"JOB depends on what happens at run time; {_EXPECTED}", binding.node, source)
        if binding.how is How.INDIRECT:
            _reject("job-indirect", f"JOB is not assigned by a plain statement; {_EXPECTED}", binding.node, source)
    valued = [binding for binding in found if binding.how is not How.DECLARED]
    if len(valued) > 1:
        _reject("job-repeated", f"JOB is assigned more than once; {_EXPECTED}", valued[1].node, source)
    if found and not valued:
        _reject("job-shape", f"JOB is declared but has no value; {_EXPECTED}", found[0].node, source)
    return valued[0] if valued else None


def _description_node(value: ast.expr, source: SourceText) -> ast.expr:
    match value:
        case ast.Tuple(elts=elements):
            parts = elements
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name == _DEFINITION:
            named = {keyword.arg: keyword.value for keyword in value.keywords}
            missing = ("entrypoint", "description")[len(value.args) :]
            if named.keys() != set(missing):
                message = f"{_DEFINITION} needs an entry point and a description; {_EXPECTED}"
                _reject("job-shape", message, value, source)
            parts = [*value.args, *(named[field] for field in missing)]
        case _:
            _reject("job-shape", f"JOB is not a tuple; {_EXPECTED}", value, source)
    if len(parts) != 2 or any(isinstance(part, ast.Starred) for part in parts):
        _reject("job-shape", f"JOB has {len(parts)} element(s) instead of 2; {_EXPECTED}", value, source)
    return parts[1]


def _static_text(node: ast.expr, tree: ast.Module) -> str | None:
    """The string that `node` evaluates to, if that can be known without running the file."""
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
    """The module's docstring, unindented. `inspect.cleandoc` differs between Python versions."""
    first, _, others = (ast.get_docstring(tree, clean=False) or "").partition("\n")
    return f"{first.strip()}\n{textwrap.dedent(others)}".strip()


def _checked(description: str, node: ast.expr, source: SourceText) -> str:
    if len(description) > MAX_DESCRIPTION_LENGTH:
        message = f"the description has {len(description)} characters; at most {MAX_DESCRIPTION_LENGTH} are allowed"
        _reject("description-too-long", message, node, source)
    if char := unstorable_character(description):
        message = f"the description contains {ascii(char)}, which the database cannot store; remove it"
        _reject("description-unstorable", message, node, source)
    return description


def _reject(code: str, message: str, node: ast.AST, source: SourceText) -> NoReturn:
    raise Rejected(source.problem(code, message, node))

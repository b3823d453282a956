"""The house: imports run one way, no cycles, no late imports, small files and functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "service"
FILES = sorted(SERVICE.rglob("*.py"))

# Who may import whom, besides himself. The files beside the rooms (app, settings, __main__) are the wiring.
ARROWS: dict[str, set[str]] = {
    "domain": set(),
    "spam": set(),
    "storage": {"domain"},
    "outward": {"domain"},
    "actions": {"storage", "spam", "outward", "domain"},
    "web": {"actions", "domain"},
    "settings": {"domain"},
    "outbox": {"actions", "storage", "domain"},
    "app": {"web", "outbox", "actions", "storage", "spam", "outward", "domain", "settings"},
    "commands": {"app", "web", "outbox", "actions", "storage", "spam", "domain", "settings"},
    "__main__": set(),  # loads the commands by name, each when it is called
}
NOUNS_FOR_WEB = "domain"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The room of the house that a module is in; "" for the package itself."""
    return [*module.split("."), ""][1]


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in FILES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "service")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            if (node.module or "").split(".")[0] == "service":
                for alias in node.names:
                    target = SERVICE.parent.joinpath(*node.module.split("."), alias.name)  # type: ignore[union-attr]
                    is_module = target.with_suffix(".py").exists() or (target / "__init__.py").exists()
                    yield f"{node.module}.{alias.name}" if is_module else str(node.module)


GRAPH = {module_name(path): set(imports(tree)) for path, tree in trees()}


def test_imports_run_one_way() -> None:
    wrong = [
        (source, target)
        for source, targets in GRAPH.items()
        for target in targets
        if room(target) not in ("", room(source)) and room(target) not in ARROWS[room(source)]
    ]
    assert not wrong


def test_there_is_no_cycle() -> None:
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, (*above, module)
        if module not in done:
            for target in GRAPH.get(module, ()):
                if target != module:
                    walk(target, (*above, module))
            done.add(module)

    for module in GRAPH:
        walk(module, ())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_keeps_the_rules_of_the_house(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "each module opens with what is here"
    assert text.count("\n") < 300
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name
            assert not [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)], f"late: {node.name}"


def test_only_training_imports_scikit_learn() -> None:
    slow = {
        module_name(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(
            n.split(".")[0] in ("sklearn", "scipy")
            for n in [getattr(node, "module", None) or "", *(a.name for a in node.names)]
        )
    }
    assert slow <= {
        "service.spam.training",
        "service.spam.adapting",
        "service.spam.calibrating",
        "service.spam.evaluation",
        "service.spam.assessing.parts",
        "service.spam.assessing.baselines",
        "service.commands.train",
    }


def test_only_storage_speaks_sql() -> None:
    words = ("SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM")
    for path, tree in trees():
        if room(module_name(path)) == "storage":
            continue
        strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        assert not [s for s in strings if s.startswith(words)], path

"""The pages for people say what the code does: commands, roles, links, settings, forbidden names."""

import re
import subprocess
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(#[^)\s]*)?\)")


def commands() -> dict[str, click.Command]:
    from vigie.deploy.cli import main

    context = click.Context(main)
    return {name: main.get_command(context, name) for name in main.list_commands(context)}


def test_each_command_is_told_in_the_readme_or_docs_and_has_an_example():
    words = "\n".join(page.read_text("utf-8") for page in PAGES)
    found = commands()
    assert len(found) > 5, found
    assert [name for name in found if f"vigie {name}" not in words] == []
    assert [name for name, command in found.items() if not (command.help or "").strip()] == []
    helps = {name: command.get_help(click.Context(command, info_name=name)) for name, command in found.items()}
    assert [name for name, text in helps.items() if "vigie " not in text] == [], "a command whose help has no example"


@pytest.mark.parametrize(
    "role", ["registry", "receive", "decode", "observe", "alarm", "notify", "store", "recompute", "serve"]
)
def test_each_role_is_told_in_the_readme(role: str):
    assert f"`{role}`" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_resolve(page: Path):
    for target, _ in LINK.findall(page.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def test_paths_named_in_the_readme_exist():
    named = re.findall(r"`((?:topics|codecs|streams|serving|deploy|tests|bench|docs)/[\w./-]*)`", PAGES[0].read_text())
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_each_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = {target for page in PAGES for target in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))}
    assert named
    assert named - targets == set()


def test_the_page_of_settings_is_what_the_code_says():
    from vigie.deploy.commands.settings import descriptions, markdown
    from vigie.streams.settings import Settings

    assert set(descriptions()) == set(Settings.__dataclass_fields__), "a setting without its sentence"
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    assert page == markdown(), "run: vigie settings --markdown > docs/settings.md"


def test_the_readme_shows_the_counts_that_the_demo_comes_to():
    from vigie.deploy.demo.city import city
    from vigie.deploy.demo.report import WORDS, Report
    from vigie.deploy.demo.vectors import vector_events

    expected = city(1).expected(vector_events())
    shown = re.sub(r"(?<=\d)[ \u202f](?=\d{3})", "", (ROOT / "README.md").read_text("utf-8"))
    for line in Report(seed=1, expected=expected, seen=expected).lines():
        kind, _, reason = line.name.partition(".")
        label = WORDS["fr"][kind] + (f" · {reason}" if reason else "")
        assert re.search(rf"^ {re.escape(label)} +{line.expected} +{line.expected} +✓$", shown, flags=re.MULTILINE), (
            f"README.md: the demo shows {label} = {line.expected} now; copy its output"
        )


def test_no_file_names_a_registry_host_or_a_path_of_one_machine():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: git knows which files belong to the project")
    # The words are put together here, so that this file does not name them either.
    words = ["/work" + "/main", "/farm" + "/in", "pypi" + ".org", "python" + "hosted.org", "repo1." + "maven"]
    words += ["npmjs" + ".org", "deb." + "debian.org"]
    found = subprocess.run(
        ["git", "grep", "-lIE", "|".join(word.replace(".", r"\.") for word in words)],
        cwd=ROOT, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert found == []


def test_no_vigie_folder_has_an_init_file():
    found = [str(path) for path in ROOT.glob("*/vigie/__init__.py")]
    assert found == [], "it would hide the other source roots of the namespace package"

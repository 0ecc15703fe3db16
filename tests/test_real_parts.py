"""A missing real part skips loudly, and fails in a strict run."""

import pytest
from _pytest.outcomes import Failed, Skipped
from real_parts import require_part


def test_a_part_that_is_there_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_STRICT", "1")
    require_part("a server", ok=True, why="")


def test_a_missing_part_is_a_skip_that_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIGIE_STRICT", raising=False)
    with pytest.raises(Skipped, match="a server NOT TESTED: nobody installed it"):
        require_part("a server", ok=False, why="nobody installed it")


def test_a_missing_part_fails_a_strict_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_STRICT", "1")
    with pytest.raises(Failed, match="a server is missing and VIGIE_STRICT=1"):
        require_part("a server", ok=False, why="nobody installed it")


def test_an_exempted_part_skips_a_strict_run_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_STRICT", "1")
    with pytest.raises(Skipped, match="never on CI"):
        require_part("a server", ok=False, why="nobody installed it", exempt="never on CI")

"""The built wheel holds all that an answer needs: documents, metadata, model, words, pages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    # From a copy: a build leaves its folder behind, and a stale one would end in the wheel.
    tree = out / "tree"
    for package in ("bot", "corpus", "evaluation", "index", "retrieval"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tree)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(tree)],
        check=True,
        capture_output=True,
        timeout=240,
    )
    site = out / "site"
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    return site


def test_data_files_are_inside(unpacked: Path) -> None:
    for name in (
        "corpus/documents/nghi-quyet-thach-khoi-2025.txt",
        "corpus/documents/nghi-quyet-thach-khoi-2025.toml",
        "corpus/measures.toml",
        "index/model/modules.json",
        "retrieval/words.toml",
        "bot/web/templates/chat.html",
        "bot/web/static/chat.js",
        "bot/feedback/migrations/env.py",
        "bot/feedback/migrations/versions/v0001_questions.py",
    ):
        assert (unpacked / name).is_file(), name
    assert not (unpacked / "tests").exists()


def test_it_answers_from_the_wheel_alone(unpacked: Path, tmp_path: Path) -> None:
    program = (
        "import sys, bot.cli; assert bot.cli.__file__.startswith(sys.argv[1]), bot.cli.__file__; "
        "sys.argv = ['danchu', *sys.argv[2:]]; bot.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(unpacked), "ask", "Kinh phí ở Kim Bảng lấy từ đâu?", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked), "DANCHU_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["quotes"][0]["path"] == "art_2"

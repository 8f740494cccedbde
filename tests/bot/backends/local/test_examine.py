"""What keeps a folder from being loaded is known before anything is loaded, and told with its cure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.backends.local.examine import examine
from bot.errors import ModelUnloadable
from bot.explain import cause, explain
from tests.servers.folders import BROKEN, WORKING, make, tiny


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("whole"))


def unloadable(model: str | Path) -> ModelUnloadable:
    with pytest.raises(ModelUnloadable) as caught:
        examine(str(model))
    return caught.value


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_told_by_its_cause(name: str, whole: Path, tmp_path: Path) -> None:
    error = unloadable(make(tmp_path, whole, name))
    _, wanted, text = BROKEN[name]
    told = cause(error, "en")
    assert (error.facts["cause"], text in told) == (wanted, True), told
    for lang in ("en", "zh"):
        assert "$" not in explain(error, lang) and str(tmp_path) not in explain(error, lang)  # type: ignore[arg-type]
        assert cause(error, lang) in explain(error, lang)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", WORKING)
def test_a_whole_folder_is_found_whole(name: str, whole: Path, tmp_path: Path) -> None:
    folder = make(tmp_path, whole, name)
    assert examine(str(folder)) == folder


@pytest.mark.parametrize(
    ("named", "wanted", "text"),
    [
        ("tiyn", "misspelt", "Did you mean tiny?"),
        ("TINY", "misspelt", "Did you mean tiny?"),
        ("tiny/model.safetensors", "a_file_of_it", "folder that it lies in"),
        ("notes.txt", "a_file", "notes.txt"),
        ("poet.Q4.gguf", "gguf", "llama-server -m poet.Q4.gguf"),
        ("far/away/from/here", "no_folder", "RENGA_LOCAL_MODELS"),
        ("models--acme--poet", "cache", "acme/poet"),
    ],
)
def test_a_path_that_is_no_folder_of_a_model(
    named: str, wanted: str, text: str, whole: Path, tmp_path: Path
) -> None:
    (tmp_path / "tiny").symlink_to(whole)
    (tmp_path / "notes.txt").write_text("n")
    (tmp_path / "poet.Q4.gguf").write_bytes(b"GGUF")
    (tmp_path / "models--acme--poet" / "snapshots").mkdir(parents=True)
    error = unloadable(tmp_path / named)
    assert error.facts["cause"] == wanted and text in cause(error, "en")


def test_an_id_of_the_hub_is_left_to_the_hub_and_a_slip_in_a_path_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert examine("acme/poet") is None and examine("gpt2") is None
    for slip in ("models/huose", "Models/house", "models/House"):
        assert unloadable(slip).facts["cause"] == "misspelt"
    monkeypatch.chdir(tmp_path)
    assert unloadable("models/huose").facts["near"] == "house", "wherever the bot is started"


def test_what_may_not_be_read_is_told(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> object:
        raise PermissionError(13, "no", str(path))

    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert unloadable(whole).facts["cause"] == "forbidden"


def test_nothing_heavy_is_imported_for_it(whole: Path) -> None:
    code = (
        "import sys\nfrom bot.backends.local.examine import examine\n"
        f"examine({str(whole)!r})\nassert not {{'torch', 'transformers'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

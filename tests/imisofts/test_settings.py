"""Settings: where a value comes from, what is masked, and that secrets are made once and kept closed."""

import stat
from pathlib import Path

import pytest

from imisofts import settings as settings_module
from imisofts.errors import OperatorError
from imisofts.services import version


def test_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('freshness_limit = 60\nmail_from = "a@b.example"\n')
    monkeypatch.setenv("IMISOFTS_FRESHNESS_LIMIT", "120")
    loaded = settings_module.load(tmp_path)
    assert loaded.freshness_limit.total_seconds() == 120
    assert loaded.sources["freshness_limit"] == "IMISOFTS_FRESHNESS_LIMIT"
    assert (loaded.mail_from, loaded.sources["mail_from"]) == ("a@b.example", "settings.toml")


def test_secrets_are_made_once_closed_and_masked(tmp_path: Path) -> None:
    first, second = settings_module.load(tmp_path), settings_module.load(tmp_path)
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    password = first.app_database_url.split(":")[2].split("@")[0]
    for name in settings_module.names():
        text = settings_module.masked(name, getattr(first, name))
        assert first.secret_key not in text
        assert password not in text


def test_a_newer_data_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("99\n")
    with pytest.raises(OperatorError, match="newer than this imisofts"):
        version.check(tmp_path)

"""Where the keys are looked for."""

from pathlib import Path

import pytest

from certify.foundation.config import find_home


@pytest.mark.parametrize(
    ("environment", "user_id", "expected"),
    [
        ({}, 0, "/etc/haiki"),
        ({}, 1000, "/home/taro/.config/haiki"),
        ({"HAIKI_HOME": ""}, 1000, "/home/taro/.config/haiki"),
        ({"HAIKI_HOME": "/srv/keys"}, 0, "/srv/keys"),
        ({"HAIKI_HOME": "/srv/keys"}, 1000, "/srv/keys"),
    ],
)
def test_haiki_home_then_etc_for_root_then_the_users_own(environment: dict[str, str], user_id: int, expected: str) -> None:
    home = find_home(environment, user_id=user_id, user_home=Path("/home/taro"))
    assert home.folder == Path(expected)


def test_nothing_is_created(tmp_path: Path) -> None:
    home = find_home({"HAIKI_HOME": str(tmp_path / "new")})
    assert (home.keys, home.trust, home.policies) == (tmp_path / "new/keys", tmp_path / "new/trust.json", tmp_path / "new/policies")
    assert not home.folder.exists()

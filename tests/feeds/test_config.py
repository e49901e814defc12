"""The settings table."""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.config import (
    ARXIV_MIN_INTERVAL_SECONDS,
    ROOT,
    TABLE,
    Settings,
    forget_running,
    load_settings,
    save_running,
)
from feeds.errors import SettingsError
from feeds.setting_values import Bind

STEADY = settings(deadline=None, derandomize=True)
SECRET = "hunter2"
#: A folder without ``.env``; nothing is written there.
NOWHERE = ROOT / "no-such-folder"


def load(root: Path = NOWHERE, /, **given: str) -> Settings:
    return load_settings(given, root)


def join(root: Path, /, **given: str) -> Settings:
    """The settings of a command that works with a running wire."""
    return load_settings(given, root, joining=True)


def refused(root: Path = NOWHERE, /, **given: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_settings(given, root)
    return caught.value


def test_everything_has_a_default() -> None:
    assert load() == Settings(
        base_url="http://127.0.0.1:8000",
        bind=Bind("127.0.0.1", 8000),
        data_dir=NOWHERE / "var",
        database_url=f"sqlite:///{NOWHERE / 'var' / 'wire.db'}",
        redis_url=None,
        topics=NOWHERE / "topics.yaml",
        workers=1,
        contact=None,
        arxiv_listing_url="https://rss.arxiv.org",
        arxiv_api_url="https://export.arxiv.org/api/query",
        arxiv_oai_url="https://oaipmh.arxiv.org/oai",
        arxiv_site_url="https://export.arxiv.org",
        arxiv_min_interval=3.0,
        clock_file=None,
        only_listings=(),
        log_level="INFO",
        log_format="text",
        notice="",
        alert_webhook=None,
        llm_base_url=None,
        llm_model=None,
        llm_api_key=None,
        llm_daily_tokens=None,
        llm_concurrency=8,
        llm_temperature=0.2,
        llm_thinking_tokens=0,
        editors={},
        admin_token=None,
        websub_allow=(),
        api_rate=600,
        proxies=0,
    )


@pytest.mark.parametrize(
    ("variable", "value", "field", "read"),
    [
        ("WIRE_BASE_URL", "https://wire.example.org", "base_url", "https://wire.example.org"),
        ("WIRE_BASE_URL", "https://example.org/wire//", "base_url", "https://example.org/wire"),
        ("WIRE_BASE_URL", "http://[::1]:9000", "base_url", "http://[::1]:9000"),
        ("WIRE_BASE_URL", "  https://wire.example.org ", "base_url", "https://wire.example.org"),
        ("WIRE_BASE_URL", "https://bücher.example", "base_url", "https://bücher.example"),
        ("WIRE_BIND", "0.0.0.0:80", "bind", Bind("0.0.0.0", 80)),
        ("WIRE_BIND", "[::1]:8000", "bind", Bind("::1", 8000)),
        ("WIRE_BIND", "localhost:65535", "bind", Bind("localhost", 65535)),
        ("WIRE_DATA_DIR", "data", "data_dir", NOWHERE / "data"),
        ("WIRE_DATA_DIR", "/srv/wire", "data_dir", Path("/srv/wire")),
        ("WIRE_DATABASE_URL", "sqlite:///a/b.db", "database_url", f"sqlite:///{NOWHERE / 'a' / 'b.db'}"),
        ("WIRE_DATABASE_URL", "sqlite:////srv/b.db", "database_url", "sqlite:////srv/b.db"),
        ("WIRE_DATABASE_URL", "postgresql://u:p@h:5433/w", "database_url", "postgresql://u:p@h:5433/w"),
        ("WIRE_DATABASE_URL", "postgres://[::1]/w", "database_url", "postgresql://[::1]/w"),
        ("WIRE_DATABASE_URL", "postgresql:///w?host=/run/pg", "database_url", "postgresql:///w?host=/run/pg"),
        ("WIRE_WEBSUB_ALLOW", "10.1.0.0/16, ::1", "websub_allow", (IPv4Network("10.1.0.0/16"), IPv6Network("::1"))),
        ("WIRE_REDIS_URL", "redis://:pw@host:6379/0", "redis_url", "redis://:pw@host:6379/0"),
        ("WIRE_REDIS_URL", "rediss://host", "redis_url", "rediss://host"),
        ("WIRE_REDIS_URL", "unix:///run/redis.sock?db=1", "redis_url", "unix:///run/redis.sock?db=1"),
        ("WIRE_TOPICS", "mine.yaml", "topics", NOWHERE / "mine.yaml"),
        ("WIRE_WORKERS", "64", "workers", 64),
        ("WIRE_CONTACT", "ada@example.org", "contact", "ada@example.org"),
        ("WIRE_ARXIV_LISTING_URL", "http://127.0.0.1:9/", "arxiv_listing_url", "http://127.0.0.1:9"),
        ("WIRE_ARXIV_MIN_INTERVAL", "4.5", "arxiv_min_interval", 4.5),
        ("WIRE_ONLY_LISTINGS", "cs.cv, cs.NA,math.NA,", "only_listings", ("cs.CV", "math.NA")),
        ("WIRE_LOG_LEVEL", "Debug", "log_level", "DEBUG"),
        ("WIRE_LOG_FORMAT", "JSON", "log_format", "json"),
    ],
)
def test_a_setting_is_read(variable: str, value: str, field: str, read: object) -> None:
    assert getattr(load(**{variable: value}), field) == read


NONSENSE = [
    ("WIRE_WEBSUB_ALLOW", "localhost", "networks like 10.1.0.0/16"),
    ("WIRE_WEBSUB_ALLOW", "10.1.0.1/16", "networks like 10.1.0.0/16"),
    ("WIRE_EDITORS", "ann", "name:token"),
    ("WIRE_EDITORS", "ann:one two", "name:token"),
    ("WIRE_EDITORS", "ann:same,bob:same", "of its own"),
    ("WIRE_EDITORS", "ann:one,ann:two", "each name once"),
    ("WIRE_EDITORS", "ann:one,Wire:two", "another name than wire"),
    ("WIRE_ADMIN_TOKEN", "one two", "RFC 6750"),
    ("WIRE_LLM_BASE_URL", "localhost:8080", "http or https"),
    ("WIRE_LLM_MODEL", "a\nb", "name of a model"),
    ("WIRE_LLM_API_KEY", "one two", "RFC 6750"),
    ("WIRE_LLM_DAILY_TOKENS", "-1", "whole number"),
    ("WIRE_LLM_CONCURRENCY", "0", "whole number"),
    ("WIRE_LLM_TEMPERATURE", "hot", "0 to 2"),
    ("WIRE_LLM_TEMPERATURE", "2.1", "0 to 2"),
    ("WIRE_LLM_THINKING_TOKENS", "many", "whole number"),
    ("WIRE_BASE_URL", "wire.example.org", "http or https"),
    ("WIRE_BASE_URL", "ftp://wire.example.org", "http or https"),
    ("WIRE_BASE_URL", "//wire.example.org", "http or https"),
    ("WIRE_BASE_URL", "https://", "http or https"),
    ("WIRE_BASE_URL", "https://:8000", "http or https"),
    ("WIRE_BASE_URL", "https://wire.example.org/?a=b", "without query"),
    ("WIRE_BASE_URL", "https://wire.example.org/?", "without query"),
    ("WIRE_BASE_URL", "https://wire.example.org/#top", "http or https"),
    ("WIRE_BASE_URL", "https://ada@wire.example.org", "without query or password"),
    ("WIRE_BASE_URL", "https://@wire.example.org", "without query or password"),
    ("WIRE_BASE_URL", "https://wire.example.org:port", "http or https"),
    ("WIRE_BASE_URL", "https://wire.example.org:0", "http or https"),
    ("WIRE_BASE_URL", "https://wire.example.org:70000", "http or https"),
    ("WIRE_BASE_URL", "https://[::1", "http or https"),
    ("WIRE_BASE_URL", "https://wire .example.org", "http or https"),
    ("WIRE_BASE_URL", "https://wire.example.org/a\nb", "http or https"),
    ("WIRE_BASE_URL", 'https://wire.example.org/"><script>', "http or https"),
    ("WIRE_BIND", "8000", "host:port"),
    ("WIRE_BIND", ":8000", "host:port"),
    ("WIRE_BIND", "localhost", "host:port"),
    ("WIRE_BIND", "localhost:", "host:port"),
    ("WIRE_BIND", "localhost:http", "host:port"),
    ("WIRE_BIND", "localhost:0", "host:port"),
    ("WIRE_BIND", "localhost:-1", "host:port"),
    ("WIRE_BIND", "localhost:65536", "host:port"),
    ("WIRE_BIND", f"localhost:{'9' * 5000}", "host:port"),
    ("WIRE_BIND", "localhost:８０００", "host:port"),
    ("WIRE_BIND", "http://localhost:8000", "host:port"),
    ("WIRE_BIND", "a:b:8000", "host:port"),
    ("WIRE_BIND", "::1:8000", "host:port"),
    ("WIRE_BIND", "[localhost]:8000", "host:port"),
    ("WIRE_BIND", "[::1:8000", "host:port"),
    ("WIRE_BIND", "local host:8000", "host:port"),
    ("WIRE_DATABASE_URL", "wire.db", "sqlite:///"),
    ("WIRE_DATABASE_URL", "sqlite://wire.db", "sqlite:///"),
    ("WIRE_DATABASE_URL", "sqlite:///", "sqlite:///"),
    ("WIRE_DATABASE_URL", "sqlite:///:memory:", "sqlite:///"),
    ("WIRE_DATABASE_URL", "mysql://host/wire", "sqlite:///"),
    ("WIRE_DATABASE_URL", "sqlite:///a\0b", "sqlite:///"),
    ("WIRE_DATABASE_URL", "postgresql://host", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host/", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host:port/wire", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host:70000/wire", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host/wire/more", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host/wire#top", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://ho st/wire", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host/wire?sslmod=require", "postgresql://user@host/database"),
    ("WIRE_DATABASE_URL", "postgresql://host/wire?sslmode", "postgresql://user@host/database"),
    ("WIRE_REDIS_URL", "host:6379", "redis://host:6379"),
    ("WIRE_REDIS_URL", "http://host:6379", "redis://host:6379"),
    ("WIRE_REDIS_URL", "redis:host", "redis://host:6379"),
    ("WIRE_REDIS_URL", "redis://", "redis://host:6379"),
    ("WIRE_REDIS_URL", "redis://host:port", "redis://host:6379"),
    ("WIRE_REDIS_URL", "unix://", "unix:///path"),
    ("WIRE_REDIS_URL", "unix://run/redis.sock", "unix:///path"),
    ("WIRE_API_RATE", "-1", "from 0 to 1000000"),
    ("WIRE_PROXIES", "11", "from 0 to 10"),
    ("WIRE_WORKERS", "0", "from 1 to 64"),
    ("WIRE_WORKERS", "65", "from 1 to 64"),
    ("WIRE_WORKERS", "-1", "from 1 to 64"),
    ("WIRE_WORKERS", "1.5", "from 1 to 64"),
    ("WIRE_WORKERS", "two", "from 1 to 64"),
    ("WIRE_WORKERS", "²", "from 1 to 64"),
    ("WIRE_WORKERS", "9" * 5000, "from 1 to 64"),
    ("WIRE_NOTICE", "two\nlines", "one line of at most 500 characters"),
    ("WIRE_NOTICE", "x" * 501, "one line of at most 500 characters"),
    ("WIRE_CONTACT", "ada@example.org\nX-Evil: 1", "in ASCII"),
    ("WIRE_CONTACT", "ada\x00", "in ASCII"),
    ("WIRE_CONTACT", "ädä@example.org", "in ASCII"),
    ("WIRE_CONTACT", "a" * 201, "at most 200"),
    ("WIRE_ARXIV_LISTING_URL", "rss.arxiv.org", "http or https"),
    ("WIRE_ARXIV_LISTING_URL", "https://rss.arxiv.org/atom?x=1", "without query"),
    ("WIRE_ARXIV_API_URL", "export.arxiv.org", "http or https"),
    ("WIRE_ARXIV_OAI_URL", "ftp://oaipmh.arxiv.org", "http or https"),
    ("WIRE_ARXIV_SITE_URL", "https://", "http or https"),
    ("WIRE_ALERT_WEBHOOK", "hooks.example.org/abc", "http or https"),
    ("WIRE_ALERT_WEBHOOK", "ftp://hooks.example.org/abc", "http or https"),
    ("WIRE_ARXIV_MIN_INTERVAL", "three", "a number of seconds"),
    ("WIRE_ARXIV_MIN_INTERVAL", "-1", "0 to 3600"),
    ("WIRE_ARXIV_MIN_INTERVAL", "nan", "0 to 3600"),
    ("WIRE_ARXIV_MIN_INTERVAL", "inf", "0 to 3600"),
    ("WIRE_ARXIV_MIN_INTERVAL", "3601", "0 to 3600"),
    ("WIRE_ARXIV_MIN_INTERVAL", "2.99", "one request every 3 seconds"),
    ("WIRE_ARXIV_MIN_INTERVAL", "0", "one request every 3 seconds"),
    ("WIRE_CLOCK_FILE", "no-such-clock", "RFC 3339"),
    ("WIRE_ONLY_LISTINGS", "cs.ZZ", '"cs.ZZ" is none'),
    ("WIRE_ONLY_LISTINGS", "cs.CV cs.CL", '"cs.CV cs.CL" is none'),
    ("WIRE_LOG_LEVEL", "loud", "debug, info, warning, error"),
    ("WIRE_LOG_FORMAT", "xml", "text, json"),
]


@pytest.mark.parametrize(("variable", "value", "allowed"), NONSENSE, ids=lambda value: ascii(value)[:40])
def test_nonsense_is_refused_with_the_name_and_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    error = refused(**{variable: value})
    assert error.name == variable
    assert str(error).startswith(f"{variable}=")
    assert allowed in error.allowed
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("interval", "url", "seconds"),
    [
        ("0", "https://export.arxiv.org/api/query", 3), ("0", "http://127.0.0.1:9/api", 0),
        ("5", "https://oaipmh.arxiv.org/oai", 5), ("2", "https://arxiv.org.evil.example", 2),
    ],
)  # fmt: skip
def test_arxivs_own_hosts_are_never_asked_faster_than_it_allows(interval: str, url: str, seconds: float) -> None:
    settings = load(WIRE_ARXIV_LISTING_URL="http://127.0.0.1:9", WIRE_ARXIV_MIN_INTERVAL=interval)
    assert settings.interval_for(url) == seconds


def test_every_setting_that_can_be_nonsense_has_its_cases() -> None:
    tried = {variable for variable, _, _ in NONSENSE}
    assert {setting.variable for setting in TABLE if setting.read is not Path} == tried


@pytest.mark.parametrize(("variable", "value"), [("WIRE_WORKERS", "two"), ("WIRE_BIND", "nowhere")])
def test_nonsense_is_refused_with_its_value(variable: str, value: str) -> None:
    assert repr(value) in str(refused(**{variable: value}))


@given(st.sampled_from([setting.variable for setting in TABLE if setting.name != "clock_file"]), st.text())
@STEADY
def test_a_value_is_read_or_refused_by_name(variable: str, value: str) -> None:
    try:
        load(**{variable: value})
        name = variable
    except SettingsError as error:
        name = error.name
    assert name == variable


@pytest.mark.parametrize("host", ["https://arxiv.org", "http://RSS.arXiv.org", "https://rss.arxiv.org.:443/atom"])
def test_arxiv_is_never_asked_faster_than_it_allows(host: str) -> None:
    error = refused(WIRE_ARXIV_LISTING_URL=host, WIRE_ARXIV_MIN_INTERVAL="2.9999999")
    assert error.name == "WIRE_ARXIV_MIN_INTERVAL"
    assert error.value == "2.9999999"
    given = {"WIRE_ARXIV_LISTING_URL": host, "WIRE_ARXIV_MIN_INTERVAL": "3"}
    assert load(**given).arxiv_min_interval == ARXIV_MIN_INTERVAL_SECONDS


@pytest.mark.parametrize("host", ["http://127.0.0.1:9", "https://notarxiv.org", "https://arxiv.org.example.org"])
def test_other_hosts_may_be_asked_faster(host: str) -> None:
    assert load(WIRE_ARXIV_LISTING_URL=host, WIRE_ARXIV_MIN_INTERVAL="0").arxiv_min_interval == 0


@pytest.mark.parametrize("bind", ["127.0.0.1:9000", "[::1]:9000", "0.0.0.0:80", "wire.example.org:8000"])
def test_the_base_url_is_that_of_the_bind_where_none_is_given(bind: str) -> None:
    assert load(WIRE_BIND=bind).base_url == f"http://{bind}"
    assert load(WIRE_BIND=bind, WIRE_BASE_URL="https://w.example").base_url == "https://w.example"


@pytest.mark.parametrize(
    ("bind", "host"), [("0.0.0.0:80", "127.0.0.1"), ("[::]:80", "::1"), ("[::1]:80", "::1"), ("a:80", "a")]
)
def test_a_bind_to_everywhere_is_reached_over_loopback(bind: str, host: str) -> None:
    assert load(WIRE_BIND=bind).bind.reachable_host == host


def test_a_redis_url_that_makes_no_sense_is_not_shown() -> None:
    for url in (f"http://:{SECRET}@host", f"redis://:{SECRET}@host:port", f"redis://:{SECRET}\u2100@host", SECRET):
        error = refused(WIRE_REDIS_URL=url)
        assert error.name == "WIRE_REDIS_URL"
        assert SECRET not in str(error)
        assert SECRET not in repr((error.value, error.allowed, error.__cause__))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WIRE_DATABASE_URL", f"postgresql://ada:{SECRET}@host"),
        ("WIRE_DATABASE_URL", f"postgresql:ada:{SECRET}@host/wire"),
        ("WIRE_DATABASE_URL", f"postgresql://host/wire?%70assword={SECRET}&x=y"),
        ("WIRE_DATABASE_URL", f"postgresql://ada:a/{SECRET}@b@host/wire"),
        ("WIRE_DATABASE_URL", f"postgresql://host/wire?user=ada&password={SECRET}&x=y"),
        ("WIRE_BASE_URL", f"https://ada:{SECRET}@wire.example.org"),
    ],
)
def test_a_password_in_an_address_is_not_shown(variable: str, value: str) -> None:
    error = refused(**{variable: value})
    assert SECRET not in str(error)
    assert "(secret)" in str(error)


def test_settings_do_not_show_their_secrets() -> None:
    loaded = load(WIRE_REDIS_URL=f"redis://:{SECRET}@host")
    assert loaded.redis_url == f"redis://:{SECRET}@host"
    assert SECRET not in repr(loaded)


def test_a_secret_can_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text(f" redis://:{SECRET}@host\n", encoding="utf-8")
    assert load(tmp_path, WIRE_REDIS_URL_FILE="redis").redis_url == f"redis://:{SECRET}@host"
    absolute = str(tmp_path / "redis")
    assert load(WIRE_REDIS_URL_FILE=absolute).redis_url == f"redis://:{SECRET}@host"


def test_settings_do_not_show_the_password_of_the_database(tmp_path: Path) -> None:
    url = f"postgresql://ada:{SECRET}@host/wire"
    assert SECRET not in repr(load(WIRE_DATABASE_URL=url))
    (tmp_path / "database").write_text(f"{url}\n", encoding="utf-8")
    assert load(tmp_path, WIRE_DATABASE_URL_FILE="database").database_url == url


def test_a_secret_goes_before_its_file(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text("redis://from-file", encoding="utf-8")
    given = {"WIRE_REDIS_URL": "redis://itself", "WIRE_REDIS_URL_FILE": "redis"}
    assert load(tmp_path, **given).redis_url == "redis://itself"


def test_nonsense_in_a_secrets_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text(f"http://:{SECRET}@host", encoding="utf-8")
    error = refused(tmp_path, WIRE_REDIS_URL_FILE="redis")
    assert error.name == "WIRE_REDIS_URL"
    assert SECRET not in str(error)


@pytest.mark.parametrize("body", [None, b"\xff" + SECRET.encode()])
def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path, body: bytes | None) -> None:
    if body is not None:
        (tmp_path / "redis").write_bytes(body)
    error = refused(tmp_path, WIRE_REDIS_URL_FILE="redis")
    assert error.name == "WIRE_REDIS_URL_FILE"
    assert str(tmp_path / "redis") in str(error)
    assert SECRET not in repr((str(error), error.__cause__))


def test_only_secrets_have_files(tmp_path: Path) -> None:
    (tmp_path / "workers").write_text("7", encoding="utf-8")
    assert load(tmp_path, WIRE_WORKERS_FILE="workers").workers == 1


def write_dotenv(folder: Path, *lines: str) -> None:
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_environment_goes_before_dotenv(tmp_path: Path) -> None:
    write_dotenv(tmp_path, "WIRE_WORKERS=2", "WIRE_CONTACT=ada@example.org")
    loaded = load(tmp_path, WIRE_WORKERS="3")
    assert (loaded.workers, loaded.contact) == (3, "ada@example.org")


def test_a_secrets_file_in_the_environment_goes_before_a_secret_in_dotenv(tmp_path: Path) -> None:
    write_dotenv(tmp_path, "WIRE_REDIS_URL=redis://from-dotenv")
    (tmp_path / "redis").write_text("redis://from-file", encoding="utf-8")
    assert load(tmp_path, WIRE_REDIS_URL_FILE="redis").redis_url == "redis://from-file"


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_is_unset(tmp_path: Path, empty: str) -> None:
    assert load(**{setting.variable: empty for setting in TABLE}) == load()
    write_dotenv(tmp_path, "WIRE_WORKERS=2", "WIRE_LOG_LEVEL=")
    assert load(tmp_path, WIRE_WORKERS=empty) == load(tmp_path, WIRE_WORKERS="1")
    assert load(tmp_path).log_level == "INFO"


def test_dotenv_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfWIRE_WORKERS=2\r\n")
    assert load(tmp_path).workers == 2


def test_a_dotenv_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"WIRE_CONTACT=\xff\xfe" + SECRET.encode())
    error = refused(tmp_path)
    assert str(tmp_path / ".env") in str(error)
    assert SECRET not in str(error)


def test_what_does_not_begin_with_our_prefix_is_not_ours(tmp_path: Path) -> None:
    write_dotenv(tmp_path, "WORKERS=2", "XWIRE_WORKERS=3")
    assert load(tmp_path, BIND="nonsense") == load(tmp_path)


def test_relative_paths_start_at_the_root(tmp_path: Path) -> None:
    (tmp_path / "now").write_text("2026-04-17T05:10:00Z", encoding="ascii")
    write_dotenv(tmp_path, "WIRE_DATA_DIR=data", "WIRE_TOPICS=my/topics.yaml", "WIRE_CLOCK_FILE=now")
    loaded = load(tmp_path, WIRE_DATABASE_URL="sqlite:///my/wire.db")
    assert loaded.data_dir == tmp_path / "data"
    assert loaded.topics == tmp_path / "my" / "topics.yaml"
    assert loaded.clock_file == tmp_path / "now"
    assert loaded.database_url == f"sqlite:///{tmp_path / 'my' / 'wire.db'}"


def test_the_root_is_the_folder_that_holds_wire() -> None:
    assert (ROOT / "wire").is_file()
    assert (ROOT / "feeds" / "config.py").is_file()


def test_a_clock_file_without_a_time_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("soon", encoding="ascii")
    error = refused(tmp_path, WIRE_CLOCK_FILE="clock")
    assert error.name == "WIRE_CLOCK_FILE"
    assert str(tmp_path / "clock") in str(error)


def test_names_of_settings_are_variables() -> None:
    for setting in TABLE:
        assert re.fullmatch(r"WIRE_[A-Z_]+", setting.variable)
        assert setting.meaning


def start(root: Path, /, **given: str) -> Path:
    """A wire starts on a data folder; gives the folder."""
    folder = load(root, **given).data_dir
    folder.mkdir(exist_ok=True)
    save_running(given, folder, root)
    return folder


def test_a_joining_command_reads_what_the_wire_was_started_with(tmp_path: Path) -> None:
    given = {"WIRE_BIND": "127.0.0.1:9000", "WIRE_WORKERS": "4", "WIRE_DATABASE_URL": "sqlite:///other.db"}
    start(tmp_path, **given)
    assert join(tmp_path) == load(tmp_path, **given)
    assert load(tmp_path) != load(tmp_path, **given)


def test_a_joining_command_finds_the_wire_by_its_folder(tmp_path: Path) -> None:
    start(tmp_path, WIRE_DATA_DIR="one", WIRE_WORKERS="2")
    start(tmp_path, WIRE_DATA_DIR="two", WIRE_WORKERS="3")
    assert join(tmp_path, WIRE_DATA_DIR="one").workers == 2
    assert join(tmp_path, WIRE_DATA_DIR="two").workers == 3
    assert join(tmp_path, WIRE_DATA_DIR="two").data_dir == tmp_path / "two"
    assert join(tmp_path, WIRE_DATA_DIR="three").workers == 1


def test_what_a_wire_was_started_with_comes_between_environment_and_dotenv(tmp_path: Path) -> None:
    start(tmp_path, WIRE_WORKERS="4", WIRE_LOG_LEVEL="debug")
    write_dotenv(tmp_path, "WIRE_WORKERS=2", "WIRE_LOG_LEVEL=error", "WIRE_CONTACT=ada@example.org")
    joined = join(tmp_path, WIRE_LOG_LEVEL="warning")
    assert (joined.workers, joined.log_level) == (4, "WARNING")
    assert joined.contact is None  # the wire was started without one


def test_a_data_folder_that_moved_is_found_where_it_is_now(tmp_path: Path) -> None:
    start(tmp_path, WIRE_DATA_DIR="old", WIRE_WORKERS="4").rename(tmp_path / "new")
    write_dotenv(tmp_path, "WIRE_DATA_DIR=new")
    assert (join(tmp_path).data_dir, join(tmp_path).workers) == (tmp_path / "new", 4)


def test_secrets_are_not_written_down(tmp_path: Path) -> None:
    folder = start(tmp_path, WIRE_REDIS_URL=f"redis://:{SECRET}@host")
    assert [SECRET in path.read_text(encoding="utf-8") for path in folder.iterdir()] == [False]
    assert join(tmp_path).redis_url is None
    write_dotenv(tmp_path, f"WIRE_REDIS_URL=redis://:{SECRET}@host")
    assert join(tmp_path).redis_url == f"redis://:{SECRET}@host"


@pytest.mark.parametrize(
    ("url", "noted"),
    [
        ("postgresql://ada@host/wire", True),
        ("postgresql:///wire?host=/run/postgresql", True),
        (f"postgresql://ada:{SECRET}@host/wire", False),
        (f"postgresql://host/wire?user=ada&password={SECRET}", False),
    ],
)
def test_a_database_without_password_is_found_by_a_joining_command(tmp_path: Path, url: str, noted: bool) -> None:
    folder = start(tmp_path, WIRE_DATABASE_URL=url)
    assert (url in (folder / "running.json").read_text(encoding="utf-8")) == noted
    assert SECRET not in (folder / "running.json").read_text(encoding="utf-8")
    assert (join(tmp_path).database_url == url) == noted


def test_a_joining_command_reads_a_secret_from_the_wires_file(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text(f"redis://:{SECRET}@host", encoding="utf-8")
    folder = start(tmp_path, WIRE_REDIS_URL_FILE="redis")
    assert SECRET not in (folder / "running.json").read_text(encoding="utf-8")
    write_dotenv(tmp_path, "WIRE_REDIS_URL=redis://another")
    assert join(tmp_path).redis_url == f"redis://:{SECRET}@host"


def test_a_wire_without_a_secret_is_not_joined_with_dotenvs(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text("redis://another", encoding="utf-8")
    start(tmp_path)
    write_dotenv(tmp_path, "WIRE_REDIS_URL_FILE=redis", "WIRE_REDIS_URL=redis://another")
    assert join(tmp_path).redis_url is None


def test_a_wire_that_stopped_is_not_joined(tmp_path: Path) -> None:
    folder = start(tmp_path, WIRE_WORKERS="4")
    forget_running(folder)
    assert join(tmp_path) == load(tmp_path)
    forget_running(folder)  # once more does no harm


@pytest.mark.parametrize("note", ["", "{", "null", "[]", "3", '"text"', "\x00"])
def test_a_broken_note_of_a_wire_is_as_good_as_none(tmp_path: Path, note: str) -> None:
    folder = start(tmp_path, WIRE_WORKERS="4")
    (folder / "running.json").write_text(note, encoding="utf-8")
    assert join(tmp_path) == load(tmp_path)


def test_nonsense_in_a_note_of_a_wire_is_refused_by_name(tmp_path: Path) -> None:
    folder = start(tmp_path)
    (folder / "running.json").write_text(json.dumps({"WIRE_WORKERS": None}), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        join(tmp_path)
    assert caught.value.name == "WIRE_WORKERS"

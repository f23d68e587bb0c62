import builtins
import os
import re
from pathlib import Path

import fsspec
import pytest

from sidelight.errors import ConfigError, MissingPackageError, TableError
from sidelight.stores import _fetch, fetch, fetch_one, find_objects, is_remote
from sidelight.stores._cache import cache_limit


def everything(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("s3://b/a.csv", True),
        ("GS://b/a.csv", True),
        ("https://x.org/a.png", True),
        ("postgresql://host/db", False),
        ("sqlite:///a.db", False),
        ("a/b.png", False),
        (None, False),
    ],
)
def test_what_is_in_a_store(text, remote):
    assert is_remote(text) is remote


@pytest.mark.parametrize("num", [2, 20], ids=["asked one by one", "listed"])
def test_objects_are_found_and_fetched_once(memory, cache, num, monkeypatch):
    urls = [memory(f"chips/{i}.png", b"%d" % i) for i in range(num)]
    found = find_objects([*urls, "memory://bucket/chips/no.png", "memory://no/x.png"])
    assert set(found) == set(urls)
    assert [found[url].size for url in urls] == [len(str(i)) for i in range(num)]
    files = fetch(found)
    assert [files[url].read_bytes() for url in urls] == [b"%d" % i for i in range(num)]
    assert all(path.suffix == ".png" for path in files.values())
    assert everything(cache) == sorted(files.values())
    monkeypatch.setattr(_fetch, "_get", None)  # nothing is fetched again
    assert fetch(find_objects(urls)) == files


def test_a_folder_is_listed_once_whatever_it_holds(memory, monkeypatch):
    urls = [memory(f"chips/{i}.png") for i in range(50)]
    system, calls = fsspec.filesystem("memory"), []
    listing = type(system).ls
    monkeypatch.setattr(
        type(system), "ls", lambda *a, **k: calls.append(a[1]) or listing(*a, **k)
    )
    monkeypatch.setattr(type(system), "info", None)
    assert len(find_objects(urls)) == 50
    assert len(calls) == 1


def test_a_changed_object_is_fetched_anew(memory):
    url = memory("a.csv", b"old")
    assert fetch_one(url).read_bytes() == b"old"
    memory("a.csv", b"new")  # as many bytes
    assert fetch_one(url).read_bytes() == b"new"


def test_a_missing_table_is_said_with_its_url(memory):
    with pytest.raises(TableError) as caught:
        fetch_one("memory://bucket/no.csv")
    assert "memory://bucket/no.csv: there is no such object" in str(caught.value)


def test_the_cache_lets_go_of_what_was_not_used_for_longest(memory, cache, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE_LIMIT", "1MB")
    urls = [memory(f"{i}.bin", bytes([i]) * 400_000) for i in range(3)]
    first, second = fetch_one(urls[0]), fetch_one(urls[1])
    os.utime(first, (1, 1))
    os.utime(second, (2, 2))
    assert fetch_one(urls[0]) == first  # used again
    assert first.stat().st_mtime == 1  # packs know a file by it
    third = fetch_one(urls[2])
    assert everything(cache) == sorted([first, third])


def test_objects_that_do_not_fit_are_not_even_begun(memory, cache, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE_LIMIT", "1MB")
    urls = [memory(f"{i}.bin", bytes(600_000)) for i in range(2)]
    with pytest.raises(ConfigError) as caught:
        fetch(find_objects(urls))
    assert "more than the cache may hold" in str(caught.value)
    assert "SIDELIGHT_CACHE_LIMIT=" in str(caught.value)
    assert not cache.exists()


@pytest.mark.parametrize("text", ["20", "GB", "-1GB", "many"])
def test_a_limit_that_is_no_size_is_refused(text, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE_LIMIT", text)
    with pytest.raises(ConfigError, match="is not a size"):
        cache_limit()


def test_a_limit_has_a_unit(monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE_LIMIT", "1.5 gb")
    assert cache_limit() == 1_500_000_000


class Broken:
    """A store that breaks the connection so many times."""

    def __init__(self, times, get):
        self.times, self.get = times, get

    def __call__(self, url, found, path):
        path.write_bytes(b"half")
        if self.times:
            self.times -= 1
            message = "connection reset"
            raise ConnectionError(message)
        self.get(url, found, path)


def test_a_connection_may_break_once(memory, cache, monkeypatch):
    url = memory("a.csv", b"whole")
    monkeypatch.setattr(_fetch, "_get", Broken(1, _fetch._get))
    assert fetch_one(url).read_bytes() == b"whole"


def test_a_store_that_keeps_breaking_leaves_nothing(memory, cache, monkeypatch):
    url = memory("a.csv", b"whole")
    monkeypatch.setattr(_fetch, "_get", Broken(9, _fetch._get))
    with pytest.raises(ConfigError) as caught:
        fetch_one(url)
    assert "ConnectionError: connection reset" in str(caught.value)
    assert everything(cache) == []


def test_an_object_cut_short_is_no_object(memory, cache, monkeypatch):
    url = memory("a.csv", b"whole")
    found = find_objects([url])
    system = type(fsspec.filesystem("memory"))
    monkeypatch.setattr(
        system, "get_file", lambda self, there, here: Path(here).touch()
    )
    with pytest.raises(ConfigError, match="0 of 5 bytes came"):
        fetch(found)
    assert everything(cache) == []


def test_an_object_gone_since_it_was_listed_has_no_file(memory):
    url = memory("a.csv")
    found = find_objects([url])
    fsspec.filesystem("memory").store.clear()
    assert fetch(found) == {}


@pytest.mark.parametrize(
    ("url", "package", "wanted"),
    [
        ("s3://b/a.csv", "s3fs", "s3fs"),
        ("gs://b/a.csv", "gcsfs", "gcsfs"),
        ("az://b/a.csv", "adlfs", "adlfs"),
        ("s3://b/a.csv", "fsspec", "'sidelight[stores]'"),
    ],
)
def test_a_package_that_is_missing_is_named_with_what_to_type(
    url, package, wanted, monkeypatch
):
    real = builtins.__import__

    def without(name, *rest):
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPackageError, match=re.escape(f"pip install {wanted}")):
        fetch_one(url)


def test_a_refusal_says_where_credentials_come_from(memory, monkeypatch):
    def refuse(self, path, **options):
        message = "Access Denied"
        raise PermissionError(message)

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "info", refuse)
    with pytest.raises(ConfigError, match="the store refuses access"):
        fetch_one("memory://bucket/a.csv")


def test_files_behind_http(web, cache):
    address, folder, asked = web
    (folder / "a.csv").write_bytes(b"x,y\n1,2\n")
    (folder / "empty.csv").touch()
    url = f"{address}/a.csv"
    assert fetch_one(url).read_bytes() == b"x,y\n1,2\n"
    assert fetch_one(url).suffix == ".csv"
    assert [line for line in asked if line.startswith("GET")] == ["GET /a.csv"]
    assert set(find_objects([url, f"{address}/no.csv"])) == {url}
    assert fetch_one(f"{address}/empty.csv").read_bytes() == b""
    assert fetch_one(f"{url}?token=hush").suffix == ".csv"


@pytest.mark.parametrize(
    ("path", "said"),
    [("secret.csv", "the store refuses access"), ("broken.csv", "HTTP Error 500")],
)
def test_what_a_server_answers_is_said_without_secrets(web, path, said):
    address, _, _ = web
    with pytest.raises(ConfigError) as caught:
        fetch_one(f"{address}/{path}?token=hush")
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_server_that_is_not_there():
    with pytest.raises(ConfigError, match="Check the address"):
        fetch_one("http://127.0.0.1:9/a.csv")


def test_user_and_password_of_an_address_are_sent_and_never_said(web):
    address, folder, asked = web
    (folder / "secret.csv").write_bytes(b"x")
    host = address.removeprefix("http://")
    assert fetch_one(f"http://me:hu%2Fsh@{host}/secret.csv").read_bytes() == b"x"
    assert "hu" not in "".join(asked)
    with pytest.raises(ConfigError, match="refuses access") as caught:
        fetch_one(f"http://me:wrong@{host}/secret.csv")
    assert f"http://me:***@{host}/secret.csv" in str(caught.value)


@pytest.mark.parametrize("name", ["a b.csv", "é.csv", "a%20b.csv", "a b.csv?v=ü x"])
def test_names_are_written_as_they_are_or_as_addresses_have_them(web, name):
    address, folder, _ = web
    for file in ("a b.csv", "é.csv"):
        (folder / file).write_bytes(b"x")
    assert fetch_one(f"{address}/{name}").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["signed.csv", "bare.csv"])
def test_a_file_whose_header_alone_is_refused_is_known_by_the_file(web, name):
    address, folder, _ = web
    url = f"{address}/{name}"
    assert find_objects([url]) == {}
    (folder / name).write_bytes(b"old")
    assert fetch_one(url).read_bytes() == b"old"
    (folder / name).write_bytes(b"newer")
    assert fetch_one(url).read_bytes() == b"newer"

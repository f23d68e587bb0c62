"""Which rows are meant: a query, a table's name, or the only table."""

import pytest

from sidelight.errors import TableError
from sidelight.readers.tables._query import Relation, statement

SCENES = Relation("scenes", "public")
ODD = Relation('od"d name', "other", alone=False)
WORD = Relation("with", "public")


def asked(sql, *known, mark='"'):
    return statement(sql, lambda: list(known), "the lab", mark=mark)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "SELECT*FROM t",
        "with t as (select 1) select * from t",
        "(select 1) union (select 2)",
        "-- select\n  select 1",
        "/* insert; */ -- x\nvalues (1)",
        "table scenes",
        "from scenes",
    ],
)
def test_a_query_is_left_as_it_is_and_the_database_is_not_asked(sql):
    assert statement(sql, pytest.fail, "the lab") == sql
    assert statement(f" {sql} ; ", pytest.fail, "the lab").strip() == sql


@pytest.mark.parametrize(
    ("sql", "relation", "made"),
    [
        (None, SCENES, 'select * from "public"."scenes"'),
        (None, Relation("a"), 'select * from "a"'),
        ("scenes", SCENES, 'select * from "public"."scenes"'),
        ("public.scenes", SCENES, 'select * from "public"."scenes"'),
        ('"scenes"', SCENES, 'select * from "public"."scenes"'),
        ("with", WORD, 'select * from "public"."with"'),
        ('other.od"d name', ODD, 'select * from "other"."od""d name"'),
        ('"other"."od""d name"', ODD, 'select * from "other"."od""d name"'),
    ],
)
def test_a_name_becomes_a_query(sql, relation, made):
    assert asked(sql, relation) == made


def test_names_are_quoted_as_the_database_does():
    assert asked("a`b", Relation("a`b"), mark="`") == "select * from `a``b`"


@pytest.mark.parametrize(
    ("sql", "known", "said"),
    [
        ("", [SCENES], r"the lab: the query is empty\. Pass a single SELECT"),
        (" ;", [SCENES], "the query is empty"),
        (None, [], "the database holds no table"),
        (None, [SCENES, ODD], r"2 tables: 'scenes', 'other\..*Say which: --sql \"sce"),
        ("scense", [SCENES], r"no table 'scense'\. Did you mean 'scenes'\? There are"),
        ('od"d', [], r"no table 'od\"d'\. There is none at all"),
        ("scenes", [Relation("scenes", "far", alone=False)], "no table 'scenes'"),
        ("delete from scenes", [SCENES], "is no SELECT: 'delete from scenes'"),
        ("selectx from y", [SCENES], "is no SELECT"),
        ("drop table a; select 1", [SCENES], "is no SELECT"),
        ("call f()", [SCENES], "is no SELECT"),
        ("-- select 1", [SCENES], "is no SELECT"),
        ("delete " + "x" * 999, [SCENES], r"x…'\. Pass"),
    ],
)
def test_what_is_neither_is_explained(sql, known, said):
    with pytest.raises(TableError, match=said):
        asked(sql, *known)


def test_a_long_list_of_tables_is_cut():
    known = [Relation(f"t{i}") for i in range(40)]
    with pytest.raises(TableError, match=r"40 tables: .*'t11', …\. Say"):
        asked(None, *known)

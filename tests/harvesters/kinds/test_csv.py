# ruff: noqa: E501, RUF043  (an example a line)
import pytest

from harvesters.errors import SourceError
from harvesters.record import Failure, Record


def test_columns_are_found_by_their_names(ask):
    body = 'Course Title,Course_URL,Instructor 1,Instructor 2,tags,Price,Language,,Start Date\nLive commerce,/c/1,Ann,Bo,"a, b",¥99,Chinese,x,2026-02-30\n'
    (item,) = ask("csv", body).items
    assert (item.title, item.url, item.languages, item.keywords) == ("Live commerce", "https://site.example.org/c/1", ("zh",), ("a", "b"))
    assert (
        [agent.name for agent in item.agents] == ["Ann", "Bo"] and item.offerings[0].currency == "CNY" and item.offerings[0].start is None
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_names_and_encodings(ask, encoding):
    body = "课程名称\t学校\t主讲教师\t课程链接\t开课时间\t语言\n电子商务概论\t北京大学\t张三、李四\thttps://e.org/1\t2026年3月1日\t中文\n"
    (item,) = ask("csv", body.encode(encoding)).items
    assert (item.title, item.institution, item.url, item.languages) == ("电子商务概论", "北京大学", "https://e.org/1", ("zh",))
    assert [agent.name for agent in item.agents] == ["张三", "李四"] and item.offerings[0].start.month == 3


def test_a_mapping_is_followed_and_a_wrong_one_explained(ask):
    body = "A;B\nX;https://e.org/x\n"
    (item,) = ask("csv", body, options={"title": "A", "url": "B"}).items
    assert (item.title, item.url) == ("X", "https://e.org/x")
    with pytest.raises(SourceError, match='no column "C". Its columns are: A, B'):
        ask("csv", body, options={"title": "A", "url": "C"})
    with pytest.raises(SourceError, match="known to be the title. Its columns are: A, B"):
        ask("csv", body)


def test_rows_without_title_tell_their_line(ask):
    items = ask("csv", 'title,url\n"Two\nlines",https://e.org/1\n,https://e.org/2\n\nLast,\n').items
    assert [type(item) for item in items] == [Record, Failure, Record] and items[0].title == "Two lines"
    assert items[1].reason == "The row at line 4 has no title."


def test_names_of_rows_are_stable(ask):
    one = ask("csv", "title,url\nA,https://e.org/a\nB,\n").items
    other = ask("csv", "title,url\nNew,\nA renamed,http://www.e.org/a/\nB,\n").items
    assert one[0].identifier == other[1].identifier and one[1].identifier == other[2].identifier and one[1].raw == other[2].raw
    assert [item.identifier for item in ask("csv", "id,title\n7,A\n7,A\n").items] == ["7", "7"]


def test_what_is_no_list(ask):
    with pytest.raises(SourceError, match="HTML page"):
        ask("csv", "<!doctype html><title>No</title>")
    with pytest.raises(SourceError, match="empty answer"):
        ask("csv", " \n")
    with pytest.raises(SourceError, match="line"):
        ask("csv", "title\n" + "x" * 3_000_000)


def test_real_lists(ask, samples):
    coursera = ask("csv", (samples / "csv" / "coursera_list.csv").read_bytes()).items
    assert len(coursera) == 604 and coursera[1].title == "A Law Student's Toolkit" and coursera[1].identifier == "law-student"
    assert coursera[2].keywords == ("ai", "coding") and coursera[1].institution == "Yale University"
    library = ask("csv", (samples / "csv" / "oll_metadata.csv").read_bytes()).items
    assert len(library) == 64 and library[1].duration == "P14W" and library[1].levels == ("undergraduate",) and library[1].licence is None
    assert [agent.name for agent in library[2].agents] == ["Justin Reich", "Elizabeth Huttner-Loan", "Alyssa Napier"]
    chinese = ask("csv", (samples / "chinese_mooc" / "icourse163_list.csv").read_bytes()).items
    assert len(chinese) == 1010 and len({item.identifier for item in chinese}) == 1010
    assert (chinese[1].title, chinese[1].institution, chinese[1].duration, chinese[1].workload_max) == (
        "人工智能原理",
        "北京大学",
        "P12W",
        5,
    )


def test_a_quote_that_is_never_closed_costs_its_row_and_says_so(ask):
    items = ask("csv", 'title,url\nA,https://e.org/a\n"B,https://e.org/b\nC,\n').items
    assert [type(item) for item in items] == [Record, Failure]
    assert "line 3 has a quote that is never closed" in items[1].reason
    assert isinstance(ask("csv", 'title\n"odd"quote\n').items[0], Record)

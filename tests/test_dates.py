"""Dates and periods: every line of ``cases/dates.tsv``, and what EDTF says back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.meaning.dates import MAX_LENGTH, bounds, date, edtf, french, instant, period

CASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "cases" / "dates.tsv").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_case(text: str, expected: str) -> None:
    assert period(text) == expected


@pytest.mark.parametrize(("text", "expected"), [case for case in CASES if case[1]])
def test_a_period_is_edtf_and_has_bounds(text: str, expected: str) -> None:
    first, last = bounds(expected)
    assert edtf(expected) == expected
    assert first or last
    assert not (first and last) or first <= last
    assert french(expected) and french(expected, "en")


def test_the_table_holds_enough() -> None:
    assert len(CASES) >= 150
    assert len({text for text, _ in CASES}) == len(CASES)


def test_prose_is_no_period() -> None:
    assert period("2019" + " " * MAX_LENGTH + "x") == ""
    assert period("") == "" == date("")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("41730", "2014-04-01"),
        ("41730.75", "2014-04-01"),
        ("43831", "2020-01-01"),
        ("2019", "2019"),
        ("99999", ""),
        ("avril 2014", "2014-04"),
    ],
)
def test_serial_days_only_when_asked(text: str, expected: str) -> None:
    assert period(text, excel=True) == expected
    assert date(text, excel=True) == expected
    assert period("41730") == "" == date("41730")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", "2019"),
        ("mars 2019", "2019-03"),
        ("12/03/2019", "2019-03-12"),
        ("vers 2015", "2015~"),
        ("2015?", "2015?"),
        ("années 1990", "199X"),
        ("vers les années 1990", "199X~"),
        ("printemps 2020", "2020-21"),
        ("2e trimestre 2021", "2021"),
        ("14-15 mai 2019", "2019-05"),
        ("printemps-été 2020", "2020"),
        ("2014-04/2014-06", "2014"),
        ("2014-2015", ""),
        ("depuis 2018", ""),
        ("jusqu'en 2018", ""),
        ("2018/..", ""),
        ("20 mars", ""),
        ("31/02/2020", ""),
    ],
)
def test_one_date(text: str, expected: str) -> None:
    assert date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014-04-03T10:11:12Z", "2014-04-03T10:11:12Z"),
        ("2014-04-03T10:11:12.345Z", "2014-04-03T10:11:12Z"),
        ("2014-04-03T10:11:12+02:00", "2014-04-03T08:11:12Z"),
        ("2014-04-03T10:11:12-0330", "2014-04-03T13:41:12Z"),
        ("2014-04-03T10:11:12+02", "2014-04-03T08:11:12Z"),
        ("2014-04-03T10:11Z", "2014-04-03T10:11:00Z"),
        ("2014-04-03 10:11:12 UTC", "2014-04-03T10:11:12Z"),
        ("20140403T101112Z", "2014-04-03T10:11:12Z"),
        # local times are Paris: summer, winter, the hour that does not exist, the hour that comes twice
        ("2014-07-03 10:11:12", "2014-07-03T08:11:12Z"),
        ("2014-01-03T10:11:12", "2014-01-03T09:11:12Z"),
        ("2024-03-31 02:30:00", "2024-03-31T01:30:00Z"),
        ("2024-10-27 02:30:00", "2024-10-27T00:30:00Z"),
        ("2014-04-03T10:11:60Z", "2014-04-03T10:11:59Z"),
        ("03/04/2014 10:11", "2014-04-03T08:11:00Z"),
        ("03/04/2014 à 10h11", "2014-04-03T08:11:00Z"),
        ("03.04.2014 10:11:12", "2014-04-03T08:11:12Z"),
        ("Thu, 03 Apr 2014 10:11:12 +0200", "2014-04-03T08:11:12Z"),
        ("Thu, 03 Apr 2014 10:11:12 GMT", "2014-04-03T10:11:12Z"),
        ("3 Apr 2014 10:11 +0000", "2014-04-03T10:11:00Z"),
        ("Thu, 03 Apr 2014 10:11:12 -0000", "2014-04-03T10:11:12Z"),
        ("Thu, 03 Apr 2014 10:11:12", "2014-04-03T08:11:12Z"),
        # a day stays the day it is
        ("2014-04-03", "2014-04-03T00:00:00Z"),
        ("20140403", "2014-04-03T00:00:00Z"),
        ("3 avril 2014", "2014-04-03T00:00:00Z"),
        (" 2014-04-03T10:11:12Z ", "2014-04-03T10:11:12Z"),
        ("", ""),
        ("2014", ""),
        ("avril 2014", ""),
        ("hier", ""),
        ("0000-00-00 00:00:00", ""),
        ("0001-01-01T00:00:00Z", ""),
        ("0001-01-01T00:00:00+02:00", ""),
        ("9999-12-31T23:59:59-10:00", ""),
        ("2014-13-03T10:11:12Z", ""),
        ("2014-04-31T10:11:12Z", ""),
        ("2014-04-03T25:11:12Z", ""),
        ("2014-04-03T10:11:12+99:00", ""),
        ("Thu, 43 Apr 2014 10:11:12 GMT", ""),
        ("Thu, 03 Xyz 2014 10:11:12 GMT", ""),
        ("2014-04-03T10:11:12Z" + "0" * 64, ""),
    ],
)
def test_instant(text: str, expected: str) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014", ("2014-01-01", "2014-12-31")),
        ("2014-04", ("2014-04-01", "2014-04-30")),
        ("2020-02", ("2020-02-01", "2020-02-29")),
        ("2014-04-03", ("2014-04-03", "2014-04-03")),
        ("2014-04/2015-07", ("2014-04-01", "2015-07-31")),
        ("2020/..", ("2020-01-01", "")),
        ("2020/", ("2020-01-01", "")),
        ("../2020-03", ("", "2020-03-31")),
        ("/2020", ("", "2020-12-31")),
        ("2020-21", ("2020-03-01", "2020-05-31")),
        ("2020-22", ("2020-06-01", "2020-08-31")),
        ("2020-23", ("2020-09-01", "2020-11-30")),
        ("2019-24", ("2019-12-01", "2020-02-29")),
        ("2015~", ("2015-01-01", "2015-12-31")),
        ("2015-04?/2016%", ("2015-04-01", "2016-12-31")),
        ("199X", ("1990-01-01", "1999-12-31")),
        ("20XX", ("2000-01-01", "2099-12-31")),
        ("", ("", "")),
        ("../..", ("", "")),
        ("2014-02-30", ("", "")),
        ("0000", ("", "")),
        ("2014-13", ("", "")),
        ("2014-21-03", ("", "")),
        ("199X-04", ("", "")),
        ("2015/2014", ("", "")),
        ("2015/avril", ("", "")),
        ("hier/2014", ("", "")),
        ("2014/2015/2016", ("", "")),
        ("avril 2014", ("", "")),
    ],
)
def test_bounds(text: str, expected: tuple[str, str]) -> None:
    assert bounds(text) == expected
    assert edtf(text) == (text if any(expected) else "")


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [
        ("2014-04/2015-07", "d'avril 2014 à juillet 2015", "April 2014 to July 2015"),
        ("2014/2015", "de 2014 à 2015", "2014 to 2015"),
        ("2014", "2014", "2014"),
        ("2014-08", "août 2014", "August 2014"),
        ("2014-04-01", "1er avril 2014", "1 April 2014"),
        ("2014-04-12", "12 avril 2014", "12 April 2014"),
        ("2020-03/2020-06", "de mars à juin 2020", "March to June 2020"),
        ("2023-05-01/2023-05-05", "du 1er au 5 mai 2023", "1 to 5 May 2023"),
        ("2020-03-28/2020-04-02", "du 28 mars au 2 avril 2020", "28 March to 2 April 2020"),
        ("2019-12-28/2020-01-03", "du 28 décembre 2019 au 3 janvier 2020", "28 December 2019 to 3 January 2020"),
        ("2019-03/2020", "de mars 2019 à 2020", "March 2019 to 2020"),
        ("2020/2020-06", "de 2020 à juin 2020", "2020 to June 2020"),
        ("2014-10/2014-10-12", "d'octobre 2014 au 12 octobre 2014", "October 2014 to 12 October 2014"),
        ("2018/..", "depuis 2018", "since 2018"),
        ("2018-04/", "depuis avril 2018", "since April 2018"),
        ("2018-04-01/..", "depuis le 1er avril 2018", "since 1 April 2018"),
        ("2018-21/..", "depuis le printemps 2018", "since spring 2018"),
        ("2018-23/..", "depuis l'automne 2018", "since autumn 2018"),
        ("../2020", "jusqu'en 2020", "until 2020"),
        ("../2020-08", "jusqu'en août 2020", "until August 2020"),
        ("../2020-08-31", "jusqu'au 31 août 2020", "until 31 August 2020"),
        ("../2020-22", "jusqu'à l'été 2020", "until summer 2020"),
        ("2020-21/2020-22", "du printemps à l'été 2020", "spring to summer 2020"),
        ("2019-24/2020-21", "de l'hiver 2019 au printemps 2020", "winter 2019 to spring 2020"),
        ("199X", "années 1990", "1990s"),
        ("199X/200X", "des années 1990 aux années 2000", "1990s to 2000s"),
        ("199X/..", "depuis les années 1990", "since 1990s"),
        ("20XX", "XXIe siècle", "21st century"),
        ("19XX/..", "depuis le XXe siècle", "since 20th century"),
        ("10XX", "XIe siècle", "11th century"),
        ("00XX", "Ier siècle", "1st century"),
        ("01XX", "IIe siècle", "2nd century"),
        ("02XX", "IIIe siècle", "3rd century"),
        ("2015~", "vers 2015", "about 2015"),
        ("2015?", "2015 (?)", "2015 (?)"),
        ("2015%", "vers 2015 (?)", "about 2015 (?)"),
        ("2015~/2018", "de 2015 environ à 2018", "about 2015 to 2018"),
        ("2020-03~/2020-06", "de mars 2020 environ à juin 2020", "about March 2020 to June 2020"),
        ("", "", ""),
        ("n'importe quoi", "", ""),
    ],
)
def test_as_a_person_reads_it(text: str, fr: str, en: str) -> None:
    assert french(text) == fr == french(text, "oc")
    assert french(text, "en") == en == french(text, "en-GB")

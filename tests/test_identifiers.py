"""ISBN, ISSN, DOI, SIREN: found, checked, in one form."""

from __future__ import annotations

import pytest

from bridge.meaning.identifiers import find, isbn, issn, siren
from bridge.record import Identifier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("978-2-07-036822-8", "9782070368228"),
        ("978 2 07 036822 8", "9782070368228"),
        ("9782070368228", "9782070368228"),
        ("2-07-036822-X", "9782070368228"),
        ("207036822x", "9782070368228"),
        ("0-306-40615-2", "9780306406157"),
        ("979-10-90724-00-6", "9791090724006"),
        ("978–2–07–036822–8", "9782070368228"),
        ("978-2-07-036822-9", ""),
        ("2-07-036822-1", ""),
        ("1234567890123", ""),
        ("978207036822", ""),
        ("", ""),
    ],
)
def test_isbn(text: str, expected: str) -> None:
    assert isbn(text) == expected
    assert find(text) == ((Identifier("isbn", expected),) if expected else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0317-8471", "0317-8471"),
        ("2434-561X", "2434-561X"),
        ("2434-561x", "2434-561X"),
        ("03178471", "0317-8471"),
        ("0317-8472", ""),
        ("0000-0000", ""),
        ("0317", ""),
    ],
)
def test_issn(text: str, expected: str) -> None:
    assert issn(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0317-8471", "0317-8471"),
        ("ISSN 0317-8471", "0317-8471"),
        ("ISSN : 0317-8471, Paris", "0317-8471"),
        ("e-ISSN: 0317–8471", "0317-8471"),
        ("ISSN (en ligne) : 0317-8471", "0317-8471"),
        ("eISSN=0317-8471", "0317-8471"),
        ("ISSN 0317-8472", ""),
        # eight digits are too often two years
        ("Programme 2005-2007", ""),
        ("période 2000-2008", ""),
        ("revue, 0317-8471", ""),
        ("A0317-8471", ""),
    ],
)
def test_issn_in_a_text(text: str, expected: str) -> None:
    assert find(text) == ((Identifier("issn", expected),) if expected else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1016/j.biocon.2014.06.012", "10.1016/j.biocon.2014.06.012"),
        ("doi:10.1016/J.BIOCON.2014.06.012", "10.1016/j.biocon.2014.06.012"),
        ("DOI : 10.1000/XYZ123.", "10.1000/xyz123"),
        ("https://doi.org/10.1000/xyz123", "10.1000/xyz123"),
        ("http://dx.doi.org/10.1000/xyz123;", "10.1000/xyz123"),
        ("https://doi.org/10.1000%2Fxyz%28123%29", "10.1000/xyz(123)"),
        ("(voir 10.1000/xyz(123))", "10.1000/xyz(123)"),
        ("[10.1000/xyz]", "10.1000/xyz"),
        ("« 10.1000/xyz »", "10.1000/xyz"),
        ("<a href='https://doi.org/10.1000/xyz'>", "10.1000/xyz"),
        ('<a href="https://doi.org/10.1000/xyz">', "10.1000/xyz"),
        ("doi10.1000/xyz", "10.1000/xyz"),
        ("10.1002.5/abc", "10.1002.5/abc"),
        ("10.12/xyz", ""),
        ("110.1000/xyz", ""),
        ("1.10.1000/xyz", ""),
        ("10.1000/...", ""),
        ("10.1000/", ""),
        ("le 10.1000", ""),
    ],
)
def test_doi(text: str, expected: str) -> None:
    assert find(text) == ((Identifier("doi", expected),) if expected else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ISBN 2-07-036822-X", 1),
        ("ISBN-10 : 207036822X", 1),
        ("EAN 9782070368228", 1),
        ("éd. X, 2014, 9782070368228, 52 p.", 1),
        # ten digits alone inside a text may be a telephone number
        ("appeler le 0306406152", 0),
        ("0306406152", 1),
        ("+33 2 07 03 68 22", 0),
        ("10.1000/9782070368228", 0),
        ("19782070368228", 0),
        ("97820703682281", 0),
        ("9782070368228-1", 0),
        ("prix 9782070368228,50", 0),
    ],
)
def test_isbn_in_a_text(text: str, expected: int) -> None:
    assert sum(identifier.scheme == "isbn" for identifier in find(text)) == expected


def test_many_in_the_order_of_the_text_each_once() -> None:
    text = "ISSN 0317-8471 ; ISBN 2-07-036822-X (978-2-07-036822-8) ; doi:10.1000/xyz ; https://doi.org/10.1000/XYZ"
    assert find(text) == (
        Identifier("issn", "0317-8471"),
        Identifier("isbn", "9782070368228"),
        Identifier("doi", "10.1000/xyz"),
    )
    assert find("rien") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("732829320", "732829320"),
        ("732 829 320", "732829320"),
        ("732\u00a0829\u202f320", "732829320"),
        ("73282932000074", "732829320"),
        ("732 829 320 00074", "732829320"),
        ("SIRET : 732 829 320 00074 (Lyon)", "732829320"),
        ("SIREN 732829320, SIRET 73282932000074", "732829320"),
        ("FR44 732829320", "732829320"),
        ("TVA FR 44 732 829 320", "732829320"),
        ("La Poste 35600000000048", "356000000"),
        ("La Poste 35600000049837", "356000000"),
        ("732829321", ""),
        ("73282932000075", ""),
        ("35600000000046", ""),
        ("000000000", ""),
        ("7328293200", ""),
        ("1732829320", ""),
        ("732829320,5", ""),
        ("A732829320", ""),
        ("732 829 320 et 356 000 000", ""),
        ("Ville de Lyon", ""),
        ("", ""),
    ],
)
def test_siren(text: str, expected: str) -> None:
    assert siren(text) == expected

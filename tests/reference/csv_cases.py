#!/usr/bin/env python3
"""Writes csv_cases.txt: what pandas reads from small CSV files, says of them and writes. Run with a Python that has pandas.

tests/data/csv_pandas.cpp reads the same files with the same options. In a text `\\` `\\q` `\\n` `\\r` `\\t` and `\\0` stand for
a backslash, a quote and bytes; `\\N` alone is a missing text."""
import io
from pathlib import Path

import numpy as np
import pandas as pd

READ, SAID, WRITTEN, FLOATS = [], [], [], []


def cell(text):
    for byte, name in (("\\", "\\\\"), ('"', "\\q"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\0", "\\0")):
        text = text.replace(byte, name)
    return f'"{text}"'


def cells(values):
    return "{" + ", ".join(values) + "}"


def rows(cases):
    return "{" + ",".join("\n  " + case for case in cases) + "}"


def number(v):
    return repr(float(v)) if isinstance(v, (float, np.floating)) else str(v)


def column(name, values):
    kind = values.dtype
    if kind in (np.dtype("int64"), np.dtype("int32"), np.dtype("uint8"), np.dtype("float64"), np.dtype("float32"), np.dtype("bool")):
        texts = [str(int(v)) if kind == np.dtype("bool") else number(v) for v in values]
        return cells([cell(str(name)), cell(str(kind)), cells(texts)])
    assert all(v is None or isinstance(v, (str, float)) for v in values), (name, list(values))
    texts = ['"\\N"' if pd.isna(v) else cell(v) for v in values]
    return cells([cell(str(name)), '"text"', cells(texts)])


def option(key, value):
    if isinstance(value, dict):
        value = [f"{k}={v}" for k, v in value.items()]
    if value is None:
        value = "none"
    values = [str(v).lower() if isinstance(v, bool) else str(v) for v in (value if isinstance(value, list) else [value])]
    if key == "skiprows" and isinstance(value, list):
        key = "skiplines"
    return cells([cell(key)] + [cell(v) for v in values])


def read(name, content, **options):
    data = content if isinstance(content, bytes) else content.encode()
    how = dict(options)
    if how.pop("delim_whitespace", False):
        how["sep"] = r"\s+"
    if how.get("quotechar", 0) is None:
        how.pop("quotechar")
        how["quoting"] = 3
    table = pd.read_csv(io.BytesIO(data), **how)
    READ.append(cells([cell(name), cells([option(k, v) for k, v in options.items()]), cell(data.decode()),
                       cells([column(n, table[n]) for n in table.columns])]))


read("plain", "a,b,c\n1,2.5,x\n-3,4e2,y\n")
read("no end", "a,b\n1,2\n3,4")
read("crlf", "a,b\r\n1,x\r\n2,y\r\n")
read("cr", "a,b\r1,x\r2,y\r")
read("mixed ends", "a,b\n1,x\r\n2,y\r3,z")
read("mark", "\ufeffa,b\n1,2\n")
read("mark quoted", '\ufeff"a",b\n1,2\n')
read("quotes", 'a,b\n"x,y",1\n"say ""hi""",2\n"two\nlines",3\n"",4\n')
read("quotes in names", '"a,1","b\n2"\n1,2\n')
read("quoted numbers", 'a,b\n"1","2.5"\n"3",""\n')
read("behind a quote", 'a,b\n"x"y,1\n"p""q"r"s",2\n')
read("quote within", 'a,b\nx"y,1\nit"s",2\n')
read("crlf in quotes", 'a,b\r\n"x\r\ny",1\r\n"z\r",2\r\n')
read("nothing quoted", 'a,b\n"x,1\ny",2\n', quotechar=None)
read("apostrophes", "a,b\n'x,y',1\n'it''s',2\n", quotechar="'")
read("single quotes only", 'a,b\n"x""y",1\n"z",2\n', doublequote=False)
read("escapes", 'a,b\nx\\,y,1\n"p\\"q",2\n\\n,3\nz\\\\,4\n', escapechar="\\")
read("escaped end", "a,b\nx\\\ny,1\n", escapechar="\\")
read("semicolons", "a;b\n1,5;2\n-0,25;3\n", sep=";", decimal=",")
read("tabs", "a\tb\n1\tx y\n2\t\n", sep="\t")
read("whitespace", "  a   b\t c\n1  2   x  \n 3\t4 y\n", delim_whitespace=True)
read("whitespace without names", " 0.00632  18.00   2.310\n 0.02731   0.00   7.070\n", delim_whitespace=True, header=None)
read("blanks behind", 'a, b, c\n1, 2, "x, y"\n3,  4, z\n', skipinitialspace=True)
read("blanks around", "a,b,c\n 1 , 2.5, x\n3,4 , y\n")
read("thousands", 'a,b\n"1,234","1,234.5"\n"12,345,678",7\n', thousands=",")
read("thousands of points", "a;b\n1.234;1.234,5\n7;0,5\n", sep=";", thousands=".", decimal=",")
read("no names", "1,2\n3,4\n", header=None)
read("names", "1,x\n2,y\n", names=["n", "t"])
read("names in place", "a,b\n1,x\n2,y\n", names=["n", "t"], header=0)
read("third row", "made by us\n\nversion 3\na,b\n1,2\n", header=2)
read("same names", "a,b,a,a.1,a\n1,2,3,4,5\n")
read("names of nothing", ",a,\n1,2,3\n")
read("by name", "a,b,c\n1,2,3\n4,5,6\n", usecols=["c", "a"])
read("by number", "a,b,c\n1,2,3\n4,5,6\n", usecols=[2, 0])
read("numbered names", "1,2,3\n4,5,6\n", usecols=[2, 0], names=["first", "third"])
read("types", "a,b,c,d\n1,2,3,4\n5,6,7,8\n", dtype={"a": "float64", "b": "str", "c": "int32", "d": "float32"})
read("one type", "a,b\n1,2\n3,4.5\n", dtype="float32")
read("text of numbers", "zip,n\n01234,1\n00010,2\n", dtype={"zip": "str"})
read("no ints", "a,b\n1,2\n,3\n4,NA\n")
read("late text", "a,b\n007,1.50\n8,2\nx,3\n,y\n")
read("late float", "a\n1\n2\n3.5\n")
read("text first", "a\nx\n1\n\n2.0\n")
read("missing", "a,b,c\nNA,x,1\nnull,N/A,2\n1.5,None,nan\n<NA>,#N/A,4\n,-nan,5\n")
read("all missing", "a,b\n,1\nNA,2\n")
read("missing then text", "a,b\n,1\n,2\nx,3\n")
read("missing then ints", "a,b\n,1\n7,2\n")
read("other missing", "a,b\n-999,x\n2,?\n-999.0,y\n", na_values=["-999", "?"])
read("other missing ints", "a,b\n-999,x\n2,?\n3,y\n", na_values=["-999", "?"])
read("only others", "a,b\nNA,1\n?,2\n,3\n", na_values=["?"], keep_default_na=False)
read("nothing missing", "a,b\n,x\n,\n", keep_default_na=False)
read("truths", "a,b,c\nTrue,true,TRUE\nFalse,false,FALSE\n")
read("mixed truths", "a\nTrue\nfalse\nx\n")
read("other truths", "a,b\nyes,1\nno,2\nTrue,3\n", true_values=["yes"], false_values=["no"])
read("comments", "# made by us\na,b\n1,2 # first\n# none\n3,4#\n", comment="#")
read("blanks before a comment", "a\n  #x\n1\n\t#\n #", comment="#")
read("blanks before a comment and kept blank lines", "a\n  #x\n#y\n  \n1\n", comment="#", skip_blank_lines=False)
read("initial spaces before a comment", "a,b\n , #x\n1,2\n#\n", comment="#", skipinitialspace=True)
read("a blank name before a comment", "  #x\n1\n2\n", comment="#")
read("a comment between spaces", "a\n  #x\n 1 #\n#\n", comment="#", delim_whitespace=True)
read("a number for what is missing", "a,b,c\n-999,-999.0,x\n1,0.5,-999\n", na_values=[-999, 0.5])
read("a decimal comma for what is missing", "a;b\n0,5;0,50\n1,5;2\n", sep=";", decimal=",", na_values=[0.5])
read("blank lines", "\na,b\n\n1,2\n   \n\t\n3,4\n\n")
read("blank lines kept", "a\n1\n\n3\n", skip_blank_lines=False)
read("skipped", "one\ntwo,2,2\na,b\n1,2\n", skiprows=2)
read("units", "a,b\nm,kg\n1,2\n3,4\n", skiprows=[1])
read("skipped quotes", 'x,"y\nz"\na,b\n1,2\n', skiprows=1)
read("some rows", "a,b\n1,2\n3,4\nx,y\n", nrows=2)
read("no rows wanted", "a,b\n1,2\n", usecols=["b"], nrows=1)
read("signs", "a,b\n+1,+2.5\n-0,-0.0\n")
read("minus zero", "a\n-0\n1.5\n")
read("int64", "a,b\n9223372036854775807,9223372036854775808.0\n-9223372036854775808,1\n")
read("infinity", "a,b\ninf,1\n-inf,Infinity\n+Inf,-infinity\n")
read("kinds of floats", "a\n1.\n.5\n1e5\n1E-5\n1e+05\n00012.50\n")
read("no floats", "a,b,c,d,e\n.,1e,0x1p3,1_000,1d5\n")
read("long", "a\n0.1000000000000000055511151231257827\n123456789012345678901234567890\n1.7976931348623157e308\n4.9e-324\n2.2250738585072011e-308\n")
read("beyond", "a\n1e400\n-1e400\n1e-400\n0e999999999999\n")
read("letters", "name,city\nJosé,Zürich\n李,東京\n")
read("zero byte", "a,b\nx\0y,1\n")
read("separators", "a,b,c\n,,\n1,,\n")
read("trailing", "a,b,\n1,2,\n3,4,\n")

random = np.random.default_rng(0)
lines = ["a,b,c"]
for bits in random.integers(0, 2**64, 40, dtype=np.uint64):
    v = np.uint64(bits).view(np.float64)
    v = 1.5 if np.isnan(v) else float(v)
    lines.append(f"{v!r},{v:.7g},{random.integers(-10**6, 10**6)}.{random.integers(0, 10**6):06d}")
read("random", "\n".join(lines) + "\n")
read("random float32", "a\n" + "".join(f"{v:.9g}\n" for v in random.normal(size=40)), dtype="float32")

for name, content in (
    ("numbers", "a,b,c\n1,2.5,x\n2,,y\n4,0.1,x\n8,-3,z\n3,7,\n"), ("one row", "a\n3\n"), ("even", "a\n1\n2\n3\n10\n"),
    ("missing", "a,b\n,1\n,2\n"),
):
    table = pd.read_csv(io.StringIO(content))
    described = table.describe()
    SAID.append(cells([cell(name), cell(content), cells([column(n, described[n]) for n in described.columns])]))

CODES = "t\nb\na\n\nB\nb\nä\nz z\n"
table = pd.read_csv(io.StringIO(CODES), skip_blank_lines=False)
known = table["t"].astype("category").cat
given = pd.Series(pd.Categorical(table["t"].where(table["t"].isin(["z z", "b"])), categories=["z z", "b"])).cat
dummies = pd.get_dummies(table["t"])
CODED = [cells([cell(CODES), cells([cell(c) for c in known.categories]), cells([str(c) for c in known.codes]),
                cells([str(c) for c in given.codes]), cells([str(int(v)) for v in dummies.to_numpy().flatten()])])]

table = pd.DataFrame({
    "i": [1, -2, 3], "f": [0.1, np.nan, 1e300], "g": np.array([0.1, 2, 3e-10], np.float32), "b": [True, False, True],
    "t": ["plain", 'with "quotes", and', "two\nlines"], "a,b": ["", None, " x "], "h": [-0.0, np.inf, 1e20],
})
WRITTEN.append(cells([cell("plain"), "{}", cell(table.to_csv(index=False))]))
WRITTEN.append(cells([cell("other"), cells([option("sep", ";"), option("decimal", ","), option("na_rep", "NA")]),
                      cell(table.to_csv(index=False, sep=";", decimal=",", na_rep="NA"))]))
WRITTEN.append(cells([cell("no names"), cells([option("header", "false"), option("lineterminator", "\r\n")]),
                      cell(table.to_csv(index=False, header=False, lineterminator="\r\n"))]))

random = np.random.default_rng(1)
for kind, bits in ((np.float64, np.uint64), (np.float32, np.uint32)):
    values = np.concatenate([
        [0, 1e-45, 5e-324, 1e-300, 3.4e38, 1.7976931348623157e308, 2.0**24, 2.0**53, np.inf, np.nan, 1e22, 1e23, 9007199254740993],
        [digits * 10.0**power for power in range(-8, 20) for digits in (1, 1.5, 9.999999, 9.999999999999999)],
        np.round(10 ** random.uniform(0, 19, 60)), 10 ** random.uniform(-8, 20, 60),
    ])
    with np.errstate(over="ignore"):
        values = values.astype(kind)
    values = np.concatenate([values, np.nextafter(values, kind(0)), random.integers(0, np.iinfo(bits).max, 60, dtype=bits).view(kind)])
    values = np.concatenate([values, -values])
    FLOATS.append(cells([cell(kind.__name__), cells([number(v) for v in values]), cell(pd.DataFrame({"x": values}).to_csv(index=False))]))

lines = [f"// Made by csv_cases.py with pandas {pd.__version__}."]
lines += ["// Read: name; options; file; columns: name, type, values.", rows(READ)]
lines += ["// describe(): name; file; columns.", rows(SAID)]
lines += ["// file; categories; codes; codes of others; one_hot.", rows(CODED)]
lines += ["// Written: name; options; file.", rows(WRITTEN)]
lines += ["// Floats that are written: type; values; file.", rows(FLOATS)]
(Path(__file__).parent / "csv_cases.txt").write_text("\n".join(lines) + "\n")

#!/usr/bin/env python3
"""usage: embed.py FILE OUTPUT NAME: writes a C++ source whose array NAME has the bytes of the file, NAME_size of them."""
import sys
from pathlib import Path

SOURCE, OUTPUT, NAME = sys.argv[1:]
data = Path(SOURCE).read_bytes()
rows = "\n".join("".join(f"{byte}," for byte in data[i:i + 32]) for i in range(0, len(data), 32))
Path(OUTPUT).write_text(f"""#include <cstddef>
extern const unsigned char {NAME}[];
extern const size_t {NAME}_size;
const unsigned char {NAME}[] = {{
{rows}
}};
const size_t {NAME}_size = sizeof {NAME};
""", encoding="ascii")

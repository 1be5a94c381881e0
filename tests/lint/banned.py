"""Functions that are never right here: unbounded, not thread-safe, or deaf to errors."""

import re

from sources import files, finish, lines

BANNED = {
    "strcpy": "snprintf", "strcat": "a buffer", "sprintf": "snprintf", "vsprintf": "vsnprintf", "strtok": "a loop",
    "strncpy": "snprintf", "gmtime": "clock_format", "localtime": "clock_format", "ctime": "clock_format",
    "asctime": "clock_format", "atoi": "parse_int64", "atol": "parse_int64", "system": "nothing", "popen": "nothing",
    "alloca": "alloc_bytes", "gets": "nothing",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")

finish([(file, number, f"{found[1]} is banned; use {BANNED[found[1]]}")
        for file in files(".c", ".h") for number, text in lines(file)
        if (found := CALL.search(text.split("//")[0].split("/*")[0]))])

"""Words that say nothing in a name (context, manager, helper, util, info), in names of structs and enums."""

import re

from sources import files, finish, lines

EMPTY = re.compile(r"\b(?:struct|enum)\s+\w*(?:context|manager|helper|util|info)\w*\s*\{")

finish([(file, number, f"{found[0]} … says nothing: name the noun")
        for file in files(".c", ".h") for number, text in lines(file) if (found := EMPTY.search(text))])

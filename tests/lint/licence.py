"""Every C file says its licence in one line near the top."""

from sources import files, finish

finish([(file, 1, "no SPDX-License-Identifier: Apache-2.0 in the first 20 lines")
        for file in files(".c", ".h")
        if "SPDX-License-Identifier: Apache-2.0" not in " ".join(file.read_text().splitlines()[:20])])

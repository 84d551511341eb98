"""`python -m fluorders_tui` is the same as `fluorders`."""

import sys

from fluorders_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())

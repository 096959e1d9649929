"""Run the command line: ``python -m captions`` is the same as ``captions``."""

import sys

from captions.cli import main

sys.exit(main())

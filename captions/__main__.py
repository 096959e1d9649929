"""``python -m captions`` is the command ``captions``."""

import sys

from captions.cli import main

sys.exit(main())

"""What gunicorn and the flask command load."""

import sys

from api import create_app
from api.commands import needs_addresses

app = create_app(serves=needs_addresses(sys.argv))

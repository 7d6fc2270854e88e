"""What gunicorn and the flask command load."""

from api import create_app

app = create_app()

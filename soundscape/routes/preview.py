"""The patients' preview: its page and its few operations."""

from flask import Blueprint

blueprint = Blueprint("preview", __name__, url_prefix="/preview")

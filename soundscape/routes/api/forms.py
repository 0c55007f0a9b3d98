"""Reading a form with files in it, straight to where each shall lie."""

from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.formparser import FormDataParser

from soundscape.errors import UploadRefused

READER_MEMORY_BYTES = 1 << 20
"""The form's reader takes 64 KiB at a time and keeps what may be the beginning of a part's end: it needs more than one
of these."""


def read_form(begin: Any, most_files: int) -> None:
    """Read the form's parts into what ``begin(filename, ...)`` gives for each file.

    Not through ``request.files``, which would first write everything to the system's own temporary directory.

    Raises
    ------
    UploadRefused
        The request broke off.
    BadRequest
        It is no form with files.
    """
    parser = FormDataParser(begin, max_form_memory_size=READER_MEMORY_BYTES, max_form_parts=most_files, silent=False)
    try:
        parser.parse(request.stream, request.mimetype, request.content_length, request.mimetype_params)
    except ClientDisconnected as error:
        raise UploadRefused("The upload broke off. Nothing of it was kept; send it again.") from error
    except ValueError as error:
        raise BadRequest("This is no form with files in it.") from error

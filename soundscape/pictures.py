"""How does a picture of ours stand in a page whose policy forbids styles within it?

`library.drawing` puts its style sheet into every picture, so that a file opened alone has its colours. Our pages allow
styles from our own addresses only, and a `<style>` element within inlined SVG is such a style: the browser drops it
and the picture turns black. So a page links `/pictures.css`, which serves the same rules, and gets the picture without
them. Inline and not as an `<img>`: its title and description are read out, its text can be found and copied, it prints,
it takes a click, and one style sheet serves both themes; an `<img>` is one more request for each picture.

In a template::

    {% block head %}{{ picture_style() }}{% endblock %}
    {{ picture }}          {# made by the route with inline(...) #}
"""

from flask import url_for
from markupsafe import Markup

from library.drawing import stylesheet


def inline(svg: str) -> Markup:
    """A picture of `library.drawing` as it may stand in a page; titles in it are text already, never markup.

    Raises
    ------
    ValueError
        If the text holds no such style sheet: it is no picture of ours, and nothing else may be taken for markup.
    """
    before, style, after = svg.partition(f"<style>{stylesheet()}</style>")
    if not style:
        raise ValueError("This SVG was not drawn by library.drawing.")
    return Markup(before + after)  # noqa: S704 - built as an element tree by library.drawing


def style_link() -> Markup:
    """The `<link>` to the pictures' style sheet, for a page's head."""
    return Markup('<link rel="stylesheet" href="{}">').format(url_for("pictures.css"))

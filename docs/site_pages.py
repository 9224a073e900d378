"""What the site's pages have beyond the theme's: called by mkdocs for each of them."""

_SEARCH = '<script src="search/main.js"></script>'
# A browser lets no page that is opened as a file search: it has no field for it then.
_SEARCH_IF_SERVED = """<script>
      if (location.protocol === "file:")
        document.querySelectorAll("[role=search]").forEach(field => { field.hidden = true });
      else document.write('<script src="search/main.js"><\\/script>');
    </script>"""


def on_post_page(output: str, **_: object) -> str:
    """The page whose code can be scrolled by keyboard, and which searches where it can."""
    return output.replace("<pre>", '<pre tabindex="0">').replace(_SEARCH, _SEARCH_IF_SERVED)

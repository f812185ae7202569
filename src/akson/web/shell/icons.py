"""Our own small icons, 16 by 16, drawn into the page so that they take the colour of the text beside them.

An icon never stands alone: the word beside it carries the meaning, so it is hidden from screen readers.
"""

from markupsafe import Markup

_PATHS = {
    "alert": "M8 1.2 15.4 14.3H.6L8 1.2Zm-.8 4.9v4.2h1.6V6.1H7.2Zm0 5.4v1.5h1.6v-1.5H7.2Z",
    "search": "M7 1.5a5.5 5.5 0 0 1 4.3 8.9l3.4 3.3-1.1 1.1-3.4-3.3A5.5 5.5 0 1 1 7 1.5Zm0 1.6a3.9 3.9 0 1 0"
    " 0 7.8 3.9 3.9 0 0 0 0-7.8Z",
    "lock": "M8 1a3.5 3.5 0 0 1 3.5 3.5V6H13v9H3V6h1.5V4.5A3.5 3.5 0 0 1 8 1Zm0 1.5a2 2 0 0 0-2 2V6h4V4.5a2"
    " 2 0 0 0-2-2Z",
    "check": "M6.2 12.6 1.8 8.2l1.1-1.1 3.3 3.3 6.9-7 1.1 1.1-8 8.1Z",
    "up": "M8 2.5 13.5 8l-1.1 1.1-3.6-3.5v8H7.2v-8L3.6 9.1 2.5 8 8 2.5Z",
    "down": "M8 13.6 2.5 8.1 3.6 7l3.6 3.5v-8h1.6v8L12.4 7l1.1 1.1L8 13.6Z",
    "clock": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6Zm.8"
    " 1.6v3.5l2.5 1.5-.8 1.3-3.3-2V4.2h1.6Z",
    "message": "M1.5 2.5h13v9H8.3l-3.8 3v-3h-3v-9Zm1.6 1.6v5.8h3v1.3l1.6-1.3h5.2V4.1H3.1Z",
    "person": "M8 1.5a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8ZM1.8 14.5c.3-3.2 2.9-5 6.2-5s5.9 1.8 6.2 5H1.8Z",
    "stop": "M5 1h6l4 4v6l-4 4H5l-4-4V5l4-4Zm.7 1.6L2.6 5.7v4.6l3.1 3.1h4.6l3.1-3.1V5.7l-3.1-3.1H5.7Zm-.3"
    " 3.9 1.1-1.1L8 6.9l1.5-1.5 1.1 1.1L9.1 8l1.5 1.5-1.1 1.1L8 9.1l-1.5 1.5-1.1-1.1L6.9 8 5.4 6.5Z",
    "hospital": "M5.2 1h5.6v4.2H15v5.6h-4.2V15H5.2v-4.2H1V5.2h4.2V1Zm1.6 1.6v4.2H2.6v2.4h4.2v4.2h2.4V9.2h4.2V6.8H9.2V2.6"
    "H6.8Z",
    "file": "M3 1h6.6L13 4.4V15H3V1Zm1.6 1.6v10.8h6.8V5.6H8.4v-3H4.6Z",
    "arrow": "M8.5 2.5 14 8l-5.5 5.5-1.1-1.1 3.5-3.6H2V7.2h8.9L7.4 3.6l1.1-1.1Z",
    "open": "M2 4.5C2 3 3.5 2 5 2h2v1.6H5C4.2 3.6 3.6 4 3.6 4.6v6.8c0 .6.6 1 1.4 1h6c.8 0 1.4-.4"
    " 1.4-1v-2H14v2c0 1.5-1.5 2.6-3 2.6H5c-1.5 0-3-1-3-2.5v-7ZM9 2h5v5h-1.6V4.7L7.9 9.2 6.8"
    " 8.1l4.5-4.5H9V2Z",
}


def icon(name: str) -> Markup:
    """The SVG of one icon. KeyError when there is none, so that a test finds it."""
    return Markup('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>').format(
        _PATHS[name]
    )

"""The message officer's desk: what stands behind the screens under `/meldinger` (akson.web.shell.post_desk.PostDesk)."""

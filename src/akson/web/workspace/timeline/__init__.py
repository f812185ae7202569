"""The timeline of a patient: everything of all services that its reader may see, newest first, a page at a time."""

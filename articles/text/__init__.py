"""Text in, text out: no ORM, no settings, no files."""

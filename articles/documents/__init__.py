"""Article files as data: dialects, keys, dates, encodings. No database, no settings."""

"""The way back: documents to files; reading what was written gives an equal document."""

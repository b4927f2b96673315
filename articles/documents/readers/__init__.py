"""Sources of article files; each module reads one."""

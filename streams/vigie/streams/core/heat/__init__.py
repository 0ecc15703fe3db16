"""Heat: temperatures of parts of days, gaps between zones."""

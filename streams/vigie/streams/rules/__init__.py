"""The platform's rules for abnormal values: one file each, found by itself."""

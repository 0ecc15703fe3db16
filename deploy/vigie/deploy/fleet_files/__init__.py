"""The fleet as files: a folder of YAML or CSV, or a spreadsheet, read and written; one file per format and idea."""

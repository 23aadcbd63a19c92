"""Tables: text with delimiters, Parquet, sheets of workbooks, all understood by the same rules."""

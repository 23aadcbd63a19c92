"""Reports: what came of runs and studies, as one file that opens offline and prints."""

"""The data sets that come with the program, each made or read without a network."""

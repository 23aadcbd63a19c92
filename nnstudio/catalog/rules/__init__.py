"""Shape rules shared by families of layers, in plain Python. torch is their referee in the tests."""

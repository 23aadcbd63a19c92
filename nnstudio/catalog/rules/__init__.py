"""Shape rules shared by families of layers; torch is their referee in the tests."""

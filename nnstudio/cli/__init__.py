"""The command line: arguments in, text or JSON out. Everything it does is done below."""
